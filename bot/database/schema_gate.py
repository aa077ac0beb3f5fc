"""A process works only on the schema it was written for (oncall.md rule 32). Every claim asks for it in its own
statement: PostgreSQL looks once, before it touches a row, and an old process takes nothing from the moment a migration
is committed. What it holds already it finishes."""

from __future__ import annotations

from functools import cache

from sqlalchemy import ColumnElement, column, exists, literal, select, table
from sqlalchemy.orm import Session

from bot.database.migrate import expected_version

_VERSIONS = table("alembic_version", column("version_num"))


@cache
def known_version() -> str:
    """The schema this code was written for; read from its migrations once."""
    return expected_version()


def schema_is_ours() -> ColumnElement[bool]:
    """For the `where` of a claim: false for every row while the database is at another version."""
    of_ours = select(literal(1)).select_from(_VERSIONS).where(_VERSIONS.c.version_num == known_version())
    return exists(of_ours.correlate(None))


def schema_found(session: Session) -> str | None:
    """What the database is at now."""
    found: str | None = session.scalar(select(_VERSIONS.c.version_num))
    return found
