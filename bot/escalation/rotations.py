"""People taking turns in local wall time, expanded into instants: pure, nothing is stored of whose turn it is.

A turn begins at the hand-over time of its zone. Where that hour does not exist (spring) it begins at the moment the
clock jumps to; where it exists twice (autumn) it begins at the first of the two. The end of a turn is the beginning of
the next one, so no change of clocks leaves a gap or an overlap (oncall.md, rules 9 and 10)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.database.states import OnHolidays

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


@dataclass(frozen=True, kw_only=True)
class RotationRule:
    """A rotation as it was set. `weekdays` are ISO numbers of the local day on which a stretch begins; none: all."""

    rotation_id: int
    step_no: int
    zone: ZoneInfo
    starts_on: date
    ends_on: date | None
    hands_over_at: time
    turn_days: int
    members: tuple[int, ...]
    weekdays: frozenset[int] = frozenset()
    from_time: time | None = None
    until_time: time | None = None
    on_holidays: OnHolidays = OnHolidays.AS_USUAL


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Somebody's time on call, from an instant, inclusive, to another, exclusive."""

    staff_id: int
    step_no: int
    starts_at: datetime
    ends_at: datetime


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a local time of day; of two the first, of none the moment the clock jumps to."""
    local = datetime.combine(day, at, tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # The hour is left out: read with the offset before the jump it lies behind it by as much as is left out, and
    # with the one after it as much before. The jump is where the offset changes between the two.
    earliest, latest = sorted((instant, local.replace(fold=1).astimezone(UTC)))
    before = earliest.astimezone(zone).utcoffset()
    while latest - earliest > timedelta(seconds=1):
        middle = earliest + (latest - earliest) / 2
        if middle.astimezone(zone).utcoffset() == before:
            earliest = middle
        else:
            latest = middle
    return latest.replace(microsecond=0)


def stretches(rule: RotationRule, start: datetime, end: datetime, holidays: Collection[date]) -> Iterator[Stretch]:
    """Everybody's time on call that touches [start, end), in order, cut to it. The work grows with the days between
    the two, never with how long ago the rotation began."""
    if not rule.members:
        return
    day = max(rule.starts_on, start.astimezone(rule.zone).date() - 2 * _DAY)
    last = end.astimezone(rule.zone).date() + _DAY
    if rule.ends_on is not None:
        last = min(last, rule.ends_on - _DAY)
    while day <= last:
        if _stands_on(rule, day, holidays):
            member = rule.members[(day - rule.starts_on).days // rule.turn_days % len(rule.members)]
            for begins, stops in _of_day(rule, day):
                if max(begins, start) < min(stops, end):
                    yield Stretch(
                        staff_id=member,
                        step_no=rule.step_no,
                        starts_at=max(begins, start),
                        ends_at=min(stops, end),
                    )
        day += _DAY


def _stands_on(rule: RotationRule, day: date, holidays: Collection[date]) -> bool:
    if rule.weekdays and day.isoweekday() not in rule.weekdays:
        return False
    if rule.on_holidays is OnHolidays.AS_USUAL:
        return True
    return (day in holidays) is (rule.on_holidays is OnHolidays.ONLY)


def _of_day(rule: RotationRule, day: date) -> Iterator[tuple[datetime, datetime]]:
    """What belongs to the day that begins at the hand-over of `day`: all of it, or the hours the rule names."""
    begins = instant_of(day, rule.hands_over_at, rule.zone)
    ends = instant_of(day + _DAY, rule.hands_over_at, rule.zone)
    if rule.from_time is None or rule.until_time is None or rule.from_time == rule.until_time:
        yield begins, ends
        return
    for first in (day - _DAY, day, day + _DAY):
        opens = instant_of(first, rule.from_time, rule.zone)
        past_midnight = rule.until_time < rule.from_time
        closes = instant_of(first + _DAY if past_midnight else first, rule.until_time, rule.zone)
        if max(opens, begins) < min(closes, ends):
            yield max(opens, begins), min(closes, ends)
