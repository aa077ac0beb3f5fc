"""Who is on call at an instant: pure. "On call" means reachable: a verified contact that is not broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A responder's place on the roster; open-ended where a bound is None."""

    staff_id: int
    step_no: int
    starts_at: datetime | None
    ends_at: datetime | None

    def covers(self, at: datetime) -> bool:
        """From the start, inclusive, to the end, exclusive."""
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


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


def who_is_on_call(at: datetime, shifts: Iterable[Shift], ways: Iterable[Way]) -> tuple[OnCall, ...]:
    """Everybody on call and reachable at `at`, by step, then by account; each by the way of the lowest rank."""
    best = _first_ways(ways)
    found = {
        (shift.step_no, shift.staff_id): OnCall(
            staff_id=shift.staff_id, step_no=shift.step_no, way=best[shift.staff_id]
        )
        for shift in shifts
        if shift.covers(at) and shift.staff_id in best
    }
    return tuple(found[place] for place in sorted(found))


def everybody_reachable(ways: Iterable[Way]) -> tuple[OnCall, ...]:
    """The last resort: every active responder with a working contact, on call or not. Their step is 0."""
    best = _first_ways(ways)
    return tuple(OnCall(staff_id=staff_id, step_no=0, way=best[staff_id]) for staff_id in sorted(best))


def _first_ways(ways: Iterable[Way]) -> dict[int, Way]:
    best: dict[int, Way] = {}
    for way in sorted(ways, key=lambda each: (each.rank, each.contact_id)):
        best.setdefault(way.staff_id, way)
    return best
