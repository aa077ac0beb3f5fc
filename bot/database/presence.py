"""Which processes live, as PostgreSQL itself knows it: each holds a lock of its session's on the connection it listens
on, and the lock ends with that connection. Whatever a process leases carries its number, so that others can take it
back in seconds (docs/decisions/0010-a-dead-sender-is-noticed.md)."""

from __future__ import annotations

import secrets
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

NOBODY = 0  # of a process whose lock is not held at this moment: for what it leases only the lease counts
_SPACE = 0x53414D50  # "SAMP": these locks of PostgreSQL's are ours
_BYTES = 4
# Shared: a process that lost its connection and has a new one waits for no old one that is only half closed.
LOCK = f"select pg_advisory_lock_shared({_SPACE}, {{number}})"
UNLOCK = f"select pg_advisory_unlock_shared({_SPACE}, {{number}})"
_LIVING = text(
    "select objid::bigint from pg_locks where locktype = 'advisory' and granted and objsubid = 2 "
    "and classid::bigint = :space and database = (select oid from pg_database where datname = current_database())"
)


def new_number() -> int:
    """For one process, as long as it lives."""
    return secrets.randbelow(2**31 - 1) + 1


def new_token(holder: int) -> UUID:
    """A token of a lease, by which the lease also tells who holds it."""
    return UUID(bytes=holder.to_bytes(_BYTES) + secrets.token_bytes(16 - _BYTES))


def holder_of(token: UUID) -> int:
    """The number of the process that made this token."""
    return int.from_bytes(token.bytes[:_BYTES])


def living(session: Session) -> frozenset[int]:
    """The numbers of all processes that hold their lock now."""
    return frozenset(session.execute(_LIVING, {"space": _SPACE}).scalars())
