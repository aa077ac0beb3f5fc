"""A real PostgreSQL whose clock is ours. A schema stands before pg_catalog in the search path and holds now() and its
kin; the product's statements, column defaults and triggers find them by name and know nothing of it.

The time is a setting of the connection, written when a transaction begins: a row would be as right, and would be one
more row to update in every transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from bot.database.migrate import upgrade
from bot.database.presence import LOCK, UNLOCK
from bot.database.session import Database, conninfo_of
from bot.database.tables import Table
from bot.errors import DatabaseDownError

Result = TypeVar("Result")
FIRST_NUMBER = 100_001  # of a report; six digits are nothing else in the text of a page
_NOW = """
create schema if not exists simulated;
create or replace function simulated.{name}() returns timestamptz language sql stable as $$
select coalesce(nullif(current_setting('simulated.now', true), '')::timestamptz, pg_catalog.{name}()) $$;
"""
_CLOCKS = ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")


def prepare(server_url: str, name: str = "simulated") -> str:
    """A new database of this server, with our clock and the product's newest schema; its URL."""
    address = make_url(server_url)
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("alter database {} set search_path = simulated, public, pg_catalog").format(sql.Identifier(name))
        )
    ours = address.set(database=name)
    with psycopg.connect(
        ours.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as connection:
        for clock in _CLOCKS:
            connection.execute(_NOW.replace("{name}", clock).encode())
    url = ours.render_as_string(hide_password=False)
    upgrade(url)
    return url


class ClockedDatabase(Database):
    """The product's pool of connections, on our clock and without threads: a transaction takes no virtual time, unless
    `slow_by` says so. `rings` is told of every NOTIFY once it is committed, `changed` counts writes by table."""

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        super().__init__(url, pool_size=2)
        self.now = now
        self.down = False
        self.slow_by = 0.0
        self.pause: Callable[[float], Any] | None = None
        self.lose_commits = 0
        self.rings: Callable[[str], None] = lambda _queue: None
        self.changed: Counter[str] = Counter()
        self._holding: psycopg.Connection[Any] | None = None
        event.listen(self.engine, "begin", self._tell_time)
        event.listen(self.engine, "rollback", _forget_time)
        event.listen(self.engine, "commit", self._ring)
        event.listen(self.engine, "after_cursor_execute", self._notice)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """As the product's, while the database is up."""
        if self.down:
            raise DatabaseDownError("down")
        with super().transaction() as session:
            yield session

    async def run(self, work: Callable[[Session], Result]) -> Result:
        """`work` of a worker in a transaction of its own, here and now; its commit may be lost with the connection."""
        if self.slow_by and self.pause is not None:
            await self.pause(self.slow_by)
        with self.transaction() as session:
            done = work(session)
            if self.lose_commits > 0:
                self.lose_commits -= 1
                raise DatabaseDownError("the connection was lost at the commit")
            return done

    def hold(self, number: int) -> None:
        """A process begins: its lock, which the product's holds on its listening connection."""
        self._locks().execute(LOCK.format(number=number).encode())

    def let_go(self, number: int) -> None:
        """It was killed, and PostgreSQL has noticed."""
        self._locks().execute(UNLOCK.format(number=number).encode())

    def _locks(self) -> psycopg.Connection[Any]:
        if self._holding is None:
            self._holding = psycopg.connect(conninfo_of(self.url), autocommit=True)
        return self._holding

    def dispose(self) -> None:
        """Close all connections."""
        if self._holding is not None:
            self._holding.close()
        super().dispose()

    def empty(self) -> None:
        """Nothing has ever happened."""
        tables = ", ".join(table.name for table in Table.metadata.sorted_tables)
        with self.engine.begin() as connection:
            connection.execute(text(f"truncate {tables} restart identity cascade"))
            connection.execute(text(f"alter sequence report_number restart with {FIRST_NUMBER}"))

    def _tell_time(self, connection: Connection) -> None:
        now = self.now().isoformat()
        if connection.info.get("now") != now:
            connection.exec_driver_sql("select set_config('simulated.now', %s, false)", (now,))
            connection.info["now"] = now

    def _notice(
        self, connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        words = statement[:24].lower().split()
        if words[0] == "select" and "pg_notify" in statement:
            connection.info.setdefault("rings", set()).add(parameters["queue"])
        elif words[0] == "update" and cursor.rowcount:
            self.changed[words[1]] += 1
        elif words[0] == "insert":
            self.changed[words[2]] += 1

    def _ring(self, connection: Connection) -> None:
        for queue in sorted(connection.info.pop("rings", ())):
            self.rings(queue)


def _forget_time(connection: Connection) -> None:
    """A setting goes back with the transaction that made it; so do the wake-ups."""
    connection.info.pop("now", None)
    connection.info.pop("rings", None)
