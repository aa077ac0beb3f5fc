"""A night in seconds: an event loop whose clock jumps to whatever is due next. The product's own coroutines run in it,
with their own sleeps; nothing waits."""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta

NIGHT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


class NothingLeftError(RuntimeError):
    """Everything waits and nothing is due: in virtual time nobody would ever come."""


class _NoWaiting(selectors.SelectSelector):
    """Instead of waiting for input it moves the clock; there is no input in a simulation."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NothingLeftError
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` is virtual: monotonic seconds since the night began."""

    def __init__(self) -> None:
        self._steps = _NoWaiting()
        super().__init__(self._steps)

    def time(self) -> float:
        """Now."""
        return self._steps.now


class WallClock:
    """The database's clock over the loop's monotonic one; somebody may set it, forward or back."""

    def __init__(self, loop: VirtualLoop, start: datetime = NIGHT) -> None:
        self._loop = loop
        self._start = start
        self.set_off_by = timedelta(0)

    def now(self) -> datetime:
        """What the database takes for now."""
        return self._start + timedelta(seconds=self._loop.time()) + self.set_off_by
