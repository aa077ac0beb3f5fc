"""Keep child processes alive: start, watch, start again with a growing pause, stop. No policy of ours in here."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.operations.tethered_process import ProcessPlan, kill_session, spawn, stop

_FIRST_PAUSE = timedelta(seconds=0.2)
_LONGEST_PAUSE = timedelta(seconds=5)
_HEALTHY_AFTER = timedelta(seconds=30)

log = structlog.get_logger()


def next_pause(pause: timedelta) -> timedelta:
    """How long to wait before the next start, after one that followed `pause` failed too."""
    return min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)


class Child:
    """One process that must not stay dead. `plan` is asked anew for every start: paths may have changed."""

    def __init__(self, plan: Callable[[], ProcessPlan], clock: Callable[[], float] = time.monotonic) -> None:
        self._make_plan = plan
        self._clock = clock
        self._plan: ProcessPlan | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = timedelta(0)
        self._start_at: float | None = None
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start it now."""
        self._plan = self._make_plan()
        self._process = spawn(self._plan)
        self._started_at = self._clock()
        self._start_at = None
        self.starts += 1
        log.info("process_started", process=self._plan.name, pid=self._process.pid)

    def watch(self) -> None:
        """Notice a death, and start again when its pause is over. Returns at once; call it several times a second."""
        if self._start_at is not None:
            if self._clock() >= self._start_at:
                self.start()
            return
        if self._process is None or self._plan is None or self._process.poll() is None:
            return
        code = self._process.returncode
        kill_session(self._process)  # what it started must not live on beside the next one
        lived = timedelta(seconds=self._clock() - self._started_at)
        self._pause = _FIRST_PAUSE if lived >= _HEALTHY_AFTER else next_pause(self._pause)
        self._start_at = self._clock() + self._pause.total_seconds()
        self._process = None
        log.warning("process_ended", process=self._plan.name, status=code, seconds=self._pause.total_seconds())

    def stop(self, wait: timedelta) -> None:
        """End it for good."""
        self._start_at = None
        if self._process is not None and self._plan is not None:
            stop(self._process, self._plan.stop_signal, wait)
            log.info("process_stopped", process=self._plan.name)
            self._process = None
