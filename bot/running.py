"""Every loop of one process, joined and run until it ends. The parts they are made of are built in wiring.py."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeGuard
from uuid import uuid4

import structlog
from starlette.applications import Starlette

from bot.channels.channel import Channel, PollingChannel, TellsItsProvider
from bot.channels.registry import webhook_url
from bot.conversation import languages
from bot.conversation.engine import DialogueEngine
from bot.conversation.handle_message import Desk
from bot.conversation.outgoing import Composer
from bot.conversation.wording import Wording
from bot.database.session import Database, conninfo_of
from bot.errors import DatabaseDownError
from bot.messages import normalising
from bot.messages.message import Audience
from bot.messages.spool import Spool
from bot.privacy.sealing import ServiceKeys
from bot.reports import urgency_floor
from bot.settings import Settings
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
# Every loop can be in a transaction at the same moment, as many as there are connections (bot/database/session.py).
# Python's own number on two cores is six: a page would wait for a thread behind messages that are being read.
_THREADS = 24
_HOUSEKEEPING_INTERVAL = timedelta(seconds=2)
_DIGEST_INTERVAL = timedelta(seconds=30)
_FINISHED_WITHIN = timedelta(seconds=10)
# Their providers recognise a message they already have by our key, so that a repeat after a crash is harmless.
_HARMLESS_REPEATS = frozenset({"sms_gateway", "sandbox_sms", "sandbox_telegram", "sandbox_staff"})


def sms_channels(channels: dict[str, Channel]) -> frozenset[str]:
    """Channels on which choices are written out and texts counted in parts."""
    return frozenset(name for name, channel in channels.items() if channel.writes_as_sms)


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
        return sms_channels(self.channels)


def learn_to_read(settings: Settings) -> None:
    """Load whatever reading a message takes: seconds. ConfigurationError when the deployment's own phrases are wrong;
    nothing was read by then."""
    normalising.warm_up()
    urgency_floor.warm_up(settings.floor_pack)
    languages.warm_up()


@asynccontextmanager
async def running_workers(
    service: Service, learning: Callable[[Settings], None] = learn_to_read
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
    ticking = start_ticking(_ticks(service, heartbeat))
    working = [asyncio.create_task(each) for each in _pagers(service, wakeups, stopping)]
    waiting = [asyncio.create_task(wakeups.listen())]
    try:
        await asyncio.to_thread(learning, service.settings)
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
        await auditor.close()
        for channel in service.channels.values():
            await channel.close()


def _ticks(service: Service, heartbeat: Heartbeat) -> dict[str, tuple[timedelta, Callable[[], Awaitable[None]]]]:
    """What is done again and again in its own time; nothing that anybody waits for."""
    database, settings = service.database, service.settings
    roster = RosterTicks(database, settings, service.wording.deployment.zone)
    forecast = RosterForecast(database, service.wording.deployment)
    housekeeping = Housekeeping(database, _HARMLESS_REPEATS, settings.files_kept_for)
    return {
        "housekeeping": (_HOUSEKEEPING_INTERVAL, housekeeping.tidy),
        "chat_eraser": (_HOUSEKEEPING_INTERVAL, ChatEraser(database, service.channels, service.keys).erase),
        "roster_forecast": (FORECAST_INTERVAL, forecast.tell),
        "heartbeat": (HEARTBEAT_INTERVAL, heartbeat.beat),
        "clock": (HEARTBEAT_INTERVAL, ClockGuard(database, settings).look),
        "dead_senders": (DEAD_SENDERS_INTERVAL, DeadSenders(database).look),
        "drills": (HEARTBEAT_INTERVAL, roster.drills),
        "digests": (_DIGEST_INTERVAL, roster.digests),
    }


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

    def add(name: str, work: Callable[[], Awaitable[bool]], queue: str, team: str | None = None) -> None:
        loops.append(run_loop(name, work, lambda: wakeups.wait(queue, team=team), stopping))

    for _ in range(_INBOX_WORKERS):
        reader = InboxWorker(desk, service.channels, partial(wakeups.found, "inbox", "readers"))
        add("inbox", reader.work, "inbox", "readers")
    loops += [_sender(service, Audience.REPORTER, wakeups, stopping) for _ in range(_SENDERS)]
    add("files", FileFetcher(database, service.channels, keys, settings).work, "files")
    add("check_ins", CheckInWorker(database, settings, keys).work, "alarms")
    add("windows", WindowWorker(database, settings).work, "alarms")
    add("spool", SpoolFlusher(service.spool, database, keys, settings).work, "alarms")
    return loops


def _sender(
    service: Service, audience: Audience, wakeups: Wakeups, stopping: asyncio.Event
) -> Coroutine[object, object, None]:
    found = partial(wakeups.found, "outbox", audience.value)
    composer = _composer(service)
    sender = OutboxWorker(service.database, service.channels, composer, audience, lambda: wakeups.holder, found)
    return run_loop(f"outbox_{audience.value}", sender.work, partial(sender.wait, wakeups), stopping)


def _tells_its_provider(channel: object) -> TypeGuard[TellsItsProvider]:
    return hasattr(channel, "set_webhook")


def _polls(channel: Channel, settings: Settings) -> TypeGuard[PollingChannel]:
    return _polled(channel.name, settings)


def _polled(name: str, settings: Settings) -> bool:
    modes = {"telegram": settings.telegram.mode, "telegram_staff": settings.telegram_staff.mode}
    return modes.get(name) == "poll"
