"""LISTEN/NOTIFY turned into events. A loop waits for its event or one second, whichever is first, so that a lost
notification costs a second and nothing else. Of loops that do the same, one is woken, and wakes the next when it has
found something: all at once would only keep each other from the processor.

The same connection holds the lock by which others know that this process lives: both end with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections import deque
from datetime import timedelta

import psycopg
import structlog

from bot.database.presence import LOCK, NOBODY, new_number

log = structlog.get_logger("worker")

QUEUES = ("inbox", "outbox", "alarms", "files")
_FALLBACK_SECONDS = 1.0
# A half-open connection is noticed by asking: at the latest after both of these.
_CHECK_SECONDS = 3.0
_ANSWER_SECONDS = 2.0


class Wakeups:
    """One listening connection for all loops of a process. Each waiter has an event of its own; those that name the
    same `team` stand in line."""

    def __init__(
        self, conninfo: str, *, check_seconds: float = _CHECK_SECONDS, answer_seconds: float = _ANSWER_SECONDS
    ) -> None:
        self._conninfo = conninfo
        self._check_seconds = check_seconds
        self._answer_seconds = answer_seconds
        self._waiting: dict[str, set[asyncio.Event]] = {queue: set() for queue in QUEUES}
        self._teams: dict[str, dict[str, deque[asyncio.Event]]] = {queue: {} for queue in QUEUES}
        self._missed: set[tuple[str, str]] = set()  # woken while the whole team was at work
        self._number = new_number()
        self._present = False

    @property
    def holder(self) -> int:
        """What this process leases under: its number while its lock is held, NOBODY while it is not."""
        return self._number if self._present else NOBODY

    async def wait(self, queue: str, *, at_most: timedelta | None = None, team: str | None = None) -> None:
        """Until something may be there for this queue, or the fallback time is over, or `at_most` if that is sooner.
        Of a team one is woken; without one, everybody."""
        seconds = _FALLBACK_SECONDS if at_most is None else min(at_most.total_seconds(), _FALLBACK_SECONDS)
        event = asyncio.Event()
        self._waiting[queue].add(event)
        line = self._teams[queue].setdefault(team, deque()) if team is not None else deque()
        line.append(event)
        if team is not None and (queue, team) in self._missed:
            self._missed.discard((queue, team))
            event.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), max(seconds, 0))
        self._waiting[queue].discard(event)
        if event in line:
            line.remove(event)

    def found(self, queue: str, team: str) -> None:
        """One of the team has taken something: the next one looks whether there is more."""
        line = self._teams[queue].get(team)
        if line:
            line.popleft().set()

    async def listen(self) -> None:
        """Run until cancelled; connects again whenever the connection is lost."""
        while True:
            try:
                await self._listen_once()
            except (psycopg.Error, OSError) as error:
                log.warning("listen_lost", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _listen_once(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, connect_timeout=3)
        async with connection:
            await self._ask(connection, "listen sampan")
            await self._ask(connection, LOCK.format(number=self._number))
            self._present = True
            self.wake_all()  # whatever came while nobody listened
            try:
                while True:
                    async for notice in connection.notifies(timeout=self._check_seconds):
                        self._wake(notice.payload)
                    await self._ask(connection, "select 1")
            finally:
                self._present = False

    async def _ask(self, connection: psycopg.AsyncConnection, statement: str) -> None:
        """One statement, answered in time. Cancelling it would have psycopg ask the same silent server to cancel, and
        wait for that: we hang up instead, and it fails as any lost connection does."""
        asking = asyncio.ensure_future(connection.execute(statement.encode()))
        try:
            await asyncio.wait({asking}, timeout=self._answer_seconds)
        finally:
            if not asking.done():
                _hang_up(connection.fileno())
        await asking

    def _wake(self, queue: str) -> None:
        """Whoever waits alone, and one of each team; where all of a team are at work, the first that would wait looks
        once more instead: what it has just looked at may have been older."""
        lines = self._teams.get(queue, {})
        in_line = {event for line in lines.values() for event in line}
        for event in self._waiting.get(queue, set()) - in_line:
            event.set()
        for team, line in lines.items():
            if line:
                line.popleft().set()
            else:
                self._missed.add((queue, team))

    def wake_all(self) -> None:
        """Every loop looks once more."""
        for waiting in self._waiting.values():
            for event in waiting:
                event.set()


def _hang_up(descriptor: int) -> None:
    """Both directions of the connection end here, whatever the other side does."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as line:
        line.shutdown(socket.SHUT_RDWR)
