"""A connection that does not wait for ever. PostgreSQL's own timeouts end a statement only while PostgreSQL can be
reached, and the kernel's only what nobody acknowledged; behind a proxy that takes bytes and loses them both are blind,
and a worker would hang for hours (procrastinate's half-open sockets, oncall.md C4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

_Value = TypeVar("_Value")


def patient_for(patience: timedelta) -> type[psycopg.Connection[Any]]:
    """A class of connections that give up, and close, when the server does not answer for this long. The error is an
    OperationalError, as of any connection that was lost."""

    class PatientConnection(psycopg.Connection[Any]):
        """One of them."""

        def wait(self, gen: PQGen[_Value], interval: float = 0.1, timeout: float | None = None) -> _Value:
            """As psycopg's own, with an end. The server is not asked to cancel: it is the one who does not answer."""
            if timeout is not None:
                return super().wait(gen, interval, timeout)
            try:
                return super().wait(gen, interval, patience.total_seconds())
            except psycopg.errors._WaitTimeout as error:
                self.pgconn.finish()
                message = "the server did not answer in time"
                raise psycopg.OperationalError(message) from error

    return PatientConnection
