"""What every test may ask for: a real PostgreSQL, an empty and migrated database, keys. The network is closed but for
loopback; time and randomness are the test's own affair."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.conversation.wording import Wording
from bot.database.migrate import upgrade
from bot.database.session import Database
from bot.database.tables import Table
from bot.deployment import DEMO_DEPLOYMENT
from bot.operations.embedded_postgres import temporary_postgres
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from tests.rasa_environment.served_model import ServedModel


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_the_machine() -> Iterator[None]:
    """Tests see the defaults, not what the machine they run on is configured for."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SAMPAN_")}
    yield
    os.environ.update(kept)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of this test run, migrated; its tables are shared, so use `database`."""
    with temporary_postgres() as server:
        upgrade(server.url)
        yield server.url


@pytest.fixture(scope="session")
def _pool(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    yield database
    database.dispose()


@pytest.fixture
def emptied(_pool: Database) -> Callable[[], Database]:
    """The database with the newest schema, emptied each time it is asked for."""
    tables = ", ".join(table.name for table in Table.metadata.sorted_tables)

    def empty() -> Database:
        with _pool.engine.begin() as connection:
            connection.execute(text(f"truncate {tables} restart identity cascade"))
            connection.execute(text("alter sequence report_number restart"))
        return _pool

    return empty


@pytest.fixture
def database(emptied: Callable[[], Database]) -> Database:
    """An empty database with the newest schema."""
    return emptied()


@pytest.fixture(scope="session")
def keys() -> ServiceKeys:
    """Service keys of this test run."""
    return ServiceKeys.generate()


@pytest.fixture(scope="session")
def wording() -> Wording:
    """The demo deployment's words in all languages."""
    return Wording.load(DEMO_DEPLOYMENT)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose files lie in a folder of this test."""
    return Settings(data_dir=tmp_path, _env_file=None)


@pytest.fixture(scope="session")
def served_model() -> Iterator[ServedModel]:
    """A Rasa process with the model of the sources as they are; nothing is broken in it."""
    server = ServedModel()
    yield server
    server.stop()
