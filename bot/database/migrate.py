"""Brings a database to the schema this code expects. Migrations are append-only and safe for the running version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, to: str = "head") -> None:
    """Apply what is missing, up to a version or to the newest. Two processes at once are kept apart by a lock in the
    database."""
    command.upgrade(_config(url), to)


def expected_version() -> str:
    """The newest migration this code knows."""
    head = ScriptDirectory.from_config(_config("")).get_current_head()
    assert head is not None
    return head


def present_version(engine: Engine) -> str | None:
    """What the database is at; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
