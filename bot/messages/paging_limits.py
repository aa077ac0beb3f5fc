"""How often one telephone may be paged, and how long a page may be: pure, and all of it readable here.

The first page of an alarm nobody was paged for yet is the one thing that no number of other pages may hold up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One limit in words: what is limited, to how much, and why."""

    what: str
    value: str
    why: str


FIRST_PAGES_APART = timedelta(seconds=1)  # half of what a first page may take; the rest is for sending it
REPEATED_PAGES_APART = timedelta(seconds=30)
TELLINGS_APART = timedelta(seconds=10)
MOST_SMS_PARTS = 3
MOST_SIGNS = 900
MOST_BUTTONS = 8

LIMITS = (
    Limit(
        what="First pages to one telephone",
        value=f"{FIRST_PAGES_APART.total_seconds():g} s apart, and none waits longer than that",
        why="A first page must leave within 2 s, and what comes in that time is read better on one page than on ten.",
    ),
    Limit(
        what="Pages again to one telephone",
        value=f"{REPEATED_PAGES_APART.total_seconds():g} s apart, and none waits longer than that",
        why="Whoever is shaken awake by every case at once can take none; half a step later they are all on one page.",
    ),
    Limit(
        what="That others took their cases, to one telephone",
        value=f"{TELLINGS_APART.total_seconds():g} s apart, and none waits longer than that",
        why="Whoever was paged should stop running soon, and not be called back by every single case of a storm.",
    ),
    Limit(
        what="Length of a page that names several cases, by SMS",
        value=f"{MOST_SMS_PARTS} parts",
        why="Parts arrive one by one and not in order; what does not fit is told as a number of cases.",
    ),
    Limit(
        what="Length of a page that names several cases, elsewhere",
        value=f"{MOST_SIGNS} signs",
        why="It has to be read at a glance on a small screen.",
    ),
    Limit(
        what="Cases on a page that nobody was paged for before",
        value="no limit",
        why="Each is named by its number at least, should the page become longer: a case nobody has heard of is lost.",
    ),
    Limit(
        what="Buttons under a page",
        value=f"{MOST_BUTTONS}",
        why="More do not fit a telephone; every case can also be taken by its code, and in the console.",
    ),
)


def may_leave_at(*, first: bool, written_at: datetime, last_left_at: datetime | None) -> datetime:
    """When a page may leave for a telephone for which the last page left at `last_left_at`. A limit counts from that
    or from when the page was written, whichever is earlier: so that a stream of other pages never starves one."""
    if last_left_at is None:
        return written_at
    return min(last_left_at, written_at) + (FIRST_PAGES_APART if first else REPEATED_PAGES_APART)
