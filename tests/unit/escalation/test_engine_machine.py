"""Alarm × clock × faults in any order: no urgent alarm without a future action or a human owner, ever. The long run is
`make bench-oncall ONCALL_ARGS="--machine"`."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from bench.oncall.faults import Fault
from bench.oncall.invariants import broken_promises
from bench.oncall.machine import OnCallMachine, play
from bench.oncall.showing import struck
from bench.oncall.simulation import Simulator, simulator, with_faults
from bench.oncall.tally import Tally
from bench.oncall.virtual_time import NIGHT
from bench.oncall.world import WorldPlan
from bot.database.session import database_now
from bot.database.tables import Alarm, AlarmEvent, OutboxMessage


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    with simulator() as running:
        yield running


def test_whatever_happens_in_whatever_order_no_urgent_alarm_is_forgotten(simulated: Simulator) -> None:
    steps, taken = play(simulated, examples=12, steps_each=25)
    assert steps > 200
    assert taken > 0


def test_an_alarm_nobody_would_come_back_to_is_noticed(simulated: Simulator) -> None:
    machine = type("Machine", (OnCallMachine,), {"simulated": simulated})()
    machine.begins()
    machine.an_urgent_word(case=0, critical=True, anew=False)
    now = machine.world.clock.now()

    def found() -> list[str]:
        with simulated.database.transaction() as session:
            return broken_promises(session, now, simulated.composer.settings, overdue_after=timedelta(seconds=5))

    assert found() == []
    for moved in (timedelta(days=1), timedelta(minutes=-1)):
        with simulated.database.transaction() as session:
            session.execute(update(Alarm).values(next_action_at=now + moved))
        assert len(found()) == 1


def test_the_database_believes_our_clock_in_statements_and_in_defaults(simulated: Simulator) -> None:
    """Every column with a time of its own: one that took the machine's would make a night last for months."""
    machine = type("Machine", (OnCallMachine,), {"simulated": simulated})()
    machine.begins()
    with simulated.database.transaction() as session:
        assert abs(database_now(session) - NIGHT) < timedelta(hours=1)
        defaults = session.execute(
            text(
                "select table_name, column_name, column_default from information_schema.columns"
                " where column_default ~ '(now|timestamp)\\(' and table_schema not in ('pg_catalog')"
            )
        ).all()
        others = [row for row in defaults if "simulated." not in row[2] and "pg_catalog" in row[2]]
        in_path = session.execute(text("select 'now()'::regprocedure::oid = 'simulated.now()'::regprocedure::oid"))
    assert len(defaults) > 20
    assert others == []
    assert in_path.scalar() is True
    machine.an_urgent_word(case=0, critical=True, anew=False)
    now = machine.world.clock.now()
    with simulated.database.transaction() as session:
        instants = [*session.execute(select(Alarm.raised_at, Alarm.next_action_at)).one()]
        instants += session.scalars(select(AlarmEvent.at)).all()
        instants += session.scalars(select(OutboxMessage.due_at)).all()
    assert all(abs(each - now) < timedelta(minutes=6) for each in instants)


def test_a_night_with_faults_is_played_to_its_end_and_every_fault_of_it_struck(simulated: Simulator) -> None:
    faults = [
        Fault.DST_FORWARD,
        Fault.KILLED_AFTER_SEND,
        Fault.DATABASE_DOWN,
        Fault.ROSTER_EMPTIED,
        Fault.OVERLAPPING_OVERRIDES,
    ]
    plan = WorldPlan(seed=7, raises_at=tuple(8.0 * each for each in range(8)), closes=1.0)
    plan = with_faults(plan, faults, random.Random(7))
    night = simulated.run(plan)
    tally = Tally()
    tally.count(plan, night)
    assert (night.lost, night.broken, simulated.errors) == ([], [], Counter())
    assert len(night.raised) == len(night.taken) == 8
    assert [fault.value for fault in faults if not struck(tally, fault)] == []
    assert night.deaths == 3
    assert 0 < tally.duplicates <= 3  # who took the case before the lease ran out is not paged again


def test_a_night_in_which_nobody_sends_is_not_passed(simulated: Simulator) -> None:
    """The bench must be able to fail: without senders every alarm is lost."""
    night = simulated.run(WorldPlan(seed=8, raises_at=(1.0, 2.0), senders=0, lasts_seconds=120))
    assert len(night.lost) == 2
    assert any("nobody sends it" in line for line in night.broken)
