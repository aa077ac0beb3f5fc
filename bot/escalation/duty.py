"""The roster unrolled over a time: who stands where from when to when, after every layer. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from bot.escalation.roster import Roster, places
from bot.escalation.rotations import stretches


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One person at one step, from an instant, inclusive, to another, exclusive."""

    staff_id: int
    step_no: int
    starts_at: datetime
    ends_at: datetime


def unchanging(start: datetime, end: datetime, roster: Roster) -> Iterator[tuple[datetime, datetime]]:
    """[start, end) cut, in order, into times within which nobody comes or goes."""
    moments = {start, end}
    for shift in roster.fixed:
        moments |= {at for at in (shift.starts_at, shift.ends_at) if at is not None}
    for override in roster.overrides:
        moments |= {override.starts_at, override.ends_at}
    for rule in roster.rotations:
        for each in stretches(rule, start, end, roster.holidays):
            moments |= {each.starts_at, each.ends_at}
    ordered = sorted(at for at in moments if start <= at <= end)
    yield from pairwise(ordered)


def duties(start: datetime, end: datetime, roster: Roster) -> tuple[Duty, ...]:
    """Everybody's time at every step within [start, end), cut to it, by beginning, then step. What touches is one."""
    running: dict[tuple[int, int], datetime] = {}
    found = []
    before: frozenset[tuple[int, int]] = frozenset()
    for begins, _ in unchanging(start, end, roster):
        standing = places(begins, roster)
        found += [_ended(place, running.pop(place), begins) for place in before - standing]
        running |= dict.fromkeys(standing - before, begins)
        before = standing
    found += [_ended(place, begins, end) for place, begins in running.items()]
    return tuple(sorted(found, key=lambda each: (each.starts_at, each.step_no, each.staff_id)))


def _ended(place: tuple[int, int], begins: datetime, ends: datetime) -> Duty:
    step_no, staff_id = place
    return Duty(staff_id=staff_id, step_no=step_no, starts_at=begins, ends_at=ends)
