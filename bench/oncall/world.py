"""One simulated night on the real engine and a real PostgreSQL: people, phones, two worker processes, alarms, faults;
minutes of it pass in a second. What happened is kept for the tally."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from bench.oncall.clocked_database import ClockedDatabase
from bench.oncall.faults import Fault
from bench.oncall.invariants import broken_promises, stuck_pages
from bench.oncall.people import Habits, People
from bench.oncall.phones import HandedOver, MemoryProvider
from bench.oncall.populating import put_people_on_call, write_reports
from bench.oncall.processes import Bell, WorkerProcess
from bench.oncall.virtual_time import NIGHT, VirtualLoop, WallClock
from bot.channels.channel import Channel
from bot.conversation.outgoing import Composer
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Report
from bot.errors import DatabaseDownError
from bot.escalation.alarms import close_alarms, raise_alarm
from bot.reports.urgency import Urgency
from bot.worker.loops import place_of

TELEGRAM, SMS = "telegram_staff", "sms"
_PROCESSES = 2
_LOOKS_EVERY_SECONDS = 15.0
_SETTLES_IN_SECONDS = 40.0  # after a disturbance: a lease of 20 s, housekeeping, a step
_MAY_BE_LATE = timedelta(seconds=5)
_RESTART_SECONDS = (0.5, 3.0)


@dataclass(frozen=True, kw_only=True)
class WorldPlan:
    """What is to happen: when each alarm is raised, in seconds, and what goes wrong."""

    seed: int
    raises_at: tuple[float, ...]
    faults: tuple[Fault, ...] = ()
    habits: Habits = field(default_factory=Habits)
    senders: int = 1
    lasts_seconds: float = 1800.0
    start: datetime = NIGHT
    zone: str | None = None  # whose hand-over falls into the change of clocks
    closes: float = 0.97  # the chance that who took a case ends it; else it lapses


@dataclass(kw_only=True)
class Night:
    """What became of it. Times are monotonic seconds since its beginning, by the number of the report."""

    raised: dict[int, float] = field(default_factory=dict)
    taken: dict[int, float] = field(default_factory=dict)
    pages: list[HandedOver] = field(default_factory=list)
    undeliverable: list[tuple[int, float]] = field(default_factory=list)
    nobody_from_to: list[tuple[float, float]] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    deaths: int = 0


class World:
    """Set up anew for every night; `composer` is shared, it only reads."""

    def __init__(self, plan: WorldPlan, database: ClockedDatabase, composer: Composer, loop: VirtualLoop) -> None:
        self.plan, self.database, self.composer, self.loop = plan, database, composer, loop
        self.chance = random.Random(plan.seed)
        self.clock = WallClock(loop, plan.start - timedelta(seconds=loop.time()))
        self.began = loop.time()
        self.night = Night()
        self.disturbed_until = 0.0
        self.unguarded_until = 0.0  # somebody set the clock, and its guard has not looked yet
        database.now, database.pause = self.clock.now, asyncio.sleep
        database.down, database.slow_by, database.lose_commits = False, 0.0, 0
        self.bell = Bell(database)
        database.rings = self.bell.ring
        self.people = People(
            database=database,
            settings=composer.settings,
            loop=loop,
            chance=self.chance,
            habits=plan.habits,
            keys=composer.keys,
        )
        self.people.took = self._took
        self.providers = (
            MemoryProvider(TELEGRAM, self.chance),
            MemoryProvider(SMS, self.chance, writes_as_sms=True),
        )
        channels: dict[str, Channel] = {provider.name: provider for provider in self.providers}
        self.processes = [WorkerProcess(each, database, channels, composer, self.bell) for each in range(_PROCESSES)]
        for provider in self.providers:
            provider.rings, provider.ends_its_sender = self.people.hear, self.kill_the_one_that_runs

    @property
    def seconds(self) -> float:
        """Since the night began."""
        return self.loop.time() - self.began

    async def run(self, strike: Callable[[World], object]) -> Night:
        """The whole night."""
        self.database.empty()
        self.people.contacts = put_people_on_call(self)
        self.numbers = write_reports(self.database, len(self.plan.raises_at))
        for process in self.processes:
            process.tidies = lambda: self.seconds < self.disturbed_until
            process.start(self.plan.senders)
        for number, at in zip(self.numbers, self.plan.raises_at, strict=True):
            self.loop.call_later(at, self.raise_alarm, number)
        self.loop.set_exception_handler(self._fault_of_the_bench)
        strike(self)
        while self.seconds < self.plan.lasts_seconds and not self._is_over():
            await asyncio.sleep(_LOOKS_EVERY_SECONDS)
            self._look()
        self._look_at_the_end()
        for process in self.processes:
            self.night.deaths += process.deaths
            process.kill()
        await asyncio.sleep(0.01)
        return self._told()

    def _fault_of_the_bench(self, _loop: object, context: dict[str, Any]) -> None:
        """Something of the simulator's own failed: its night proves nothing."""
        error = context.get("exception")
        self.night.broken.append(f"the simulator failed: {error!r} {place_of(error) if error else context['message']}")

    def raise_alarm(self, number: int) -> None:
        """A reporter's urgent word is handled; while the database is down it waits in the spool."""
        try:
            with self.database.transaction() as session:
                report = session.scalars(select(Report).where(Report.number == number)).one()
                raise_alarm(session, report, Urgency.CRITICAL, "violence_now", self.composer.settings)
        except DatabaseDownError:
            self.loop.call_later(0.5, self.raise_alarm, number)
        else:
            self.night.raised.setdefault(number, self.seconds)

    def close(self, number: int) -> None:
        """A named human ends it."""
        try:
            with self.database.transaction() as session:
                close_alarms(session, session.scalars(select(Report.id).where(Report.number == number)).one())
        except DatabaseDownError:
            self.loop.call_later(0.5, self.close, number)

    def kill_the_one_that_runs(self) -> None:
        """Whichever process asked for it dies, and is started again soon."""
        task = asyncio.current_task()
        for process in self.processes:
            if process.runs(task):
                self.kill(process)

    def kill(self, process: WorkerProcess, back_in: float | None = None) -> None:
        """With -9; a supervisor starts it again."""
        process.kill()
        self.disturb(25.0)
        after = self.chance.uniform(*_RESTART_SECONDS) if back_in is None else back_in
        self.loop.call_later(after, process.start, self.plan.senders)

    def disturb(self, seconds: float) -> None:
        """For so long, and until it has settled, lateness is nobody's fault."""
        self.disturbed_until = max(self.disturbed_until, self.seconds + seconds + _SETTLES_IN_SECONDS)

    def _took(self, number: int, _staff_id: int) -> None:
        self.night.taken.setdefault(number, self.seconds)
        if self.chance.random() < self.plan.closes:
            self.loop.call_later(self.chance.uniform(40, 160), self.close, number)

    def _is_over(self) -> bool:
        if len(self.night.raised) < len(self.numbers) or self.seconds < self.disturbed_until or self.database.down:
            return False
        with self.database.transaction() as session:
            ended = Alarm.state.in_([AlarmState.CLOSED, AlarmState.STOOD_DOWN])
            return not session.scalar(select(func.count()).select_from(Alarm).where(~ended))

    def _look(self) -> None:
        if self.database.down or self.seconds < self.unguarded_until:
            return
        late = _MAY_BE_LATE if self.seconds > self.disturbed_until else timedelta(days=400)
        with self.database.transaction() as session:
            self.night.broken += broken_promises(session, self.clock.now(), self.composer.settings, overdue_after=late)
            if self.seconds > self.disturbed_until:
                self.night.broken += stuck_pages(session, self.clock.now(), overdue_after=timedelta(seconds=60))

    def _look_at_the_end(self) -> None:
        """Somebody was reachable for minutes by now, so whatever was raised has been handed to some provider."""
        named = {number for provider in self.providers for page in provider.taken for number in page.numbers}
        self.night.lost += [f"{each}: handed to nobody" for each in self.night.raised if each not in named]
        self.night.lost += [f"{each}: never raised" for each in self.numbers if each not in self.night.raised]

    def _told(self) -> Night:
        for provider in self.providers:
            self.night.pages += [
                replace(each, at=each.at - self.began, began=each.began - self.began) for each in provider.taken
            ]
            self.night.undeliverable += [(number, at - self.began) for number, at in provider.undeliverable]
            self.night.struck.update({fate.value: count for fate, count in provider.struck.items()})
        self.night.outcomes.update(self.people.outcomes)
        return self.night
