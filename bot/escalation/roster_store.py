"""The roster and the responders' contacts, as rows."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.database.tables import RosterEntry, Staff, StaffContact
from bot.escalation.roster import Shift, Way


def load_shifts(session: Session) -> tuple[Shift, ...]:
    """Every place on the roster of an active account."""
    rows = session.scalars(select(RosterEntry).join(Staff, Staff.id == RosterEntry.staff_id).where(Staff.active))
    return tuple(
        Shift(staff_id=row.staff_id, step_no=row.step_no, starts_at=row.starts_at, ends_at=row.ends_at) for row in rows
    )


def load_ways(session: Session) -> tuple[Way, ...]:
    """Every verified, working contact of an active account."""
    rows = session.scalars(
        select(StaffContact)
        .join(Staff, Staff.id == StaffContact.staff_id)
        .where(Staff.active, StaffContact.verified_at.is_not(None), StaffContact.broken_at.is_(None))
    )
    return tuple(Way(contact_id=row.id, staff_id=row.staff_id, channel=row.channel, rank=row.rank) for row in rows)


def mark_broken(session: Session, contact_id: int, reason: str) -> None:
    """A way that certainly does not work any more; it is not used until it is verified again."""
    session.execute(
        update(StaffContact)
        .where(StaffContact.id == contact_id, StaffContact.broken_at.is_(None))
        .values(broken_at=func.now(), broken_reason=reason)
    )
