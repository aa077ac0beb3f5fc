"""Who is on call at an instant: pure. "On call" means reachable: a verified contact that is not broken.

Three layers: fixed places and rotations say who stands at which step; overrides say who stands in, is away or comes in
addition; the case's needs say whom of them to wake first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.escalation.needs import ANYTHING, Needs, Person
from bot.escalation.rotations import RotationRule, stretches

_AN_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A responder's fixed place on the roster; open-ended where a bound is None."""

    staff_id: int
    step_no: int
    starts_at: datetime | None
    ends_at: datetime | None

    def covers(self, at: datetime) -> bool:
        """From the start, inclusive, to the end, exclusive."""
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, kw_only=True)
class Override:
    """For a time, `present_id` stands in for `absent_id`; nobody when it is None; in addition, at `step_no`, when
    nobody is absent."""

    absent_id: int | None
    present_id: int | None
    step_no: int | None
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        """From the start, inclusive, to the end, exclusive."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, kw_only=True)
class Roster:
    """All that says who is on call when. Only people with an active account stand in `people`; nobody else is woken."""

    fixed: tuple[Shift, ...] = ()
    rotations: tuple[RotationRule, ...] = ()
    overrides: tuple[Override, ...] = ()
    holidays: frozenset[date] = frozenset()
    people: Mapping[int, Person] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Way:
    """One working way to wake a responder; rank 1 is tried first."""

    contact_id: int
    staff_id: int
    channel: str
    rank: int


@dataclass(frozen=True, kw_only=True)
class OnCall:
    """A responder who can be woken now, and how."""

    staff_id: int
    step_no: int
    way: Way


def places(at: datetime, roster: Roster) -> frozenset[tuple[int, int]]:
    """(step, account) of everybody who stands on the roster at `at`, reachable or not."""
    standing = {(shift.step_no, shift.staff_id) for shift in roster.fixed if shift.covers(at)}
    for rule in roster.rotations:
        standing |= {(each.step_no, each.staff_id) for each in stretches(rule, at, at + _AN_INSTANT, roster.holidays)}
    now = [override for override in roster.overrides if override.covers(at)]
    instead: dict[int | None, int | None] = {
        override.absent_id: override.present_id for override in now if override.absent_id is not None
    }
    found = {(step_no, _stand_in(staff_id, instead)) for step_no, staff_id in standing}
    found |= {
        (override.step_no, _stand_in(override.present_id, instead))
        for override in now
        if override.absent_id is None and override.step_no is not None
    }
    return frozenset((step_no, who) for step_no, who in found if who is not None and who in roster.people)


def _stand_in(staff_id: int | None, instead: Mapping[int | None, int | None]) -> int | None:
    """Who comes for this person; a stand-in who is away as well is stood in for. Where that leads back to somebody
    (two swapped the same hours) each takes the place they were named for: nobody's promise to come is dropped."""
    first = instead.get(staff_id)
    seen: set[int | None] = set()
    while staff_id in instead:
        if staff_id in seen:
            return first
        seen.add(staff_id)
        staff_id = instead[staff_id]
    return staff_id


def who_is_on_call(at: datetime, roster: Roster, ways: Iterable[Way], needs: Needs = ANYTHING) -> tuple[OnCall, ...]:
    """Everybody on call and reachable at `at` who may take such a case, by step, then by account; each by the way of
    the lowest rank. Whom of a step to wake is `to_wake`'s to say."""
    best = first_ways(ways)
    return tuple(
        OnCall(staff_id=staff_id, step_no=step_no, way=best[staff_id])
        for step_no, staff_id in sorted(places(at, roster))
        if staff_id in best and roster.people[staff_id].may_take(needs)
    )


def to_wake(step_no: int, on_call: Iterable[OnCall], roster: Roster, needs: Needs) -> tuple[OnCall, ...]:
    """Whom of those on call to wake at a step: who reads the case's language. When nobody of the step does, all of it
    and, with them, the nearest later step's readers: nobody waits for a language, and who has it is not left asleep."""
    everybody = tuple(on_call)
    here = tuple(each for each in everybody if each.step_no == step_no)
    readers = tuple(each for each in here if roster.people[each.staff_id].can_read(needs))
    if readers or not here:
        return readers
    known = {each.staff_id for each in here}
    later = [
        each
        for each in everybody
        if each.step_no > step_no and each.staff_id not in known and roster.people[each.staff_id].can_read(needs)
    ]
    nearest = min((each.step_no for each in later), default=None)
    return here + tuple(each for each in later if each.step_no == nearest)


def everybody_reachable(roster: Roster, ways: Iterable[Way], needs: Needs = ANYTHING) -> tuple[OnCall, ...]:
    """The last resort: every active responder with a working contact, on call or not, but for those who may not take
    the case. Their step is 0."""
    best = first_ways(ways)
    return tuple(
        OnCall(staff_id=staff_id, step_no=0, way=best[staff_id])
        for staff_id in sorted(best)
        if staff_id in roster.people and roster.people[staff_id].may_take(needs)
    )


def first_ways(ways: Iterable[Way]) -> dict[int, Way]:
    """Each person's way of the lowest rank."""
    best: dict[int, Way] = {}
    for way in sorted(ways, key=lambda each: (each.rank, each.contact_id)):
        best.setdefault(way.staff_id, way)
    return best
