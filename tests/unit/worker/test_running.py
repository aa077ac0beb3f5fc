"""Rule 33: what became due while nobody was here fires before anything else; whoever stops begins nothing new and
finishes what they hold."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.channels.channel import Channel
from bot.database.presence import holder_of, living
from bot.database.tables import Alarm, AuditorPass, EngineHeartbeat, OutboxMessage
from bot.errors import ConfigurationError
from bot.messages.message import OutboundMessage, SendResult
from bot.messages.spool import Spool
from bot.settings import Settings
from bot.wiring import Service, running_workers
from bot.worker.loops import run_loop
from bot.worker.wakeups import Wakeups
from tests.unit.escalation.seen import STEP, paged
from tests.unit.house import CRY, House, MemoryChannel


class SlowChannel(MemoryChannel):
    """Takes its time over each message, until it is told to go on."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.told: Callable[[], None] = lambda: None

    async def send(self, message: OutboundMessage) -> SendResult:
        self.begun.set()
        await self.go_on.wait()
        self.told()
        return await super().send(message)


def _service(house: House, tmp_path: Path, **instead: Channel) -> Service:
    return Service(
        settings=house.settings,
        database=house.database,
        wording=house.wording,
        engine=house.engine,
        channels={**house.channels, **instead},
        door_app=Starlette(),
        console_app=Starlette(),
        spool=Spool(tmp_path / "spool", house.keys),
        keys=house.keys,
    )


def test_rule_33_one_sweep_comes_before_the_doors_and_moves_each_alarm_one_step(house: House, tmp_path: Path) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.on_call("Mali", step=3)
    house.arrives(CRY)
    house.pass_time(STEP * 100)

    async def start() -> list[int]:
        async with running_workers(_service(house, tmp_path)):
            return paged(house)

    assert asyncio.run(start()) == [dara, vanna]
    assert house.rows(EngineHeartbeat) == 1


def test_rule_33_what_is_being_sent_is_finished_and_nothing_new_is_begun(house: House, tmp_path: Path) -> None:
    house.on_call("Dara")
    house.arrives(CRY)

    async def stop_in_the_middle() -> SlowChannel:
        slow = SlowChannel("telegram_staff")
        async with running_workers(_service(house, tmp_path, telegram_staff=slow)):
            await slow.begun.wait()
            loop = asyncio.get_running_loop()
            # A loop that still claims would find this within a second.
            loop.call_later(0.1, partial(house.arrives, CRY, sender="+12025550144"))
            loop.call_later(2.5, slow.go_on.set)
        return slow

    slow = asyncio.run(stop_in_the_middle())
    assert len(slow.sent) == 1
    with house.database.transaction() as session:
        paged_at = session.scalars(select(Alarm.first_paged_at).order_by(Alarm.id)).all()
    assert [each is not None for each in paged_at] == [True, False], "one was written down, the other waits"


def test_who_holds_nothing_stops_at_once_and_does_not_use_up_the_time_for_finishing(
    house: House, tmp_path: Path
) -> None:
    async def stop() -> float:
        async with running_workers(_service(house, tmp_path)):
            began = monotonic()
        return monotonic() - began

    assert asyncio.run(stop()) < 8  # ten seconds are given to finish


def test_pages_leave_while_the_process_still_learns_to_read(house: House, tmp_path: Path) -> None:
    """A process that was killed and starts again would else keep a page waiting for seconds."""
    house.on_call("Dara")
    house.arrives(CRY)
    may_begin = threading.Event()
    paged: list[bool] = []

    def learns(_settings: Settings) -> None:
        paged.append(may_begin.wait(20))

    async def start() -> None:
        slow = SlowChannel("telegram_staff")
        slow.go_on.set()
        slow.told = may_begin.set
        async with running_workers(_service(house, tmp_path, telegram_staff=slow), learns):
            pass

    asyncio.run(start())
    assert paged == [True]


def test_no_page_waits_for_a_thread_behind_messages_that_are_being_read(house: House, tmp_path: Path) -> None:
    """Sixteen transactions, as many as there are connections, are under way at once."""
    all_there = threading.Barrier(16)

    async def start() -> None:
        async with running_workers(_service(house, tmp_path)):
            await asyncio.gather(*(asyncio.to_thread(all_there.wait, 10) for _ in range(16)))

    asyncio.run(start())
    assert not all_there.broken


def test_whoever_cannot_read_a_deployments_phrases_does_not_begin(house: House, tmp_path: Path) -> None:
    def fails(_settings: Settings) -> None:
        raise ConfigurationError("these are no phrases")

    async def start() -> None:
        async with running_workers(_service(house, tmp_path), fails):
            raise AssertionError("it began")

    with pytest.raises(ConfigurationError):
        asyncio.run(start())


def test_what_a_process_sends_carries_its_number_while_it_lives(house: House, tmp_path: Path) -> None:
    house.on_call("Dara")

    async def look_in_the_middle() -> tuple[int, frozenset[int]]:
        slow = SlowChannel("telegram_staff")
        async with running_workers(_service(house, tmp_path, telegram_staff=slow)):
            await _somebody_lives(house)
            house.arrives(CRY)
            await slow.begun.wait()
            with house.database.transaction() as session:
                [token] = session.scalars(select(OutboxMessage.lease_token).where(OutboxMessage.page_id.is_not(None)))
                found = living(session)
            slow.go_on.set()
        assert token is not None
        return holder_of(token), found

    holder, found = asyncio.run(look_in_the_middle())
    assert found == {holder}


async def _somebody_lives(house: House) -> None:
    for _ in range(5000):
        if await house.database.run(living):
            return
    raise AssertionError("nobody lives")


def test_a_loop_that_is_told_to_stop_finishes_its_piece_and_claims_no_more() -> None:
    done: list[str] = []

    async def run() -> None:
        stopping = asyncio.Event()

        async def work() -> bool:
            done.append("begun")
            stopping.set()
            await asyncio.sleep(0)
            done.append("finished")
            return True

        async def wait() -> None:
            raise AssertionError

        await asyncio.wait_for(run_loop("test", work, wait, stopping), 5)

    asyncio.run(run())
    assert done == ["begun", "finished"]


def test_the_auditor_runs_beside_the_workers_and_looks_at_once(house: House, tmp_path: Path) -> None:
    async def run() -> None:
        async with running_workers(_service(house, tmp_path)):
            await asyncio.wait_for(_audited(house), 10)

    asyncio.run(run())


async def _audited(house: House) -> None:
    """Until the auditor has looked."""
    wakeups = Wakeups("")
    while not house.rows(AuditorPass):
        await wakeups.wait("alarms")
