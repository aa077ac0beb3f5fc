"""The entry module of the service under the soak: the product's own `serve`, its seams wrapped from outside so that
the killer hears of every named point. `python -m bench.chaos.killed_service <folder>`; settings from SAMPAN_*."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

import bot.conversation.handle_message as handling
import bot.webhooks.app as door
import bot.worker.alarm_loop as alarms
import bot.worker.inbox_loop as inbox
import bot.worker.outbox_loop as outbox
import bot.worker.polling as polling
from bench.chaos.killer import Killer, Wiretap
from bench.chaos.points import Point
from bot.conversation.fallback_engine import FallbackEngine
from bot.messages.spool import Spool
from bot.settings import Settings
from bot.wiring import serve

Work = Callable[..., Any]
_spooled: contextvars.ContextVar[list[bool]] = contextvars.ContextVar("spooled")


class Seams:
    """Wraps functions and methods in place. `before` and `after` are reached in the caller's own thread."""

    def __init__(self, killer: Killer) -> None:
        self._reach = killer.reach

    def around(self, owner: object, name: str, *, before: Point | None = None, after: Point | None = None) -> None:
        """A plain function or method. `after` is not reached when it raises."""
        original: Work = getattr(owner, name)

        @functools.wraps(original)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if before is not None:
                self._reach(before)
            result = original(*args, **kwargs)
            if after is not None:
                self._reach(after)
            return result

        setattr(owner, name, wrapped)

    def around_async(
        self, owner: object, name: str, *, before: Point | None = None, after: Point | None = None
    ) -> None:
        """The same for a coroutine function; a result of False says that there was nothing to do."""
        original: Callable[..., Awaitable[Any]] = getattr(owner, name)

        @functools.wraps(original)
        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            if before is not None:
                self._reach(before)
            result = await original(*args, **kwargs)
            if after is not None and result is not False:
                self._reach(after)
            return result

        setattr(owner, name, wrapped)


def wrap(killer: Killer) -> None:
    """All points of the path."""
    seams = Seams(killer)
    seams.around(door, "take_in", before=Point.DOOR_BEFORE_STORE, after=Point.DOOR_STORED)
    _wrap_door_and_spool(killer)
    seams.around(polling.Poller, "_store", before=Point.POLL_FETCHED, after=Point.POLL_STORED)
    _wrap_committed_poll(killer)
    seams.around_async(inbox.InboxWorker, "_handle", before=Point.INBOX_CLAIMED)
    seams.around_async(FallbackEngine, "take_turn", before=Point.INBOX_PREPARED, after=Point.INBOX_ANSWERED)
    seams.around(handling, "_commit", after=Point.INBOX_APPLIED)
    seams.around_async(inbox, "handle_message", after=Point.INBOX_COMMITTED)
    seams.around(inbox, "handle_responder", after=Point.RESPONDER_APPLIED)
    seams.around(inbox.InboxWorker, "_short_words", before=Point.RESPONDER_COMMITTED)
    seams.around_async(outbox.OutboxWorker, "_deliver", before=Point.OUTBOX_CLAIMED)
    seams.around(outbox, "compose", after=Point.OUTBOX_COMPOSED)
    seams.around_async(outbox.OutboxWorker, "_hand_over", after=Point.OUTBOX_SENT)
    seams.around_async(outbox.OutboxWorker, "_write_down", after=Point.OUTBOX_COMMITTED)
    seams.around(outbox.OutboxWorker, "_sent", after=Point.OUTBOX_RECORDED)
    _wrap_sweep(killer)
    seams.around_async(alarms.AlarmWorker, "work", after=Point.ALARM_COMMITTED)
    _wrap_wire(killer)


def _wrap_door_and_spool(killer: Killer) -> None:
    """What the door stored is either committed or spooled when it is about to answer 200."""
    store_message, put, done = door.Door._store_message, Spool.put, Spool.done

    async def stored(self: door.Door, message: Any) -> None:
        spooled = [False]
        _spooled.set(spooled)
        await store_message(self, message)
        killer.reach(Point.SPOOL_WRITTEN if spooled[0] else Point.DOOR_COMMITTED)

    def spool(self: Spool, message: Any) -> None:
        put(self, message)
        _spooled.get()[0] = True  # the list is the request's own, although this runs in a thread

    def flushed(self: Spool, path: Path) -> None:
        killer.reach(Point.SPOOL_FLUSHED)
        done(self, path)

    door.Door._store_message = stored  # type: ignore[method-assign]
    Spool.put = spool  # type: ignore[method-assign]
    Spool.done = flushed  # type: ignore[method-assign]


def _wrap_committed_poll(killer: Killer) -> None:
    """A round that stored something is over, and its transaction with it."""
    work, store = polling.Poller.work, polling.Poller._store
    stored: contextvars.ContextVar[list[bool]] = contextvars.ContextVar("stored")

    async def committed(self: polling.Poller) -> bool:
        this_round = [False]
        stored.set(this_round)
        result = await work(self)
        if this_round[0]:
            killer.reach(Point.POLL_COMMITTED)
        return result

    def noted(self: polling.Poller, *args: Any) -> None:
        store(self, *args)
        stored.get()[0] = True

    polling.Poller.work = committed  # type: ignore[method-assign]
    polling.Poller._store = noted  # type: ignore[method-assign, assignment]


def _wrap_sweep(killer: Killer) -> None:
    """Only a sweep that moved something is on the path; the others are idle."""
    sweep = alarms.sweep  # type: ignore[attr-defined]  # as the worker sees it

    def moved(*args: Any, **kwargs: Any) -> int:
        count = sweep(*args, **kwargs)
        if count:
            killer.reach(Point.ALARM_SWEPT)
        return count

    alarms.sweep = moved  # type: ignore[attr-defined]


def _wrap_wire(killer: Killer) -> None:
    """httpx tells when a request has left (https://www.encode.io/httpcore/extensions/#trace)."""
    send = httpx.AsyncClient.send

    async def traced(self: httpx.AsyncClient, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        point = _point_on_the_wire(request.url.path)
        if point is not None:

            async def trace(event: str, _info: object) -> None:
                if event == "http11.receive_response_headers.started":
                    killer.reach(point)

            request.extensions = {**request.extensions, "trace": trace}
        return await send(self, request, **kwargs)

    httpx.AsyncClient.send = traced  # type: ignore[method-assign]


def _point_on_the_wire(path: str) -> Point | None:
    if path == "/turn":
        return Point.INBOX_ASKED
    if path.endswith(("/sendMessage", "/Messages.json", "/messages")):
        return Point.OUTBOX_ON_THE_WIRE
    return None


def main() -> None:
    """Serve until killed."""
    wrap(Killer(Wiretap(folder=Path(sys.argv[1]))))
    asyncio.run(serve(Settings(_env_file=None)))


if __name__ == "__main__":
    main()
