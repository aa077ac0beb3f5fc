"""What a person at the terminal sees while something takes time: one moving line on a terminal, plain lines elsewhere.

There is no thread in here: the caller turns the spinner, since it also forks (see tethered_process).
"""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

_REPEAT_PLAIN_AFTER_S = 5.0


class Progress:
    """The steps of one command, one after another."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr, highlight=False, soft_wrap=True)
        self._live: Live | None = None
        self._step = ""
        self._detail = ""
        self._started_at = 0.0
        self._last_line_at = 0.0

    def begin(self, step: str) -> None:
        """A step starts; the one before it is finished."""
        self.end()
        self._step, self._detail = step, ""
        self._started_at = self._last_line_at = time.monotonic()
        if self._console.is_terminal:
            self._live = Live(Spinner("dots", step), console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        else:
            self._console.print(f"{step} …", markup=False)

    def tick(self, detail: str = "") -> None:
        """Still at it. Call it several times a second; `detail` is the newest line of the work itself."""
        self._detail = detail or self._detail
        seconds = time.monotonic() - self._started_at
        line = f"{self._step} ({seconds:.0f} s) {self._detail}".rstrip()
        if self._live is not None:
            spinner = self._live.get_renderable()
            if isinstance(spinner, Spinner):
                spinner.update(text=line)
            self._live.refresh()
        elif time.monotonic() - self._last_line_at > _REPEAT_PLAIN_AFTER_S:
            self._last_line_at = time.monotonic()
            self._console.print(line, markup=False)

    def end(self) -> None:
        """The present step, if any, is done."""
        if not self._step:
            return
        if self._live is not None:
            self._live.stop()
            self._live = None
        seconds = time.monotonic() - self._started_at
        self._console.print(f"{self._step}: done in {seconds:.1f} s", markup=False)
        self._step = ""

    def fail(self) -> None:
        """The present step did not work; the error itself is told by whoever catches it."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        self._step = ""

    def say(self, line: str) -> None:
        """A line of its own."""
        self.end()
        self._console.print(line, markup=False)
