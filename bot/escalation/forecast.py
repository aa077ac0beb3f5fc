"""When nobody will be reachable: pure. It looks at the roster as it stands and at the contacts that work now; what
breaks tomorrow it cannot know, so it is made anew each day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.escalation.duty import unchanging
from bot.escalation.needs import Needs
from bot.escalation.roster import OnCall, Roster, Way, who_is_on_call

AHEAD = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A time without anybody on call who can be reached; with a language, one in which somebody can be, but nobody who
    reads it. A gap that is still open at the end of the forecast ends there."""

    language: str | None
    starts_at: datetime
    ends_at: datetime


def gaps(
    start: datetime, roster: Roster, ways: Iterable[Way], languages: Collection[str], ahead: timedelta = AHEAD
) -> tuple[Gap, ...]:
    """Every gap of the time from `start`, by beginning; those without anybody before those without a reader."""
    known = tuple(ways)
    times = [
        (begins, ends, who_is_on_call(begins, roster, known))
        for begins, ends in unchanging(start, start + ahead, roster)
    ]
    found = _joined(times, None, lambda present: not present)
    for language in languages:
        found += _joined(times, language, _nobody_reads(roster, language))
    return tuple(sorted(found, key=lambda each: (each.starts_at, each.language is not None, each.language or "")))


def _nobody_reads(roster: Roster, language: str) -> Callable[[tuple[OnCall, ...]], bool]:
    needs = Needs(language=language)
    return lambda present: bool(present) and not any(roster.people[each.staff_id].can_read(needs) for each in present)


def _joined(
    times: Iterable[tuple[datetime, datetime, tuple[OnCall, ...]]],
    language: str | None,
    lacks: Callable[[tuple[OnCall, ...]], bool],
) -> list[Gap]:
    found: list[Gap] = []
    for begins, ends, present in times:
        if not lacks(present):
            continue
        goes_on = found and found[-1].ends_at == begins
        since = found.pop().starts_at if goes_on else begins
        found.append(Gap(language=language, starts_at=since, ends_at=ends))
    return found
