"""The worker processes of a simulated night: the product's loops, senders and sweeper, over wake-ups of our own, which
can be lost. A killed process stops where it is; what it had leased stays leased."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import func, select

from bench.oncall.clocked_database import ClockedDatabase
from bot.channels.channel import Channel
from bot.conversation.outgoing import Composer
from bot.database.states import AlarmState, OutboxState
from bot.database.tables import Alarm, OutboxMessage
from bot.errors import DatabaseDownError
from bot.messages.message import Audience
from bot.worker.alarm_loop import AlarmWorker
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

    async def wait(self, queue: str) -> None:
        """As the product's."""
        event = asyncio.Event()
        self._waiting[queue].add(event)
        try:
            seen = self._database.changed[_TABLES[queue]]
            while not event.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), _FALLBACK_SECONDS)
                if self._database.changed[_TABLES[queue]] != seen or self._database.down:
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
    """What `sampan run worker` runs, as far as it concerns pages: senders of pages, a sweeper, housekeeping."""

    def __init__(
        self, number: int, database: ClockedDatabase, channels: dict[str, Channel], composer: Composer, bell: Bell
    ) -> None:
        self.tidies: Callable[[], bool] = lambda: True
        self._name = f"{_PROCESSES}{number}"
        self._database, self._channels, self._composer, self._bell = database, channels, composer, bell
        self._tasks: list[asyncio.Task[None]] = []
        self.deaths = 0

    @property
    def lives(self) -> bool:
        """Whether its loops run."""
        return bool(self._tasks)

    def start(self, senders: int) -> None:
        """Begin; a process that lives goes on."""
        if self._tasks:
            return
        settings = self._composer.settings
        for _ in range(senders):
            sender = OutboxWorker(self._database, self._channels, self._composer, Audience.RESPONDER)
            self._run("outbox", sender.work)
        self._run("alarms", AlarmWorker(self._database, settings).work)
        self._tasks.append(asyncio.create_task(self._tidy(), name=self._name))

    def _run(self, queue: str, work: Callable[[], Awaitable[bool]]) -> None:
        loop = run_loop(queue, work, lambda: self._bell.wait(queue))
        self._tasks.append(asyncio.create_task(loop, name=self._name))

    async def _tidy(self) -> None:
        """A round in a minute in which nobody died and nothing failed would find nothing; it is passed over."""
        housekeeping = Housekeeping(self._database, frozenset())
        while True:
            if self.tidies():
                await housekeeping.tidy()
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)

    def kill(self) -> None:
        """With -9: nothing is finished, nothing is written."""
        self.deaths += bool(self._tasks)
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    def runs(self, task: asyncio.Task[object] | None) -> bool:
        """Whether it is one of this process's."""
        return task is not None and task.get_name() == self._name
