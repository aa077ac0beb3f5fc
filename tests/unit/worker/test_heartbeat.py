"""Who works says so, on the schema it knows only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.database.schema_gate import known_version, schema_is_ours
from bot.database.session import Database
from bot.database.states import HandOverState
from bot.database.tables import CheckIn, EngineHeartbeat, HandOver, Page
from bot.escalation.engine_health import EngineHealth, engine_health
from bot.messages.inbox import next_in_turn
from bot.worker.check_in_loop import CheckInWorker
from bot.worker.heartbeat import Heartbeat
from tests.unit.escalation.phones import sends
from tests.unit.escalation.seen import STEP
from tests.unit.house import CRY, House


@contextmanager
def _migrated_further(house: House) -> Iterator[None]:
    """A newer process has migrated, and this one still runs."""
    with house.database.transaction() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    try:
        yield
    finally:
        with house.database.transaction() as session:
            session.execute(text("update alembic_version set version_num = :known"), {"known": known_version()})


def _health(house: House) -> EngineHealth:
    with house.database.transaction() as session:
        return engine_health(session)


def test_a_process_that_beats_is_alive_and_one_that_stopped_is_not(house: House) -> None:
    assert not _health(house).lives
    heartbeat = Heartbeat(house.database, uuid4())
    asyncio.run(heartbeat.beat())
    asyncio.run(heartbeat.beat())
    assert (_health(house).lives, house.rows(EngineHeartbeat, schema_version=known_version())) == (True, 1)
    house.pass_time(timedelta(seconds=16))
    assert not _health(house).lives


def test_a_process_that_is_long_gone_leaves_no_row(house: House) -> None:
    asyncio.run(Heartbeat(house.database, uuid4()).beat())
    house.pass_time(timedelta(days=1, seconds=1))
    asyncio.run(Heartbeat(house.database, uuid4()).beat())
    assert house.rows(EngineHeartbeat) == 1


def test_a_database_that_is_down_is_for_the_next_beat() -> None:
    nowhere = Database("postgresql+psycopg://nobody:nothing@127.0.0.1:1/none")
    with capture_logs() as logs:
        asyncio.run(Heartbeat(nowhere, uuid4()).beat())
    assert [line["event"] for line in logs] == ["database_down"]
    nowhere.dispose()


def test_rule_32_an_old_process_takes_nothing_after_a_migration_and_goes_on_when_it_fits_again(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.hears("hello")
    house.arrives(CRY, sender="+12025550177")
    with _migrated_further(house):
        house.pass_time(STEP)
        assert (house.handle(), house.send(), house.sweep()) == (0, 0, 0)
    assert (house.handle(), house.sweep()) == (1, 1)
    assert house.send() > 0


def test_rule_32_an_old_process_takes_no_check_in(house: House) -> None:
    house.hears("hello")
    with house.database.transaction() as session:
        session.execute(
            text(
                "insert into check_in (conversation_id, hashed_for, state, expected_at, word_hash)"
                " select id, id, 'waiting', now() - interval '1 hour', '' from conversation"
            )
        )
    worker = CheckInWorker(house.database, house.settings, house.keys)
    with _migrated_further(house):
        assert not asyncio.run(worker.work())
    assert asyncio.run(worker.work())
    assert house.rows(CheckIn, state="missed") == 1


def test_rule_32_an_old_process_makes_no_call_and_ends_no_request_to_take_over(house: House) -> None:
    dara = house.on_call("Dara")
    house.on_call("Mali", step=None)
    house.on_call("Noor", step=None)
    house.hears(CRY)
    for words in ("ACK #", "CALL # Mali", "GIVE # Noor"):
        sends(house, dara, words)
    house.pass_time(timedelta(minutes=5, seconds=1))
    pages = house.rows(Page)
    with _migrated_further(house):
        assert house.sweep() == 0
    assert (house.rows(Page), house.rows(HandOver, state=HandOverState.ASKED)) == (pages, 1)
    assert house.sweep() == 2
    assert (house.rows(Page), house.rows(HandOver, state=HandOverState.ASKED)) == (pages + 1, 0)


def test_rule_32_it_says_so_once_and_once_when_it_fits_again_and_does_not_count_as_alive(house: House) -> None:
    heartbeat = Heartbeat(house.database, uuid4())
    with capture_logs() as logs, _migrated_further(house):
        for _ in range(3):
            asyncio.run(heartbeat.beat())
        assert not _health(house).lives
    with capture_logs() as later:
        for _ in range(2):
            asyncio.run(heartbeat.beat())
    assert [line["event"] for line in logs] == ["schema_is_another"]
    assert [line["event"] for line in later] == ["schema_fits_again"]


def test_the_gate_is_looked_at_once_in_a_claim_before_any_row(database: Database) -> None:
    claim = next_in_turn().compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.transaction() as session:
        plan = "\n".join(session.scalars(text(f"explain {claim}")))
    assert "One-Time Filter" in plan, plan
    assert "alembic_version" in plan.split("One-Time Filter")[1].split("->")[0] or "InitPlan" in plan, plan


@pytest.mark.parametrize("rows", [0, 1])
def test_the_gate_is_false_for_every_row_of_any_statement(house: House, rows: int) -> None:
    with house.database.transaction() as session:
        if rows == 0:
            session.execute(text("update alembic_version set version_num = '9999'"))
        assert len(session.execute(text("select 1")).all()) == 1
        found = session.query(EngineHeartbeat).filter(schema_is_ours()).all()
        session.add(EngineHeartbeat(process_id=uuid4(), schema_version="x"))
        session.flush()
        assert len(session.query(EngineHeartbeat).filter(schema_is_ours()).all()) == rows
        assert found == []
        session.rollback()
