"""LISTEN/NOTIFY turned into events. A loop waits for its event or one second, whichever is first, so that a lost
notification costs a second and nothing else. The same connection holds the lock by which others know that this process
lives: both end with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
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
    """One listening connection for all loops of a process. Each waiter has an event of its own."""

    def __init__(
        self, conninfo: str, *, check_seconds: float = _CHECK_SECONDS, answer_seconds: float = _ANSWER_SECONDS
    ) -> None:
        self._conninfo = conninfo
        self._check_seconds = check_seconds
        self._answer_seconds = answer_seconds
        self._waiting: dict[str, set[asyncio.Event]] = {queue: set() for queue in QUEUES}
        self._number = new_number()
        self._present = False

    @property
    def holder(self) -> int:
        """What this process leases under: its number while its lock is held, NOBODY while it is not."""
        return self._number if self._present else NOBODY

    async def wait(self, queue: str, *, at_most: timedelta | None = None) -> None:
        """Until something may be there for this queue, or the fallback time is over, or `at_most` if that is sooner."""
        seconds = _FALLBACK_SECONDS if at_most is None else min(at_most.total_seconds(), _FALLBACK_SECONDS)
        event = asyncio.Event()
        self._waiting[queue].add(event)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), max(seconds, 0))
        self._waiting[queue].discard(event)

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
        """One row wakes all waiters of its queue: those that come too late find nothing and wait again."""
        for event in self._waiting.get(queue, ()):
            event.set()

    def wake_all(self) -> None:
        """Every loop looks once more."""
        for queue in QUEUES:
            self._wake(queue)


def _hang_up(descriptor: int) -> None:
    """Both directions of the connection end here, whatever the other side does."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as line:
        line.shutdown(socket.SHUT_RDWR)
