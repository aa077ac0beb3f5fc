"""Alarm × clock × faults in any order: no urgent alarm without a future action or a human owner, ever. The long run is
`make bench-oncall ONCALL_ARGS="--machine"`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from bench.oncall.invariants import broken_promises
from bench.oncall.machine import OnCallMachine, play
from bench.oncall.simulation import Simulator, simulator
from bench.oncall.virtual_time import NIGHT
from bot.database.session import database_now
from bot.database.tables import Alarm, AlarmEvent, OutboxMessage


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    with simulator() as running:
        yield running


def test_whatever_happens_in_whatever_order_no_urgent_alarm_is_forgotten(simulated: Simulator) -> None:
    steps, taken = play(simulated, examples=15, steps_each=25)
    assert steps > 300
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
