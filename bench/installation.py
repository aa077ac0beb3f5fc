"""A whole installation on loopback to be measured or killed: real PostgreSQL, real Rasa, the real service as a process
of its own, and the providers as fakes in this process."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func

from bot.database.migrate import upgrade
from bot.database.session import Database
from bot.database.tables import RosterEntry, Staff, StaffContact
from bot.operations.embedded_postgres import EmbeddedPostgres
from bot.operations.installation import PROJECT_ROOT
from bot.operations.pieces import rasa_plan
from bot.operations.tethered_process import ProcessPlan, kill_session, spawn, stop
from bot.operations.training import ensure_model
from bot.privacy.keys_file import write_private_file
from bot.privacy.sealing import ServiceKeys, seal_with
from bot.settings import Settings
from tests.fakes.http_provider import Answer, HttpProvider, Received
from tests.fakes.sms_gateway import PASSWORD, SIGNING_KEY, USERNAME, FakeSmsGateway
from tests.fakes.telegram import SECRET, TOKEN, FakeTelegram
from tests.fakes.twilio import ACCOUNT, AUTH_TOKEN, OUR_NUMBER, FakeTwilio

STAFF_TOKEN = "2000000002:staff-token-of-nobody"
START_TIMEOUT_SECONDS = 120.0
_STOP_TIMEOUT = timedelta(seconds=5)


class WholeRequestsOnly(HttpProvider):
    """A caller killed between the head and the body of its request has sent nothing: no provider takes half of one."""

    def answer(self, request: Received) -> Answer | None:
        """Hang up on half a request; the fake's own answer otherwise."""
        if len(request.body) < int(request.headers.get("content-length", "0")):
            return None
        return super().answer(request)


class _Telegram(WholeRequestsOnly, FakeTelegram):
    """As the fake."""


class _Twilio(WholeRequestsOnly, FakeTwilio):
    """As the fake."""


class _Gateway(WholeRequestsOnly, FakeSmsGateway):
    """As the fake."""


@dataclass(frozen=True, kw_only=True)
class Providers:
    """The fakes, listening."""

    telegram: FakeTelegram
    staff_bot: FakeTelegram
    twilio: FakeTwilio
    gateway: FakeSmsGateway

    @property
    def unexpected(self) -> int:
        """How many requests no provider would know."""
        return sum(len(provider.unexpected) for provider in (self.telegram, self.staff_bot, self.twilio, self.gateway))


@dataclass(kw_only=True)
class Installation:
    """Its parts. `service_environment` is all that the service's process is told. `rasa` is None without a model."""

    folder: Path
    postgres: EmbeddedPostgres
    postgres_process: subprocess.Popen[bytes]
    providers: Providers
    database: Database
    port: int
    rasa_port: int
    model: Path | None
    keys: ServiceKeys = field(repr=False)
    service_environment: dict[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        """The public address of the service."""
        return f"http://127.0.0.1:{self.port}"

    def door(self, channel: str) -> str:
        """Where the provider of a channel posts."""
        return f"{self.url}/webhooks/{channel}"

    def service_plan(self, module: str, *arguments: str) -> ProcessPlan:
        """The service, started by an entry module of the benchmarks."""
        return ProcessPlan(
            name="service",
            command=[sys.executable, "-m", module, *arguments],
            environment=self.service_environment,
            folder=PROJECT_ROOT,
            log_file=self.folder / "logs" / "service.log",
        )

    def rasa_plan(self) -> ProcessPlan:
        """Our Rasa."""
        assert self.model is not None, "there is no model"
        settings = Settings(_env_file=None, data_dir=self.folder, rasa_port=self.rasa_port)
        return rasa_plan(settings, self.model)

    def on_call(self, name: str, *, step: int, channel: str, address: str) -> None:
        """Put a responder on the roster, open-ended."""
        with self.database.transaction() as session:
            staff = Staff(name=name)
            session.add(staff)
            session.flush()
            session.add(RosterEntry(staff_id=staff.id, step_no=step))
            session.add(
                StaffContact(
                    staff_id=staff.id,
                    channel=channel,
                    rank=1,
                    address_hash=self.keys.lookup_hash("address", channel, address),
                    address_sealed=seal_with(self.keys.address, address),
                    verified_at=func.now(),
                )
            )


@contextmanager
def installation(
    *, with_rasa: bool, say: Callable[[str], None], postgres_options: Sequence[str] = (), **settings: str
) -> Iterator[Installation]:
    """Set one up with its database running; the caller starts the service. `settings` are SAMPAN_ variables,
    `postgres_options` are of the server. All of it is destroyed on leaving."""
    folder = Path(tempfile.mkdtemp(prefix="sampan-bench-"))
    folder.chmod(0o755)  # its children are private; the user of the database server must be able to pass
    place: Installation | None = None
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        model = trained_model(say) if with_rasa else None
        postgres = EmbeddedPostgres(folder / "postgres", durable=True)
        stack.callback(postgres.remove)
        process = _started(postgres, postgres_options)
        stack.callback(lambda: stop(place.postgres_process if place else process, signal.SIGINT, _STOP_TIMEOUT))
        postgres.wait_until_ready()
        upgrade(postgres.url)
        database = Database(postgres.url)
        stack.callback(database.dispose)
        providers = _providers(stack)
        keys = ServiceKeys.generate()
        write_private_file(folder / "keys" / "service.json", keys.to_json())
        port, console_port, rasa_port = free_port(), free_port(), free_port()
        environment = _environment(folder, postgres.url, providers, port, console_port, rasa_port)
        place = Installation(
            folder=folder,
            postgres=postgres,
            postgres_process=process,
            providers=providers,
            database=database,
            port=port,
            rasa_port=rasa_port,
            model=model,
            keys=keys,
            service_environment=environment | {f"SAMPAN_{name.upper()}": value for name, value in settings.items()},
        )
        yield place


def _providers(stack: ExitStack) -> Providers:
    return Providers(
        telegram=stack.enter_context(_Telegram()),
        staff_bot=stack.enter_context(_Telegram(STAFF_TOKEN)),
        twilio=stack.enter_context(_Twilio()),
        gateway=stack.enter_context(_Gateway()),
    )


def _started(postgres: EmbeddedPostgres, options: Sequence[str]) -> subprocess.Popen[bytes]:
    plan = postgres.plan()
    more = [part for option in options for part in ("-c", option)]
    return spawn(replace(plan, command=[*plan.command, *more]))


def trained_model(say: Callable[[str], None]) -> Path:
    """The model of the present data, trained when there is none; shared with `make demo`."""
    data_dir = Path(os.environ.get("SAMPAN_DATA_DIR", PROJECT_ROOT / "var"))
    said = [0.0]

    def tick(line: str) -> None:
        if time.monotonic() - said[0] > 5:
            said[0] = time.monotonic()
            say(f"our model: {line}")

    return ensure_model(Settings(_env_file=None, data_dir=data_dir), tick)


def _environment(
    folder: Path, database_url: str, providers: Providers, port: int, console_port: int, rasa_port: int
) -> dict[str, str]:
    """Nothing of the machine's own installation may reach the service."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAMPAN_")}
    # An installation has its modules compiled. Where that is forbidden to us, each start would compile all of them.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    ours = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "CONSOLE_PORT": str(console_port),
        "RASA_PORT": str(rasa_port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CONSOLE_URL": f"http://127.0.0.1:{console_port}",
        "LOG_LEVEL": "info",
        "TELEGRAM__TOKEN": TOKEN,
        "TELEGRAM__SECRET_TOKEN": SECRET,
        "TELEGRAM__BASE_URL": providers.telegram.url,
        "TELEGRAM_STAFF__TOKEN": STAFF_TOKEN,
        "TELEGRAM_STAFF__BASE_URL": providers.staff_bot.url,
        "TWILIO__ACCOUNT_SID": ACCOUNT,
        "TWILIO__AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO__SENDER": OUR_NUMBER,
        "TWILIO__BASE_URL": providers.twilio.url,
        "SMS_GATEWAY__USERNAME": USERNAME,
        "SMS_GATEWAY__PASSWORD": PASSWORD,
        "SMS_GATEWAY__SIGNING_KEY": SIGNING_KEY,
        "SMS_GATEWAY__BASE_URL": providers.gateway.url,
    }
    compiled = {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    return {**kept, **compiled, "PYTHONUNBUFFERED": "1", **{f"SAMPAN_{name}": value for name, value in ours.items()}}


@contextmanager
def running(plan: ProcessPlan, is_ready: Callable[[], bool]) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A process of the plan, and how many seconds it took until it was ready; killed on leaving."""
    started = time.monotonic()
    process = spawn(plan)
    try:
        while not is_ready():
            if process.poll() is not None or time.monotonic() - started > START_TIMEOUT_SECONDS:
                raise RuntimeError(f"{plan.name} did not start; see {plan.log_file}:\n{tail(plan.log_file)}")
            time.sleep(0.02)
        yield process, time.monotonic() - started
    finally:
        kill_session(process)


def answers_ok(url: str) -> bool:
    """Whether a GET is answered with 200 at this moment."""
    return answers_at_all(url) == HTTPStatus.OK


def answers_at_all(url: str) -> int | None:
    """The status of the answer to a GET; None when there is none. Cheap: it is asked many times while others start."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=1)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", address.path or "/")
        return connection.getresponse().status
    return None


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tail(path: Path, characters: int = 2000) -> str:
    """The end of a log."""
    return path.read_text(errors="replace")[-characters:] if path.exists() else ""
