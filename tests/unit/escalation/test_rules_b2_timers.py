"""Timers are rows, and no clock counts but the database's. Rules 6, 7 and 11 of oncall.md, part B2; 8 stands in
test_clock_guard.py, 9 and 10 in test_rotations.py and test_wall_time.py."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, update

from bench.oncall.clocked_database import ClockedDatabase, prepare
from bot.clock import utc_now
from bot.conversation.wording import Wording
from bot.database.session import Database, database_now
from bot.database.states import AlarmState
from bot.database.tables import Alarm, RosterEntry, Staff
from bot.escalation.policy import Policy
from bot.escalation.policy_store import set_policy
from bot.operations.embedded_postgres import temporary_postgres
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from bot.worker.alarm_loop import AlarmWorker
from bot.worker.schedule import start_ticking
from tests.rules.source_files import ROOT
from tests.unit.escalation.phones import sends
from tests.unit.escalation.seen import STEP, paged
from tests.unit.house import CRY, OTHER_REPORTER, House

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def _another_process_sweeps(house: House, url: str) -> None:
    """One that began just now, knows nothing, and is gone afterwards."""
    database = Database(url)
    asyncio.run(AlarmWorker(database, house.settings).work())
    database.dispose()


def test_rule_6_a_process_that_was_told_nothing_moves_what_another_left(house: House, postgres_url: str) -> None:
    people = [house.on_call(name, step=step) for step, name in enumerate(("Dara", "Vanna", "Mali"), start=1)]
    house.arrives(CRY)
    for reached in (2, 3):
        house.pass_time(STEP)
        _another_process_sweeps(house, postgres_url)
        assert paged(house) == people[:reached]
        with house.database.transaction() as session:
            ahead = house.alarm().next_action_at - database_now(session)
        assert timedelta(0) < ahead <= house.settings.step_timeout, "the time of its next step stands in its row"


def test_rule_6_when_an_alarm_moves_is_what_its_row_says_and_nothing_else(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    house.change(Alarm, next_action_at=func.now() + timedelta(hours=1))
    house.pass_time(59 * MINUTE)
    assert house.sweep() == 0
    house.pass_time(61 * SECOND)
    assert house.sweep() == 1
    house.change(Alarm, next_action_at=func.now())
    assert house.sweep() == 1


def test_rule_6_the_ticker_keeps_nothing_and_drops_no_tick_because_it_is_late() -> None:
    async def nothing() -> None:
        """To be done."""

    async def two_processes() -> list[str]:
        start_ticking({"of a process before": (SECOND, nothing)}).shutdown(wait=False)
        ticking = start_ticking({"of this one": (SECOND, nothing)})
        jobs = ticking.get_jobs()
        ticking.shutdown(wait=False)
        assert [(job.misfire_grace_time, job.coalesce, job.max_instances) for job in jobs] == [(None, True, 1)]
        return [job.id for job in jobs]

    assert asyncio.run(two_processes()) == ["of this one"]


class HandSetClock:
    """The database's clock, `off_by` from the machine's, and stopped: it goes on when it is told to."""

    def __init__(self) -> None:
        self.at = utc_now()

    def now(self) -> datetime:
        return self.at


@pytest.fixture(scope="module")
def clocked() -> Iterator[tuple[HandSetClock, ClockedDatabase]]:
    with temporary_postgres() as server:
        clock = HandSetClock()
        database = ClockedDatabase(prepare(server.url), clock.now)
        yield clock, database
        database.dispose()


@pytest.mark.parametrize("days", [-3, 3], ids=["behind the machine's", "ahead of the machine's"])
def test_rule_7_steps_leases_and_shifts_go_by_the_databases_clock_however_wrong_ours_is(
    clocked: tuple[HandSetClock, ClockedDatabase],
    settings: Settings,
    wording: Wording,
    keys: ServiceKeys,
    days: int,
) -> None:
    clock, database = clocked
    database.empty()
    clock.at = utc_now() + timedelta(days=days)
    house = House(database=database, settings=settings, wording=wording, keys=keys)
    dara, gone, comes = house.on_call("Dara"), house.on_call("Gone", step=2), house.on_call("Comes", step=2)
    with database.transaction() as session:
        entry = update(RosterEntry)
        session.execute(entry.where(RosterEntry.staff_id == gone).values(ends_at=clock.at + 30 * SECOND))
        session.execute(entry.where(RosterEntry.staff_id == comes).values(starts_at=clock.at + 30 * SECOND))
    house.arrives(CRY)
    house.send()
    assert [each.address for each in house.pages()] == ["chat of Dara"], "and it left at once"
    clock.at += 55 * SECOND
    assert house.sweep() == 0
    clock.at += 10 * SECOND
    assert house.sweep() == 1
    assert paged(house) == [dara, comes]
    with database.transaction() as session:
        session.execute(update(Alarm).values(state=AlarmState.ACKNOWLEDGED, owner_id=dara, acknowledged_at=func.now()))
    clock.at += 9 * MINUTE
    house.sweep()
    assert house.alarm().state is AlarmState.ACKNOWLEDGED
    clock.at += 61 * SECOND
    house.sweep()
    assert house.alarm().state is AlarmState.PAGING


_OF_THE_MACHINE = {"now", "utcnow", "today", "time", "utc_now", "localtime", "gmtime"}


def test_rule_7_no_part_of_the_engine_asks_the_machine_what_time_it_is() -> None:
    asked = []
    for folder in ("escalation", "messages", "worker", "reports", "database"):
        for path in sorted((ROOT / "bot" / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                called = node.func
                if isinstance(called, ast.Name) and called.id == "utc_now":
                    asked.append(f"{path.name}:{node.lineno}")
                if isinstance(called, ast.Attribute) and called.attr in _OF_THE_MACHINE:
                    of = called.value.id if isinstance(called.value, ast.Name) else ""
                    if of in {"datetime", "date", "time", "clock"}:
                        asked.append(f"{path.name}:{node.lineno}")
    assert asked == []


def test_rule_11_an_alarm_keeps_the_policy_it_was_raised_under(house: House) -> None:
    with house.database.transaction() as session:
        set_policy(session, Policy(wait=2 * MINUTE, lease=10 * MINUTE, loops=1), staff_id=None)
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    with house.database.transaction() as session:
        set_policy(session, Policy(wait=10 * SECOND, lease=10 * MINUTE, loops=9), staff_id=None)
    house.pass_time(115 * SECOND)
    assert house.sweep() == 0
    house.pass_time(6 * SECOND)
    assert house.sweep() == 1
    house.arrives(CRY, sender=OTHER_REPORTER)
    house.pass_time(11 * SECOND)
    assert house.sweep() == 1, "the next alarm has the new one"
    house.pass_time(110 * SECOND)
    house.sweep()
    assert house.rows(Alarm, step_no=1000) == 1, "its one loop is over"


def test_rule_11_who_is_paged_again_is_looked_up_again(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    mali = house.on_call("Mali", step=None)
    with house.database.transaction() as session:
        session.execute(update(RosterEntry).where(RosterEntry.staff_id == dara).values(staff_id=mali))
        session.execute(update(Staff).where(Staff.id == dara).values(active=False))
    house.pass_time(STEP)
    house.sweep()
    assert paged(house) == [dara, mali]
    assert sends(house, mali, "ACK #")[-1].startswith("Case 101 is yours.")
