"""The worker processes of a simulated night: the product's loops, senders and sweeper, over wake-ups of our own, which
can be lost. A killed process stops where it is; what it had leased stays leased."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from bench.oncall.clocked_database import ClockedDatabase
from bot.channels.channel import Channel
from bot.conversation.outgoing import Composer
from bot.database.presence import NOBODY, new_number
from bot.database.states import AlarmState, OutboxState
from bot.database.tables import Alarm, OutboxMessage
from bot.errors import DatabaseDownError
from bot.messages.message import Audience
from bot.worker.alarm_loop import AlarmWorker
from bot.worker.clock_guard import ClockGuard
from bot.worker.dead_senders import INTERVAL as DEAD_SENDERS_INTERVAL
from bot.worker.dead_senders import DeadSenders
from bot.worker.heartbeat import INTERVAL as CLOCK_INTERVAL
from bot.worker.housekeeping import Housekeeping
from bot.worker.loops import run_loop
from bot.worker.outbox_loop import OutboxWorker

_FALLBACK_SECONDS = 1.0  # as in bot/worker/wakeups.py
_HOUSEKEEPING_SECONDS = 2.0  # as in bot/wiring.py
_PROCESSES = "process-"
_TABLES = {"outbox": "outbox", "alarms": "alarm"}


class Bell:
    """Wake-ups: what NOTIFY would wake, or the fallback second. A second in which nothing was written and nothing comes
    due is passed over without asking the database: the answer is known."""

    def __init__(self, database: ClockedDatabase) -> None:
        self._database = database
        self._waiting: dict[str, set[asyncio.Event]] = {queue: set() for queue in _TABLES}
        self._known: dict[str, tuple[int, datetime | None]] = {}
        self.deaf = False

    def ring(self, queue: str) -> None:
        """A NOTIFY was committed."""
        if self.deaf:
            return
        for event in self._waiting.get(queue, ()):
            event.set()

    async def wait(self, queue: str, *, at_most: timedelta | None = None, team: str | None = None) -> None:
        """As the product's: a sender that knows what is coming waits no longer than until then. The whole `team` is
        woken: no two transactions run side by side here, so that nobody gains by standing in line."""
        fallback = _FALLBACK_SECONDS if at_most is None else min(at_most.total_seconds(), _FALLBACK_SECONDS)
        event = asyncio.Event()
        self._waiting[queue].add(event)
        try:
            seen = self._database.changed[_TABLES[queue]]
            while not event.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), max(fallback, 0.0))
                if fallback < _FALLBACK_SECONDS or self._database.changed[_TABLES[queue]] != seen:
                    return
                if self._database.down:
                    return
                if self._known.get(queue, (-1, None))[0] != seen:
                    self._known[queue] = (seen, self._next_due(queue))
                due = self._known[queue][1]
                if due is not None and due <= self._database.now():
                    return
        finally:
            self._waiting[queue].discard(event)

    def _next_due(self, queue: str) -> datetime | None:
        pages = OutboxMessage.audience == Audience.RESPONDER.value
        open_states = [AlarmState.WAITING, AlarmState.PAGING, AlarmState.ACKNOWLEDGED]
        earliest = {
            "outbox": select(func.min(OutboxMessage.due_at)).where(pages, OutboxMessage.state == OutboxState.PENDING),
            "alarms": select(func.min(Alarm.next_action_at)).where(Alarm.state.in_(open_states)),
        }[queue]
        try:
            with self._database.transaction() as session:
                return session.scalar(earliest)
        except DatabaseDownError:
            return self._database.now()


class WorkerProcess:
    """What `sampan run worker` runs, as far as it concerns pages: senders of pages, a sweeper, housekeeping, the
    guard of the clock, and who takes pages back from the dead."""

    def __init__(
        self, number: int, database: ClockedDatabase, channels: dict[str, Channel], composer: Composer, bell: Bell
    ) -> None:
        self.tidies: Callable[[], bool] = lambda: True
        self._name = f"{_PROCESSES}{number}"
        self._database, self._channels, self._composer, self._bell = database, channels, composer, bell
        self._tasks: list[asyncio.Task[None]] = []
        self._holder = NOBODY
        self.deaths = 0

    @property
    def lives(self) -> bool:
        """Whether its loops run."""
        return bool(self._tasks)

    def start(self, senders: int) -> None:
        """Begin; a process that lives goes on."""
        if self._tasks:
            return
        settings, steady = self._composer.settings, asyncio.get_running_loop().time
        self._holder = new_number()
        self._database.hold(self._holder)
        for _ in range(senders):
            sender = OutboxWorker(
                self._database, self._channels, self._composer, Audience.RESPONDER, lambda: self._holder
            )
            self._run("outbox", sender.work, partial(sender.wait, self._bell))  # type: ignore[arg-type]
        self._run("alarms", AlarmWorker(self._database, settings).work, lambda: self._bell.wait("alarms"))
        self._every(_HOUSEKEEPING_SECONDS, Housekeeping(self._database, frozenset()).tidy)
        self._every(CLOCK_INTERVAL.total_seconds(), ClockGuard(self._database, settings, steady).look)
        self._every(DEAD_SENDERS_INTERVAL.total_seconds(), DeadSenders(self._database, steady).look)

    def _run(self, queue: str, work: Callable[[], Awaitable[bool]], wait: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(run_loop(queue, work, wait), name=self._name))

    def _every(self, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(self._tick(seconds, job), name=self._name))

    async def _tick(self, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        """A round in a minute in which nobody died and nothing failed would find nothing; it is passed over."""
        while True:
            if self.tidies():
                await job()
            await asyncio.sleep(seconds)

    def kill(self) -> None:
        """With -9: nothing is finished, nothing is written."""
        if self._tasks:
            self.deaths += 1
            self._database.let_go(self._holder)
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    def runs(self, task: asyncio.Task[object] | None) -> bool:
        """Whether it is one of this process's."""
        return task is not None and task.get_name() == self._name
