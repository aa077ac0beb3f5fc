"""Runs the soak: arms one kill after another, keeps everybody alive, lets people write just ahead of the kills, and in
the end waits until nothing is left to do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.exc import SQLAlchemyError

from bench.chaos.killer import Wiretap
from bench.chaos.points import (
    AFTER_POSTGRES_WAS_DOWN,
    ALARM_POINTS,
    NEEDS_AN_ALARM,
    WHILE_POSTGRES_IS_DOWN,
    Kill,
    Point,
    Victim,
)
from bench.chaos.processes import Processes
from bench.chaos.reporters import Writers
from bench.chaos.responders import Responders
from bench.installation import Installation
from bot.database.states import AlarmState, InboxState, OutboxState
from bot.database.tables import Alarm, InboxMessage, OutboxMessage
from bot.errors import DatabaseDownError

_NOT_REACHED_SECONDS = 10.0  # another point is tried first, and more is written
_POSTGRES_DOWN_SECONDS = 1.5
_DRAIN_SECONDS = 240.0
_TICK_SECONDS = 0.02
_MOST_BACKLOG = 25  # the soak is about crashes, not about load


@dataclass
class Conductor:
    """One soak. `say` shows a line of progress."""

    installation: Installation
    wiretap: Wiretap
    processes: Processes
    writers: Writers
    responders: Responders
    kills: list[Kill]
    messages: int
    say: Callable[[str], None]
    done: list[dict[str, Any]] = field(default_factory=list)
    _number: int = 0
    _armed: str = ""
    _said_at: float = 0.0

    def run(self) -> bool:
        """All kills, all messages, then the drain. False when something was left to do after minutes of peace."""
        waiting = list(self.kills)
        self._allow_more()
        while waiting:
            kill = self._next(waiting)
            waiting.remove(kill)
            if not self._carry_out(kill):
                waiting.append(kill)
            self._allow_more()
        self._disarm()
        self.writers.allowance = max(self.messages, self.writers.allowance)
        return self._drain()

    def _next(self, waiting: list[Kill]) -> Kill:
        """The next in the plan whose victim lives; Rasa needs its time to come back."""
        ready = (kill for kill in waiting if kill.victim is not Victim.RASA or self.processes.is_ready(Victim.RASA))
        return next(ready, waiting[0])

    def _allow_more(self) -> None:
        """People write in step with the kills, so that none falls into silence and none comes after the last word."""
        if self._backlog() >= _MOST_BACKLOG:
            return
        in_step = (len(self.done) + 2) * self.messages // len(self.kills)
        self.writers.allowance = max(self.writers.allowance, min(in_step, self.messages))

    def _carry_out(self, kill: Kill) -> bool:
        """Arm it and wait until it has happened and its victim is back. False when its point was not reached."""
        spool = kill.point in WHILE_POSTGRES_IS_DOWN | AFTER_POSTGRES_WAS_DOWN
        if spool and not self._take_postgres_down(kill.point):
            return False
        self._bring_about(kill)
        self._arm(kill)
        if kill.point in AFTER_POSTGRES_WAS_DOWN:
            self.processes.hold_postgres = False
        happened = self._wait_while_people_write()
        self.processes.hold_postgres = self.responders.asleep = False
        self._disarm()
        self.done = self._read_kills()
        both = (Victim.SERVICE, Victim.POSTGRES)
        self._wait_for(lambda: all(self.processes.is_ready(victim) for victim in both), 60.0)
        return happened

    def _wait_while_people_write(self) -> bool:
        """Whether it happened; never in silence: every second without it somebody writes more."""
        for _ in range(int(_NOT_REACHED_SECONDS)):
            if self._wait_for(lambda: len(self._read_kills()) > len(self.done), 1.0):
                return True
            if self._backlog() < _MOST_BACKLOG:
                self.writers.allowance += 3
        return False

    def _backlog(self) -> int:
        """How many messages wait to be handled; many while nobody can say."""
        waiting = select(func.count()).select_from(InboxMessage).where(InboxMessage.state == InboxState.PENDING)
        try:
            with self.installation.database.transaction() as session:
                return session.scalar(waiting) or 0
        except (DatabaseDownError, SQLAlchemyError):
            return _MOST_BACKLOG

    def _bring_about(self, kill: Kill) -> None:
        """Some points are rare: somebody cries for help, and where an alarm has to move on, nobody hears it."""
        self.responders.asleep = kill.point in ALARM_POINTS
        if kill.point in NEEDS_AN_ALARM:
            for _ in range(kill.after):
                self.writers.cry()

    def _take_postgres_down(self, point: Point) -> bool:
        """The spool is met only while PostgreSQL is away: it is killed at the door, and kept down for a moment."""
        self.processes.hold_postgres = True
        self._arm(Kill(point=Point.DOOR_BEFORE_STORE, victim=Victim.POSTGRES, after=1))
        if not self._wait_while_people_write():
            self.processes.hold_postgres = False
            self._disarm()
            return False
        self.done = self._read_kills()
        self.writers.allowance += 4
        if point in AFTER_POSTGRES_WAS_DOWN:
            self._wait_for(lambda: False, _POSTGRES_DOWN_SECONDS)
        return True

    def _arm(self, kill: Kill) -> None:
        self._number += 1
        armed = {"number": self._number, "point": kill.point, "victim": kill.victim, "after": kill.after}
        self.wiretap.write(self.wiretap.armed, armed)
        self._armed = f"next: {kill.victim} at '{kill.point}'"

    def _disarm(self) -> None:
        self.wiretap.write(self.wiretap.armed, {"victim": None})

    def _read_kills(self) -> list[dict[str, Any]]:
        if not self.wiretap.kills.exists():
            return []
        lines = self.wiretap.kills.read_text().split("\n")[:-1]  # the last one may still be being written
        return [json.loads(line) for line in lines]

    def _wait_for(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Watch over the processes meanwhile."""
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                return False
            self.processes.watch()
            self._show()
            time.sleep(_TICK_SECONDS)
        return True

    def _drain(self) -> bool:
        """Peace: everybody lives, everything is accepted, nothing waits."""
        self._wait_for(lambda: self.writers.finished, _DRAIN_SECONDS)
        return self._wait_for(self._nothing_waits, _DRAIN_SECONDS)

    def _nothing_waits(self) -> bool:
        if any((self.installation.folder / "spool").glob("*.sealed")):
            return False
        telegram = self.installation.providers.telegram.updates or self.installation.providers.staff_bot.updates
        try:
            return self.writers.finished and not telegram and not self._rows_wait()
        except (DatabaseDownError, SQLAlchemyError):
            return False

    def _rows_wait(self) -> bool:
        time.sleep(0.2)
        waiting_out = OutboxMessage.state.in_([OutboxState.PENDING, OutboxState.SENDING])
        with self.installation.database.transaction() as session:
            return bool(
                session.scalar(
                    select(
                        exists().where(InboxMessage.state == InboxState.PENDING)
                        | exists().where(waiting_out)
                        | exists().where(Alarm.state.in_([AlarmState.PAGING, AlarmState.WAITING]))
                    )
                )
            )

    def _show(self) -> None:
        if time.monotonic() - self._said_at < 5:
            return
        self._said_at = time.monotonic()
        self.say(
            f"{len(self.done)} of {len(self.kills)} kills, {len(self.writers.accepted)} messages accepted; "
            f"{self._armed}"
        )
