"""The engine, transactions, and the thread in which they run. No function below this module commits: the route or
the worker does, by leaving `transaction()`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from bot.database.patient_connection import patient_for
from bot.errors import DatabaseDownError

Result = TypeVar("Result")

# A statement that waits longer than this is stuck, a half-open connection is noticed in seconds (tcp_user_timeout).
# Where even that is blind, behind a proxy that swallows, we hang up ourselves, later than the server would have.
_STATEMENT_TIMEOUT = timedelta(seconds=10)
_OVER_THE_SERVERS = timedelta(seconds=3)
_SERVER_OPTIONS = "-c lock_timeout=5000 -c idle_in_transaction_session_timeout=15000"
_CONNECT: dict[str, Any] = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
    "application_name": "sampan",
}


class Database:
    """One pool of connections to PostgreSQL; a statement takes at most `statement_timeout`."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 12,
        most_beyond: int = 4,
        statement_timeout: timedelta = _STATEMENT_TIMEOUT,
    ) -> None:
        self.url = url
        self._statement_timeout = statement_timeout
        self._patient = patient_for(statement_timeout + _OVER_THE_SERVERS)
        self.engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=most_beyond,
            pool_timeout=5,
            pool_pre_ping=True,
            hide_parameters=True,  # an error or a log of SQLAlchemy's would quote the values of a statement
            creator=self._connect,
        )

    def _connect(self) -> psycopg.Connection[Any]:
        milliseconds = round(self._statement_timeout.total_seconds() * 1000)
        options = f"-c statement_timeout={milliseconds} {_SERVER_OPTIONS}"
        return self._patient.connect(conninfo_of(self.url), options=options, **_CONNECT)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction: committed on leaving, rolled back on any exception. DatabaseDownError when it went away."""
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            raise DatabaseDownError(type(error).__name__) from None
        except DBAPIError as error:
            # The text of a DBAPIError holds the statement's parameters; none of it may travel further.
            if error.connection_invalidated:
                raise DatabaseDownError(type(error).__name__) from None
            raise

    async def run(self, work: Callable[[Session], Result]) -> Result:
        """`work` in a transaction of its own, in a thread; the event loop goes on meanwhile."""
        return await asyncio.to_thread(self._run, work)

    def _run(self, work: Callable[[Session], Result]) -> Result:
        with self.transaction() as session:
            return work(session)

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def conninfo_of(url: str) -> str:
    """SQLAlchemy's URL as libpq reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def database_now(session: Session) -> datetime:
    """The database's clock at the start of this transaction: the only one that rows are compared with."""
    return session.execute(select(func.now())).scalar_one()


def wake(session: Session, queue: str) -> None:
    """Tell the workers, on commit, that there is something for them (LISTEN/NOTIFY)."""
    session.execute(text("select pg_notify('sampan', :queue)"), {"queue": queue})
