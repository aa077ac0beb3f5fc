"""The one place where parts are built and joined. Only this module names a concrete engine; channels come from the
registry. `serve` is the whole service in one process: doors and workers."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from enum import StrEnum

import structlog
import uvicorn
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette

from bot.channels.registry import build_channels
from bot.console.app import console_app
from bot.conversation.engine import DialogueEngine
from bot.conversation.fallback_engine import FallbackEngine
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.wording import Wording
from bot.database.migrate import expected_version, present_version
from bot.database.session import Database
from bot.deployment import load_deployment
from bot.errors import ConfigurationError
from bot.messages.spool import Spool
from bot.privacy.keys_file import load_service_keys
from bot.privacy.logs import configure_logs
from bot.running import Service as Service
from bot.running import learn_to_read as learn_to_read
from bot.running import running_workers as running_workers
from bot.running import sms_channels
from bot.settings import Settings
from bot.webhooks.app import Door, build_app
from bot.webhooks.sandbox_page import sandbox_routes
from bot.webhooks.sandbox_phones import SandboxPhones

log = structlog.get_logger("process")

# A thread that sends a page asks the database a dozen times, and after each answer it may wait this long for every
# thread that is just reading a message; Python's own is 5 ms.
_SWITCH_SECONDS = 0.0005


def _check_schema(database: Database) -> None:
    """Refuse to work on a schema that is not ours. A database that is down is no reason not to open the doors: what
    comes in is spooled, and whoever started this has migrated before (`sampan run` does)."""
    try:
        found = present_version(database.engine)
    except OperationalError as error:
        log.warning("database_down", name="start", error=type(error).__name__)
        return
    if found != expected_version():
        raise ConfigurationError(f"the database is at version {found}, this code needs {expected_version()}")


def build_service(settings: Settings, database_url: str, engine: DialogueEngine) -> Service:
    """Join everything. ConfigurationError when a setting is missing or wrong, or the schema is not ours."""
    keys = load_service_keys(settings.keys_path)
    database = Database(database_url)
    _check_schema(database)
    wording = Wording.load(load_deployment(settings.deployment_path))
    phones = SandboxPhones(database, keys)
    channels = build_channels(settings, phones)
    spool = Spool(settings.spool_path, keys)
    spool.check()
    door = Door(channels=channels, database=database, spool=spool, settings=settings, keys=keys)
    return Service(
        settings=settings,
        database=database,
        wording=wording,
        engine=engine,
        channels=channels,
        door_app=build_app(door, sandbox_routes(database, phones, settings)),
        console_app=console_app(
            database=database, keys=keys, settings=settings, wording=wording, writes_as_sms=sms_channels(channels)
        ),
        spool=spool,
        keys=keys,
    )


class Parts(StrEnum):
    """What one process does. All processes are alike and hold nothing; more of either may run."""

    ALL = "all"  # doors and workers: one process is enough for one small machine
    DOORS = "doors"  # webhooks and console
    WORKERS = "workers"  # the loops


async def serve(settings: Settings, parts: Parts = Parts.ALL) -> None:
    """Run until SIGTERM or SIGINT; settings.database_url says where the rows are."""
    configure_logs(settings.log_level)
    sys.setswitchinterval(_SWITCH_SECONDS)
    if settings.database_url is None:
        raise ConfigurationError("no database is set; `sampan run` starts the embedded one")
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(_engine(settings))
        service = build_service(settings, settings.database_url.get_secret_value(), engine)
        if parts is Parts.DOORS:
            learn_to_read(settings)
        else:
            await stack.enter_async_context(running_workers(service))
        if parts is not Parts.WORKERS:
            await stack.enter_async_context(_open_doors(service, stop))
        log.info("started", port=settings.port, kind=parts.value)
        await stop.wait()


@asynccontextmanager
async def _open_doors(service: Service, stop: asyncio.Event) -> AsyncIterator[None]:
    """Both doors, until the block is left. A door that cannot open, or closes by itself, stops the process."""
    settings = service.settings
    servers = [
        _Server(_config(service.door_app, settings.host, settings.port)),
        _Server(_config(service.console_app, settings.console_host, settings.console_port)),
    ]
    serving = [asyncio.create_task(server.serve()) for server in servers]
    for task in serving:
        task.add_done_callback(lambda _task: stop.set())
    yield
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*serving, return_exceptions=True)


@asynccontextmanager
async def _engine(settings: Settings) -> AsyncIterator[DialogueEngine]:
    """The model, and the scripted engine for whenever it fails."""
    async with loopback_client(settings.rasa_port) as client:
        model = RasaEngine(client, timeout_seconds=settings.engine_timeout.total_seconds())
        yield FallbackEngine(model, ScriptedEngine())


class _Server(uvicorn.Server):
    """Signals are this process's own affair: it stops two servers and the workers together."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # uvicorn's own signature
        """Leave the signal handlers alone."""
        yield


def _config(app: Starlette, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        lifespan="off",
    )
