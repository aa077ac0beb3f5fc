"""Short notices to staff about an alarm: numbers and names of colleagues, never a word of a reporter's."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.states import StaffRole
from bot.database.tables import Alarm, Report, Staff
from bot.escalation.roster import first_ways
from bot.escalation.roster_store import load_ways
from bot.messages.outbox import tell_responder


def tell_person(session: Session, person: int, /, *, key: str, template: str, **arguments: int | str) -> None:
    """One notice by the person's first working way; `key` makes the same cause harmless twice."""
    way = first_ways(load_ways(session)).get(person)
    if way is not None:
        tell_responder(
            session,
            key=key,
            channel=way.channel,
            contact_id=way.contact_id,
            template=template,
            arguments=dict(arguments),
        )


def tell_supervisors(session: Session, *, key: str, template: str, **arguments: int | str) -> int:
    """The operator's channel: every supervisor by every working way. How many notices that are."""
    supervisors = set(session.scalars(select(Staff.id).where(Staff.active, Staff.role == StaffRole.SUPERVISOR)))
    ways = [way for way in load_ways(session) if way.staff_id in supervisors]
    for way in ways:
        tell_responder(
            session,
            key=f"{key}:{way.contact_id}",
            channel=way.channel,
            contact_id=way.contact_id,
            template=template,
            arguments=dict(arguments),
        )
    return len(ways)


def number_of(session: Session, alarm: Alarm) -> int:
    """The number staff know its case by."""
    return session.scalars(select(Report.number).where(Report.id == alarm.report_id)).one()


def name_of(session: Session, staff_id: int) -> str:
    """The name a colleague works under."""
    return session.scalars(select(Staff.name).where(Staff.id == staff_id)).one()


def find_colleague(session: Session, name: str) -> Staff | None:
    """An active account by the name it works under, however it is capitalised; None when that is nobody, or two."""
    found = session.scalars(select(Staff).where(Staff.active, func.lower(Staff.name) == func.lower(name))).all()
    exact = [each for each in found if each.name == name]
    return exact[0] if exact else found[0] if len(found) == 1 else None
