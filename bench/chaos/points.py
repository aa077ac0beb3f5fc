"""Where the path can be cut, who can be killed there, and the seeded plan of all kills: pure."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Victim(StrEnum):
    """Whom SIGKILL hits."""

    SERVICE = "service"  # doors and workers, all in one process
    POSTGRES = "postgres"  # the postmaster with all its backends
    RASA = "rasa"


class Point(StrEnum):
    """A moment of the path. The process stands exactly there when the victim dies."""

    DOOR_BEFORE_STORE = "door: before store"
    DOOR_STORED = "door: stored, before commit"
    DOOR_COMMITTED = "door: committed, before 200"
    POLL_FETCHED = "poll: fetched, before store"
    POLL_STORED = "poll: stored, before commit of the offset"
    POLL_COMMITTED = "poll: committed"
    INBOX_CLAIMED = "inbox: claimed"
    INBOX_PREPARED = "inbox: prepared, engine not yet asked"
    INBOX_ASKED = "inbox: engine asked, no answer yet"
    INBOX_ANSWERED = "inbox: engine answered"
    INBOX_APPLIED = "inbox: applied, before commit"
    INBOX_COMMITTED = "inbox: committed"
    RESPONDER_APPLIED = "acknowledge: applied, before commit"
    RESPONDER_COMMITTED = "acknowledge: committed"
    OUTBOX_CLAIMED = "outbox: claimed"
    OUTBOX_COMPOSED = "outbox: composed"
    OUTBOX_ON_THE_WIRE = "outbox: on the wire, answer not read"
    OUTBOX_SENT = "outbox: sent, before it is recorded"
    OUTBOX_RECORDED = "outbox: recorded, before commit"
    OUTBOX_COMMITTED = "outbox: record committed"
    ALARM_SWEPT = "alarms: swept, before commit"
    ALARM_COMMITTED = "alarms: committed"
    SPOOL_WRITTEN = "spool: written, before 200"
    SPOOL_FLUSHED = "spool: stored, before the file goes"


RASA_POINTS = frozenset({Point.INBOX_PREPARED, Point.INBOX_ASKED, Point.INBOX_ANSWERED, Point.INBOX_CLAIMED})
WHILE_POSTGRES_IS_DOWN = frozenset({Point.SPOOL_WRITTEN})
AFTER_POSTGRES_WAS_DOWN = frozenset({Point.SPOOL_FLUSHED})
ALARM_POINTS = frozenset({Point.ALARM_SWEPT, Point.ALARM_COMMITTED})
NEEDS_AN_ALARM = ALARM_POINTS | {Point.RESPONDER_APPLIED, Point.RESPONDER_COMMITTED}
_NO_RASA_NEEDED = frozenset(Point) - {Point.INBOX_ASKED}


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One planned kill: at the `after`-th time that somebody comes to `point`."""

    point: Point
    victim: Victim
    after: int


def victims_at(point: Point, *, with_rasa: bool) -> tuple[Victim, ...]:
    """Whom it makes sense to kill there. In the spool PostgreSQL is down already, or its death changes nothing."""
    if point in WHILE_POSTGRES_IS_DOWN:
        return (Victim.SERVICE,)
    rasa = (Victim.RASA,) if with_rasa and point in RASA_POINTS else ()
    return (Victim.SERVICE, Victim.POSTGRES, *rasa)


def plan_kills(count: int, *, seed: int, with_rasa: bool) -> list[Kill]:
    """Every point with each of its victims as evenly as the count allows, in an order that the seed decides."""
    chance = random.Random(seed)
    points = frozenset(Point) if with_rasa else _NO_RASA_NEEDED
    pairs = [(point, victim) for point in sorted(points) for victim in victims_at(point, with_rasa=with_rasa)]
    kills: list[Kill] = []
    while len(kills) < count:
        chance.shuffle(pairs)
        kills += [Kill(point=point, victim=victim, after=chance.randint(1, 3)) for point, victim in pairs]
    return kills[:count]


def untouched(done: Collection[tuple[Point, Victim]], planned: Sequence[Kill]) -> list[tuple[Point, Victim]]:
    """Pairs that the plan names and that no kill has hit."""
    return sorted({(kill.point, kill.victim) for kill in planned} - set(done))
