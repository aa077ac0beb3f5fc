"""The roster and the responders' contacts, as rows."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.tables import (
    Holiday,
    RosterEntry,
    RosterOverride,
    Rotation,
    RotationMember,
    Staff,
    StaffContact,
)
from bot.escalation.needs import Person
from bot.escalation.roster import Override, Roster, Shift, Way
from bot.escalation.rotations import RotationRule

_BEGINNING, _END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def load_roster(session: Session) -> Roster:
    """All that says who is on call when. People whose account is not active are not in it."""
    people = {
        staff.id: Person(
            staff_id=staff.id, reads=frozenset({staff.language, *staff.reads}), conflicts=frozenset(staff.conflicts)
        )
        for staff in session.scalars(select(Staff).where(Staff.active))
    }
    fixed = session.scalars(select(RosterEntry).order_by(RosterEntry.id))
    return Roster(
        fixed=tuple(
            Shift(staff_id=row.staff_id, step_no=row.step_no, starts_at=row.starts_at, ends_at=row.ends_at)
            for row in fixed
        ),
        rotations=_load_rotations(session),
        overrides=_load_overrides(session),
        holidays=frozenset(session.scalars(select(Holiday.day))),
        people=people,
    )


def _load_rotations(session: Session) -> tuple[RotationRule, ...]:
    members: dict[int, list[int]] = {}
    for place in session.scalars(select(RotationMember).order_by(RotationMember.rotation_id, RotationMember.position)):
        members.setdefault(place.rotation_id, []).append(place.staff_id)
    return tuple(
        RotationRule(
            rotation_id=row.id,
            step_no=row.step_no,
            zone=ZoneInfo(row.zone),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            hands_over_at=row.hands_over_at,
            turn_days=row.turn_days,
            members=tuple(members.get(row.id, ())),
            weekdays=frozenset(row.weekdays),
            from_time=row.from_time,
            until_time=row.until_time,
            on_holidays=row.on_holidays,
        )
        for row in session.scalars(select(Rotation).order_by(Rotation.id))
    )


def _load_overrides(session: Session) -> tuple[Override, ...]:
    return tuple(
        Override(
            absent_id=row.absent_id,
            present_id=row.present_id,
            step_no=row.step_no,
            starts_at=row.during.lower or _BEGINNING,
            ends_at=row.during.upper or _END,
        )
        for row in session.scalars(select(RosterOverride).order_by(RosterOverride.id))
    )


def load_ways(session: Session) -> tuple[Way, ...]:
    """Every verified, working contact of an active account."""
    rows = session.scalars(
        select(StaffContact)
        .join(Staff, Staff.id == StaffContact.staff_id)
        .where(Staff.active, StaffContact.verified_at.is_not(None), StaffContact.broken_at.is_(None))
    )
    return tuple(Way(contact_id=row.id, staff_id=row.staff_id, channel=row.channel, rank=row.rank) for row in rows)
