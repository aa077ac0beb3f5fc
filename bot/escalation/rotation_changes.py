"""Rotations and holidays as an operator sets them: checked, stored, written to the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.database.states import OnHolidays
from bot.database.tables import Holiday, Rotation, RotationMember, Staff
from bot.escalation.roster_changes import refused, write_audit
from bot.escalation.roster_store import load_roster
from bot.escalation.rotations import RotationRule
from bot.escalation.wall_time import RosterError

_LONGEST_NAME, _MOST_TURN_DAYS = 60, 366


@dataclass(frozen=True, kw_only=True)
class RotationLine:
    """A rotation as it is listed: its rule, its name, and who takes turns, in order."""

    name: str
    rule: RotationRule
    members: tuple[str, ...]


def add_rotation(session: Session, name: str, rule: RotationRule, members: Sequence[Staff], *, by: Staff | None) -> int:
    """People who take turns, the first of `members` first; the rule's own members and number are not looked at. Its
    number. RosterError when the name is taken or the rule is none that anybody could mean."""
    spelled = " ".join(name.split())
    if not spelled or len(spelled) > _LONGEST_NAME or not spelled.isprintable():
        raise RosterError(f"a rotation's name has 1 to {_LONGEST_NAME} visible characters")
    _check(rule, members)
    row = Rotation(
        name=spelled,
        step_no=rule.step_no,
        zone=rule.zone.key,
        starts_on=rule.starts_on,
        ends_on=rule.ends_on,
        hands_over_at=rule.hands_over_at,
        turn_days=rule.turn_days,
        weekdays=sorted(rule.weekdays),
        from_time=rule.from_time,
        until_time=rule.until_time,
        on_holidays=rule.on_holidays,
    )
    with refused(session, "rotation_name_key", f"there is a rotation named {spelled} already"):
        session.add(row)
    session.add_all(
        RotationMember(rotation_id=row.id, position=position, staff_id=staff.id)
        for position, staff in enumerate(members)
    )
    session.flush()
    write_audit(session, by, f"rotation {row.id}")
    return row.id


def _check(rule: RotationRule, members: Sequence[Staff]) -> None:
    if rule.step_no < 1:
        raise RosterError("steps are counted from 1")
    if not members:
        raise RosterError("a rotation needs at least one person")
    for staff in members:
        if not staff.active:
            raise RosterError(f"the account of {staff.name} is disabled: nothing would wake them")
    if not 1 <= rule.turn_days <= _MOST_TURN_DAYS:
        raise RosterError(f"a turn lasts 1 to {_MOST_TURN_DAYS} days")
    if not rule.weekdays <= frozenset(range(1, 8)):
        raise RosterError("weekdays are 1, Monday, to 7, Sunday")
    if (rule.from_time is None) is not (rule.until_time is None):
        raise RosterError("hours of the day have a beginning and an end")
    if rule.ends_on is not None and rule.ends_on <= rule.starts_on:
        raise RosterError("a rotation ends after the day on which it begins")


def remove_rotation(session: Session, name: str, *, by: Staff | None) -> None:
    """It never was. RosterError when there is none of this name."""
    gone = session.scalar(delete(Rotation).where(Rotation.name == " ".join(name.split())).returning(Rotation.id))
    if gone is None:
        raise RosterError(f"there is no rotation named {name}; see `sampan oncall rotation list`")
    write_audit(session, by, f"rotation_removed {gone}")


def list_rotations(session: Session) -> list[RotationLine]:
    """All of them by step and name."""
    names = {staff.id: staff.name for staff in session.scalars(select(Staff))}
    rules = {rule.rotation_id: rule for rule in load_roster(session).rotations}
    rows = session.scalars(select(Rotation).order_by(Rotation.step_no, Rotation.name))
    return [
        RotationLine(name=row.name, rule=rules[row.id], members=tuple(names[each] for each in rules[row.id].members))
        for row in rows
    ]


def usual_rule(step_no: int, zone: ZoneInfo, starts_on: date) -> RotationRule:
    """A turn of a week that is handed over at eight in the morning, on all days, holidays or not."""
    return RotationRule(
        rotation_id=0,
        step_no=step_no,
        zone=zone,
        starts_on=starts_on,
        ends_on=None,
        hands_over_at=time(8),
        turn_days=7,
        members=(),
        on_holidays=OnHolidays.AS_USUAL,
    )


def only_between(rule: RotationRule, begins: time, ends: time) -> RotationRule:
    """The same, on call between these hours only. It is handed over where the hours begin, so that no night is cut
    between two people."""
    return replace(rule, from_time=begins, until_time=ends, hands_over_at=begins)


def add_holiday(session: Session, day: date, name: str, *, by: Staff | None) -> None:
    """A local day on which rotations may differ; named anew when it is one already."""
    spelled = " ".join(name.split())[:_LONGEST_NAME] or day.isoformat()
    session.execute(
        insert(Holiday)
        .values(day=day, name=spelled)
        .on_conflict_do_update(index_elements=["day"], set_={"name": spelled})
    )
    write_audit(session, by, f"holiday {day.isoformat()}")


def remove_holiday(session: Session, day: date, *, by: Staff | None) -> None:
    """A day like any other again. RosterError when it was none."""
    if session.scalar(delete(Holiday).where(Holiday.day == day).returning(Holiday.day)) is None:
        raise RosterError(f"{day.isoformat()} is no holiday here")
    write_audit(session, by, f"holiday_removed {day.isoformat()}")


def list_holidays(session: Session, since: date) -> Sequence[Holiday]:
    """Those from a day on, in order."""
    return session.scalars(select(Holiday).where(Holiday.day >= since - timedelta(days=1)).order_by(Holiday.day)).all()
