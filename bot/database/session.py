"""The engine, transactions, and the thread in which they run. No function below this module commits: the route or
the worker does, by leaving `transaction()`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from bot.errors import DatabaseDownError

Result = TypeVar("Result")

# A statement that waits longer than this is stuck, a half-open connection is noticed in seconds (tcp_user_timeout).
_SERVER_OPTIONS = "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=15000"
_CONNECT = {
    "connect_timeout": 3,
    "options": _SERVER_OPTIONS,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
    "application_name": "sampan",
}


class Database:
    """One pool of connections to PostgreSQL."""

    def __init__(self, url: str, *, pool_size: int = 12) -> None:
        self.url = url
        self.engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=4,
            pool_timeout=5,
            pool_pre_ping=True,
            hide_parameters=True,  # an error or a log of SQLAlchemy's would quote the values of a statement
            connect_args=_CONNECT,
        )

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


def database_now(session: Session) -> datetime:
    """The database's clock at the start of this transaction: the only one that rows are compared with."""
    return session.execute(select(func.now())).scalar_one()


def wake(session: Session, queue: str) -> None:
    """Tell the workers, on commit, that there is something for them (LISTEN/NOTIFY)."""
    session.execute(text("select pg_notify('sampan', :queue)"), {"queue": queue})
