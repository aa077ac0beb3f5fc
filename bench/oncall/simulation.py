"""Many nights, one after the other in each process; every one is drawn from its seed and can be run again alone."""

from __future__ import annotations

import math
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import structlog
from structlog.typing import EventDict, WrappedLogger

from bench.oncall.clocked_database import ClockedDatabase, prepare
from bench.oncall.faults import Fault
from bench.oncall.people import Habits
from bench.oncall.strikes import CHANGES, Strikes
from bench.oncall.tally import Tally
from bench.oncall.virtual_time import NIGHT, VirtualLoop
from bench.oncall.world import Night, World, WorldPlan
from bot.conversation.outgoing import Composer
from bot.conversation.wording import Wording
from bot.deployment import DEMO_DEPLOYMENT
from bot.operations.embedded_postgres import temporary_postgres
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings

_EVENTS_OF_FAULTS = {"loop_failed", "send_fault"}
_ALARMS_EACH = 100
_SPREAD_SECONDS = 240.0
_CALM_WORLDS = 0.15
_KILLS_ONLY = 0.1
_BEFORE_THE_CHANGE = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one process of the simulator does."""

    alarms: int
    seed: int
    habits: Habits = field(default_factory=Habits)
    calm: bool = False  # no faults at all
    only: Fault | None = None
    minutes: float = math.inf  # no night is begun after that


class Simulator:
    """A database and the words, to run worlds in."""

    def __init__(self, database: ClockedDatabase, composer: Composer, loop: VirtualLoop) -> None:
        self.database, self.composer, self.loop = database, composer, loop
        self.errors: Counter[str] = Counter()
        structlog.configure(processors=[self._count_event])

    def run(self, plan: WorldPlan) -> Night:
        """One night."""
        world = World(plan, self.database, self.composer, self.loop)
        return self.loop.run_until_complete(world.run(Strikes))

    def _count_event(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """The product's logs: an error of ours in a loop would otherwise be swallowed by the loop, as it should."""
        if event["event"] in _EVENTS_OF_FAULTS:
            self.errors[f"{event['event']}: {event.get('error')} in {event.get('where')}"] += 1
        raise structlog.DropEvent


@contextmanager
def simulator() -> Iterator[Simulator]:
    """One with a PostgreSQL of its own, all destroyed on leaving."""
    with tempfile.TemporaryDirectory(prefix="sampan-oncall-") as folder, temporary_postgres() as server:
        loop, logs = VirtualLoop(), structlog.get_config()
        database = ClockedDatabase(prepare(server.url), lambda: NIGHT)
        try:
            yield Simulator(database, a_composer(Path(folder)), loop)
        finally:
            database.dispose()
            loop.close()
            structlog.configure(**logs)


def a_composer(folder: Path) -> Composer:
    """The demo's words, the default settings, keys of this run."""
    return Composer(
        wording=Wording.load(DEMO_DEPLOYMENT),
        settings=Settings(data_dir=folder, _env_file=None),
        writes_as_sms=frozenset({"sms"}),
        keys=ServiceKeys.generate(),
    )


def draw(seed: int, share: Share) -> WorldPlan:
    """A night: some are calm, some only have kills, most have three to six faults of any kind."""
    chance = random.Random(seed)
    raises_at = tuple(sorted(chance.uniform(0, _SPREAD_SECONDS) for _ in range(_ALARMS_EACH)))
    plan = WorldPlan(seed=seed, raises_at=raises_at, habits=share.habits)
    if share.only is not None:
        return with_faults(plan, (share.only,), chance)
    kind = chance.random()
    if share.calm or kind < _CALM_WORLDS:
        return plan
    if kind < _CALM_WORLDS + _KILLS_ONLY:
        return with_faults(plan, (Fault.KILLED_ANYWHERE,), chance)
    return with_faults(plan, tuple(chance.sample(list(Fault), chance.randint(3, 6))), chance)


def with_faults(plan: WorldPlan, faults: Sequence[Fault], chance: random.Random) -> WorldPlan:
    """The same night with these. Two changes of clocks do not fall into one night."""
    nights = [fault for fault in faults if fault.is_of_the_night]
    kept = tuple(fault for fault in faults if not fault.is_of_the_night or fault is nights[0])
    plan = replace(plan, faults=kept)
    if nights:
        zone = chance.choice(sorted(CHANGES[nights[0]]))
        plan = replace(plan, zone=zone, start=CHANGES[nights[0]][zone] - _BEFORE_THE_CHANGE)
    if Fault.STORM in kept:
        calm = plan.raises_at[: len(plan.raises_at) * 2 // 5]
        begins = chance.uniform(20, _SPREAD_SECONDS)
        storm = tuple(begins + chance.uniform(0, 4) for _ in range(len(plan.raises_at) - len(calm)))
        plan = replace(plan, raises_at=tuple(sorted(calm + storm)))
    return plan


def run_share(share: Share) -> Tally:
    """In a process of its own."""
    tally = Tally()
    with simulator() as simulated:
        began = time.monotonic()
        seed = share.seed
        while tally.alarms < share.alarms and time.monotonic() < began + 60 * share.minutes:
            plan = draw(seed, share)
            tally.count(plan, simulated.run(plan))
            seed += 1
        tally.seconds = time.monotonic() - began
        tally.faults_of_ours = simulated.errors
    return tally


def run_all(alarms: int, processes: int, seed: int, say: Callable[[str], None], **more: object) -> Tally:
    """So many alarms over several processes, each with its own PostgreSQL."""
    shares = [
        Share(alarms=-(-alarms // processes), seed=seed + 1_000_000 * each, **more)  # type: ignore[arg-type]
        for each in range(processes)
    ]
    if processes == 1:
        return run_share(shares[0])
    tally = Tally()
    with get_context("spawn").Pool(processes) as pool:
        for done in pool.imap_unordered(run_share, shares):
            tally.add(done)
            say(f"{tally.alarms} alarms in {tally.worlds} worlds")
    return tally
