"""The frame of every loop: work while there is work, else wait for a wake-up. The only place that catches everything,
because one poisoned row or a database that went away must not end the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.errors import DatabaseDownError

log = structlog.get_logger("worker")

_PAUSE_AFTER_ERROR_SECONDS = 0.5


async def run_loop(
    name: str,
    work: Callable[[], Awaitable[bool]],
    wait: Callable[[], Awaitable[None]],
    stopping: asyncio.Event | None = None,
) -> None:
    """Call `work` again and again; it says whether it did anything. Once `stopping` is set nothing is begun any more
    and what is under way is finished; without it, it ends only by cancellation."""
    while stopping is None or not stopping.is_set():
        try:
            worked = await work()
        except DatabaseDownError as error:
            log.warning("database_down", name=name, error=type(error).__name__)
            await asyncio.sleep(_PAUSE_AFTER_ERROR_SECONDS)
            continue
        except Exception as error:
            log.error("loop_failed", name=name, error=type(error).__name__, where=place_of(error))
            await asyncio.sleep(_PAUSE_AFTER_ERROR_SECONDS)
            continue
        if not worked and not (stopping is not None and stopping.is_set()):
            await wait()


def place_of(error: BaseException) -> str:
    """File and line where an error arose: all of it that may be logged, besides its class."""
    trace = error.__traceback__
    if trace is None:
        return "unknown"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
