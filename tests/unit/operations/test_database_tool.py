"""Backup and restore, with PostgreSQL's own tools on the installation's own database."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.database.migrate import upgrade
from bot.errors import ConfigurationError
from bot.operations.database_tool import environment_for, main
from bot.operations.embedded_postgres import temporary_postgres
from tests.rules.source_files import ROOT

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def database() -> Iterator[str]:
    with temporary_postgres() as server:
        upgrade(server.url)
        yield server.url


def test_a_backup_can_be_restored(database: str, tmp_path: Path) -> None:
    environment = {**os.environ, "SAMPAN_DATABASE_URL": database, "SAMPAN_DATA_DIR": str(tmp_path)}
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO poll_offset (channel, next_offset) VALUES ('telegram', 7)"))
    subprocess.run([ROOT / "deploy" / "backup", tmp_path / "backups"], env=environment, check=True)
    [backup] = (tmp_path / "backups").iterdir()
    assert backup.stat().st_mode & 0o777 == 0o600
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM poll_offset"))
    engine.dispose()
    subprocess.run([ROOT / "deploy" / "restore", backup], env=environment, check=True)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT next_offset FROM poll_offset")).scalar_one() == 7
    engine.dispose()


def test_the_password_travels_in_the_environment() -> None:
    url = "postgresql+psycopg://me:p%40ss@db.example.org:6432/reports?sslmode=verify-full"
    assert environment_for(url) == {
        "PGHOST": "db.example.org",
        "PGPORT": "6432",
        "PGUSER": "me",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "reports",
        "PGSSLMODE": "verify-full",
    }


def test_only_the_tools_for_backups_can_be_called() -> None:
    with pytest.raises(ConfigurationError):
        main(["dropdb"])
