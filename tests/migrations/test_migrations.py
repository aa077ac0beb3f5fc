"""Migrations: from nothing to the newest, harmless twice, kept apart when two run at once, and equal to tables.py."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from bot.database.migrate import expected_version, present_version, upgrade
from bot.database.session import Database
from bot.database.tables import RosterEntry, Staff, Table


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """A database of this server in which nothing is yet."""
    name = f"empty_{uuid4().hex}"
    server = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'drop database "{name}" with (force)'))
    server.dispose()


def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_from_nothing_to_the_newest_and_a_second_time_is_harmless(empty_url: str) -> None:
    database = Database(empty_url)
    assert present_version(database.engine) is None
    upgrade(empty_url)
    assert present_version(database.engine) == expected_version()
    upgrade(empty_url)
    assert present_version(database.engine) == expected_version()
    database.dispose()
    assert _tables(empty_url) == {table.name for table in Table.metadata.sorted_tables} | {"alembic_version"}


def test_two_processes_that_migrate_at_once_do_it_once(empty_url: str) -> None:
    code = "import os; from bot.database.migrate import upgrade; upgrade(os.environ['URL_OF_TEST'])"
    environment = {**os.environ, "URL_OF_TEST": empty_url}
    processes = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert {table.name for table in Table.metadata.sorted_tables} <= _tables(empty_url)


def test_the_migrations_make_what_tables_py_says(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, Table.metadata) == []


def _at(hour: int | None) -> datetime | None:
    return None if hour is None else datetime(2026, 11, 22, hour, tzinfo=UTC)


PLACES = {
    "the same hours": ((1, 8, 12), True),
    "overlapping at the end": ((1, 11, 14), True),
    "inside": ((1, 9, 10), True),
    "open-ended": ((1, None, None), True),
    "right after": ((1, 12, 14), False),
    "right before": ((1, 6, 8), False),
    "at another step": ((2, 8, 12), False),
}


@pytest.mark.parametrize(("place", "refused"), PLACES.values(), ids=PLACES)
def test_one_person_has_one_place_at_one_step_at_a_time(
    database: Database, place: tuple[int, int | None, int | None], refused: bool
) -> None:
    step, starts, ends = place
    with database.transaction() as session:
        dara, vanna = Staff(name="Dara"), Staff(name="Vanna")
        session.add_all([dara, vanna])
        session.flush()
        session.add(RosterEntry(staff_id=dara.id, step_no=1, starts_at=_at(8), ends_at=_at(12)))
        session.add(RosterEntry(staff_id=vanna.id, step_no=1, starts_at=_at(8), ends_at=_at(12)))
    entry = RosterEntry(staff_id=dara.id, step_no=step, starts_at=_at(starts), ends_at=_at(ends))
    if refused:
        with pytest.raises(IntegrityError, match="one_place_at_a_time"), database.transaction() as session:
            session.add(entry)
    else:
        with database.transaction() as session:
            session.add(entry)
