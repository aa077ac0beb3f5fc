"""The one place where parts are built and joined. Only this module names a concrete engine; channels come from the
registry. `serve` is the whole service in one process: doors and workers."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import TypeGuard
from uuid import uuid4

import structlog
import uvicorn
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette

from bot.channels.channel import Channel, PollingChannel, TellsItsProvider
from bot.channels.registry import build_channels, webhook_url
from bot.console.app import console_app
from bot.conversation import languages
from bot.conversation.engine import DialogueEngine
from bot.conversation.fallback_engine import FallbackEngine
from bot.conversation.handle_message import Desk
from bot.conversation.outgoing import Composer
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.wording import Wording
from bot.database.migrate import expected_version, present_version
from bot.database.session import Database, conninfo_of
from bot.deployment import load_deployment
from bot.errors import ConfigurationError, DatabaseDownError
from bot.messages import normalising
from bot.messages.message import Audience
from bot.messages.spool import Spool
from bot.privacy.keys_file import load_service_keys
from bot.privacy.logs import configure_logs
from bot.privacy.sealing import ServiceKeys
from bot.reports import urgency_floor
from bot.settings import Settings
from bot.webhooks.app import Door, build_app
from bot.webhooks.sandbox_page import sandbox_routes
from bot.webhooks.sandbox_phones import SandboxPhones
from bot.worker.alarm_loop import AlarmWorker
from bot.worker.auditor_loop import Auditor, auditors_database
from bot.worker.chat_eraser import ChatEraser
from bot.worker.check_in_loop import CheckInWorker
from bot.worker.clock_guard import ClockGuard
from bot.worker.dead_senders import INTERVAL as DEAD_SENDERS_INTERVAL
from bot.worker.dead_senders import DeadSenders
from bot.worker.file_fetcher import FileFetcher
from bot.worker.heartbeat import INTERVAL as HEARTBEAT_INTERVAL
from bot.worker.heartbeat import Heartbeat
from bot.worker.housekeeping import Housekeeping
from bot.worker.inbox_loop import InboxWorker
from bot.worker.loops import run_loop
from bot.worker.outbox_loop import OutboxWorker
from bot.worker.polling import Poller
from bot.worker.registration import tell_provider
from bot.worker.roster_forecast import INTERVAL as FORECAST_INTERVAL
from bot.worker.roster_forecast import RosterForecast
from bot.worker.roster_ticks import RosterTicks
from bot.worker.schedule import start_ticking
from bot.worker.spool_loop import SpoolFlusher
from bot.worker.wakeups import Wakeups
from bot.worker.window_loop import WindowWorker

log = structlog.get_logger("process")

_INBOX_WORKERS, _SENDERS = 3, 3
# A thread that sends a page asks the database a dozen times, and after each answer it may wait this long for every
# thread that is just reading a message; Python's own is 5 ms.
_SWITCH_SECONDS = 0.0005
# Every loop can be in a transaction at the same moment, as many as there are connections (bot/database/session.py).
# Python's own number on two cores is six: a page would wait for a thread behind messages that are being read.
_THREADS = 24
_HOUSEKEEPING_INTERVAL = timedelta(seconds=2)
_DIGEST_INTERVAL = timedelta(seconds=30)
_FINISHED_WITHIN = timedelta(seconds=10)
# Their providers recognise a message they already have by our key, so that a repeat after a crash is harmless.
_HARMLESS_REPEATS = frozenset({"sms_gateway", "sandbox_sms", "sandbox_telegram", "sandbox_staff"})


@dataclass(frozen=True, kw_only=True)
class Service:
    """All parts of one process, joined."""

    settings: Settings
    database: Database
    wording: Wording
    engine: DialogueEngine
    channels: dict[str, Channel]
    door_app: Starlette
    console_app: Starlette
    spool: Spool
    keys: ServiceKeys = field(repr=False)

    @property
    def writes_as_sms(self) -> frozenset[str]:
        """Channels on which choices are written out and texts counted in parts."""
        return _sms_channels(self.channels)


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


def _sms_channels(channels: dict[str, Channel]) -> frozenset[str]:
    return frozenset(name for name, channel in channels.items() if channel.writes_as_sms)


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
            database=database, keys=keys, settings=settings, wording=wording, writes_as_sms=_sms_channels(channels)
        ),
        spool=spool,
        keys=keys,
    )


def _learn_to_read(settings: Settings) -> None:
    """Load whatever reading a message takes: seconds. ConfigurationError when the deployment's own phrases are wrong;
    nothing was read by then."""
    normalising.warm_up()
    urgency_floor.warm_up(settings.floor_pack)
    languages.warm_up()


@asynccontextmanager
async def running_workers(
    service: Service, learn_to_read: Callable[[Settings], None] = _learn_to_read
) -> AsyncIterator[None]:
    """Every loop of this process, until the block is left: then nothing new is claimed, and what is under way has ten
    seconds to be finished; after that its lease runs out. One sweep comes before all else: what became due while
    nobody was here fires now (oncall.md rule 33). Pages leave while this process still learns to read: for them it
    need not, and they may have waited for it."""
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="loop")
    asyncio.get_running_loop().set_default_executor(threads)
    await _first_sweep(service)
    stopping = asyncio.Event()
    wakeups = Wakeups(conninfo_of(service.database.url))
    auditor = Auditor(auditors_database(service.database.url), service.channels, _composer(service))
    heartbeat = Heartbeat(service.database, uuid4())
    await heartbeat.beat()
    clock_guard = ClockGuard(service.database, service.settings)
    roster = RosterTicks(service.database, service.settings, service.wording.deployment.zone)
    housekeeping = Housekeeping(service.database, _HARMLESS_REPEATS, service.settings.files_kept_for)
    eraser = ChatEraser(service.database, service.channels, service.keys)
    ticking = start_ticking(
        {
            "housekeeping": (_HOUSEKEEPING_INTERVAL, housekeeping.tidy),
            "chat_eraser": (_HOUSEKEEPING_INTERVAL, eraser.erase),
            "roster_forecast": (
                FORECAST_INTERVAL,
                RosterForecast(service.database, service.wording.deployment).tell,
            ),
            "heartbeat": (HEARTBEAT_INTERVAL, heartbeat.beat),
            "clock": (HEARTBEAT_INTERVAL, clock_guard.look),
            "dead_senders": (DEAD_SENDERS_INTERVAL, DeadSenders(service.database).look),
            "drills": (HEARTBEAT_INTERVAL, roster.drills),
            "digests": (_DIGEST_INTERVAL, roster.digests),
        }
    )
    working = [asyncio.create_task(each) for each in _pagers(service, wakeups, stopping)]
    waiting = [asyncio.create_task(wakeups.listen())]
    try:
        await asyncio.to_thread(learn_to_read, service.settings)
        working += [asyncio.create_task(each) for each in _readers(service, wakeups, stopping)]
        waiting += [asyncio.create_task(each) for each in _waits_on_others(service, wakeups, auditor)]
        yield
    finally:
        ticking.shutdown(wait=False)
        await _end(waiting)
        stopping.set()
        wakeups.wake_all()
        await asyncio.wait(working, timeout=_FINISHED_WITHIN.total_seconds())
        await _end(working)
        threads.shutdown()  # what was cut off is still in its transaction; connections are closed after that
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        auditor.close()
        for channel in service.channels.values():
            await channel.close()


async def _first_sweep(service: Service) -> None:
    """One step each for what is due. A database that is down is no reason not to open the doors."""
    try:
        await AlarmWorker(service.database, service.settings).work()
    except DatabaseDownError as error:
        log.warning("database_down", name="first_sweep", error=type(error).__name__)


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)


def _composer(service: Service) -> Composer:
    return Composer(
        wording=service.wording, settings=service.settings, writes_as_sms=service.writes_as_sms, keys=service.keys
    )


def _waits_on_others(service: Service, wakeups: Wakeups, auditor: Auditor) -> list[Coroutine[object, object, None]]:
    """What may be cut off at any moment: it waits for a provider or for its time, and repeats nothing that counts."""
    database, keys, settings = service.database, service.keys, service.settings
    loops = [run_loop("auditor", auditor.work, auditor.wait)]
    for name, channel in service.channels.items():
        if _tells_its_provider(channel):
            url = None if _polled(name, settings) else webhook_url(settings, name)
            loops.append(tell_provider(name, channel, url))
        if _polls(channel, settings):
            poller = Poller(channel, database, service.spool, keys, settings)
            loops.append(run_loop(f"poll_{channel.name}", poller.work, lambda: wakeups.wait("inbox")))
    return loops


def _pagers(service: Service, wakeups: Wakeups, stopping: asyncio.Event) -> list[Coroutine[object, object, None]]:
    """What moves alarms and sends to responders; it is let finish what it holds."""
    sweeper = AlarmWorker(service.database, service.settings)
    senders = [_sender(service, Audience.RESPONDER, wakeups, stopping) for _ in range(_SENDERS)]
    return [*senders, run_loop("alarms", sweeper.work, lambda: wakeups.wait("alarms"), stopping)]


def _readers(service: Service, wakeups: Wakeups, stopping: asyncio.Event) -> list[Coroutine[object, object, None]]:
    """What else claims rows: it is let finish what it holds."""
    database, keys, settings = service.database, service.keys, service.settings
    desk = Desk(
        database=database,
        engine=service.engine,
        wording=service.wording,
        settings=settings,
        writes_as_sms=service.writes_as_sms,
        keys=keys,
    )
    loops: list[Coroutine[object, object, None]] = []

    def add(name: str, work: Callable[[], Awaitable[bool]], queue: str) -> None:
        loops.append(run_loop(name, work, lambda: wakeups.wait(queue), stopping))

    for _ in range(_INBOX_WORKERS):
        add("inbox", InboxWorker(desk, service.channels).work, "inbox")
    loops += [_sender(service, Audience.REPORTER, wakeups, stopping) for _ in range(_SENDERS)]
    add("files", FileFetcher(database, service.channels, keys, settings).work, "files")
    add("check_ins", CheckInWorker(database, settings).work, "alarms")
    add("windows", WindowWorker(database, settings).work, "alarms")
    add("spool", SpoolFlusher(service.spool, database, keys, settings).work, "alarms")
    return loops


def _sender(
    service: Service, audience: Audience, wakeups: Wakeups, stopping: asyncio.Event
) -> Coroutine[object, object, None]:
    sender = OutboxWorker(service.database, service.channels, _composer(service), audience, lambda: wakeups.holder)
    return run_loop(f"outbox_{audience.value}", sender.work, partial(sender.wait, wakeups), stopping)


def _tells_its_provider(channel: object) -> TypeGuard[TellsItsProvider]:
    return hasattr(channel, "set_webhook")


def _polls(channel: Channel, settings: Settings) -> TypeGuard[PollingChannel]:
    return _polled(channel.name, settings)


def _polled(name: str, settings: Settings) -> bool:
    modes = {"telegram": settings.telegram.mode, "telegram_staff": settings.telegram_staff.mode}
    return modes.get(name) == "poll"


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
            _learn_to_read(settings)
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
