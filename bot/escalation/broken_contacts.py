"""A way to a responder that certainly does not work any more: it is used no longer, and somebody is told of it by
another way, because whoever does not know cannot mend it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.database.states import StaffRole
from bot.database.tables import Staff, StaffContact
from bot.escalation.roster import Way
from bot.escalation.roster_store import load_ways
from bot.messages.outbox import tell_responder
from bot.messages.read_aloud import READ_ALOUD


def mark_broken(session: Session, contact_id: int, reason: str) -> None:
    """Use this way no more until it is verified again, and tell: the person themselves by another way that works and
    can be read, else every supervisor. Told once for each time it breaks; of a way never verified nothing is said."""
    contact = session.execute(
        update(StaffContact)
        .where(StaffContact.id == contact_id, StaffContact.broken_at.is_(None))
        .values(broken_at=func.now(), broken_reason=reason)
        .returning(StaffContact.staff_id, StaffContact.channel, StaffContact.broken_at, StaffContact.verified_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if contact is None or contact.verified_at is None:
        return
    ways = load_ways(session)
    own = _first_way(ways, contact.staff_id, read=True)
    key = f"contact-broken:{contact_id}:{_instant(contact.broken_at)}"
    if own is not None:
        _tell(session, own, key, "contact_broken", {"broken_way": contact.channel})
        return
    for supervisor in session.scalars(select(Staff.id).where(Staff.active, Staff.role == StaffRole.SUPERVISOR)):
        way = _first_way(ways, supervisor, read=True) or _first_way(ways, supervisor, read=False)
        if way is not None:
            values = {"broken_way": contact.channel, "staff_id": contact.staff_id}
            _tell(session, way, f"{key}:{way.contact_id}", "contact_broken_of", values)


def _first_way(ways: tuple[Way, ...], staff_id: int, *, read: bool) -> Way | None:
    """The first one that can be read, because nobody is rung up for this; or that is heard."""
    theirs = (way for way in ways if way.staff_id == staff_id and (way.channel not in READ_ALOUD) is read)
    return min(theirs, key=lambda way: way.rank, default=None)


def _tell(session: Session, way: Way, key: str, template: str, values: dict[str, object]) -> None:
    tell_responder(
        session, key=key, channel=way.channel, contact_id=way.contact_id, template=template, arguments=values
    )


def _instant(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)
