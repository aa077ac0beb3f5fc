"""Transactions: all or nothing, a database that went away is told from a fault, and no error quotes a value."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.database.session import Database, database_now, wake
from bot.database.tables import Staff
from bot.errors import DatabaseDownError

MARKER = "MARKER-9b2e"


def _write_and_fail(session: Session) -> None:
    session.add(Staff(name="Vanna"))
    session.flush()
    raise KeyError


def test_leaving_commits_and_an_exception_rolls_everything_back(database: Database) -> None:
    with database.transaction() as session:
        session.add(Staff(name="Dara"))
    with pytest.raises(KeyError), database.transaction() as session:
        _write_and_fail(session)
    with database.transaction() as session:
        assert session.scalars(select(Staff.name)).all() == ["Dara"]


def test_a_database_nobody_answers_at_is_down() -> None:
    nowhere = Database("postgresql+psycopg://nobody:nothing@127.0.0.1:1/none")
    with pytest.raises(DatabaseDownError) as caught:
        asyncio.run(nowhere.run(database_now))
    assert "nothing" not in str(caught.value)
    assert caught.value.__cause__ is None
    nowhere.dispose()


def test_a_connection_that_is_cut_in_the_middle_is_a_database_that_went_away(database: Database) -> None:
    with pytest.raises(DatabaseDownError), database.transaction() as session:
        session.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    with database.transaction() as session:
        assert database_now(session).tzinfo is not None, "and the next one is well"


def test_no_error_of_a_statement_quotes_its_values(database: Database) -> None:
    with database.transaction() as session:
        session.add(Staff(name="Dara"))
    with pytest.raises(DBAPIError) as caught, database.transaction() as session:
        session.execute(
            text("insert into staff (name, language, role, active, failed_logins) values ('Dara', :v, 'r', true, 0)"),
            {"v": MARKER},
        )
    assert MARKER not in str(caught.value)
    assert MARKER not in repr(caught.value)


def test_a_wake_up_is_heard_on_commit_and_only_then(database: Database) -> None:
    raw = database.engine.raw_connection()
    listener = raw.driver_connection
    assert listener is not None
    listener.autocommit = True
    listener.execute("listen sampan")
    with database.transaction() as session:
        wake(session, "inbox")
        session.flush()
        assert list(listener.notifies(timeout=0.1, stop_after=1)) == []
    heard = list(listener.notifies(timeout=10, stop_after=1))
    assert [notice.payload for notice in heard] == ["inbox"]
    listener.execute("unlisten *")
    listener.autocommit = False
    raw.close()
