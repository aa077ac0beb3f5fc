"""The embedded PostgreSQL: private, quiet, and at home in awkward places."""

from __future__ import annotations

import contextlib
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.operations.embedded_postgres import EmbeddedPostgres, running_url, temporary_postgres
from bot.operations.postgres_location import elsewhere

pytestmark = pytest.mark.usefixtures("socket_enabled")


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="sampan-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(folder / "postgres", durable=False)
    yield made
    made.remove()


def test_what_was_committed_is_there_after_a_stop_and_a_start(server: EmbeddedPostgres) -> None:
    with connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    server.stop()
    with connect(server.start()) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_it_can_only_be_entered_with_the_password_and_not_over_tcp(server: EmbeddedPostgres) -> None:
    url = server.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(url.replace(url.split(":")[2].split("@")[0], "wrong"))
    with connect(url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_its_files_are_for_its_owner_alone(server: EmbeddedPostgres, folder: Path) -> None:
    server.start()
    for private in ("password", "data", "socket"):
        assert (folder / "postgres" / private).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) == 0


def test_its_log_holds_no_statement_and_no_value(server: EmbeddedPostgres) -> None:
    with connect(server.start()) as connection:
        connection.execute("CREATE TABLE person (address text PRIMARY KEY)")
        for _ in range(2):
            with contextlib.suppress(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO person VALUES ('marker-7f3a')")
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT 'marker-7f3a' FROM nowhere")
    server.stop()
    log = server.log_file.read_text()
    assert "ready to accept connections" in log
    assert "marker-7f3a" not in log


def test_its_address_is_found_while_it_runs_and_not_after(server: EmbeddedPostgres, folder: Path) -> None:
    assert running_url(folder / "postgres") is None
    url = server.start()
    assert running_url(folder / "postgres") == url
    server.stop()
    assert running_url(folder / "postgres") is None


def test_a_process_that_got_the_id_of_a_server_long_gone_does_not_stop_the_next_start(
    server: EmbeddedPostgres, folder: Path
) -> None:
    server.start()
    pid_file = folder / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    pid_file.write_text("\n".join(["1", *lines[1:]]) + "\n")
    with connect(server.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_initialisation_that_was_cut_short_is_made_anew(server: EmbeddedPostgres, folder: Path) -> None:
    unfinished = folder / "postgres" / "unfinished" / "data"
    unfinished.mkdir(parents=True)
    (unfinished / "half a file").touch()
    server.start()
    assert not unfinished.exists()


def test_a_path_too_long_for_a_socket_gets_one_in_the_temporary_folder(folder: Path) -> None:
    server = EmbeddedPostgres(folder / ("long" * 25) / "postgres", durable=False)
    try:
        with connect(server.start()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        socket = Path(str(make_url(server.url).query["host"]))
        assert socket.parent == Path(tempfile.gettempdir())
    finally:
        server.remove()
    assert not socket.exists()


def test_below_a_private_folder_it_runs_and_the_folder_stays_private(folder: Path) -> None:
    folder.chmod(0o700)
    server = EmbeddedPostgres(folder / "postgres", durable=False)
    try:
        with connect(server.start()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        server.remove()
    assert not elsewhere(folder / "postgres").exists()


def test_a_temporary_server_leaves_nothing() -> None:
    with temporary_postgres() as server:
        url = server.create_database("another")
        with connect(url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("another",)
        home = server.log_file.parents[1]
    assert not home.exists()
