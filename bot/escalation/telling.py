"""Short notices to staff about an alarm: numbers and names of colleagues, never a word of a reporter's."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.states import StaffRole
from bot.database.tables import Alarm, Report, Staff
from bot.escalation.roster import first_ways
from bot.escalation.roster_store import load_ways
from bot.escalation.team import may_take
from bot.messages.outbox import tell_responder
from bot.messages.read_aloud import worth_sending


def tell_person(session: Session, person: int, /, *, key: str, template: str, **arguments: int | str) -> None:
    """One notice by the first working way of the person's that it may go by: nobody is rung up for most of them.
    `key` makes the same cause harmless twice."""
    ways = [way for way in load_ways(session) if worth_sending(way.channel, template)]
    way = first_ways(ways).get(person)
    if way is not None:
        tell_responder(
            session,
            key=key,
            channel=way.channel,
            contact_id=way.contact_id,
            template=template,
            arguments=dict(arguments),
        )


def tell_supervisors(session: Session, alarm: Alarm, *, key: str, template: str, **arguments: int | str) -> int:
    """The operator's channel: every supervisor by every working way, but who may not take such cases. How many
    notices that are."""
    active = session.scalars(select(Staff.id).where(Staff.active, Staff.role == StaffRole.SUPERVISOR)).all()
    supervisors = {each for each in active if may_take(session, alarm, each)}
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
