"""Start a child process that cannot outlive us: it ends when we end, even when we are killed with -9.

Children get a session of their own, so that Ctrl-C in a terminal reaches only the supervisor, which then stops them
in order. On Linux the kernel sends them a signal when their parent dies; elsewhere only an orderly end is covered.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

_LARGE_LOG_BYTES = 10_000_000
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class ProcessPlan:
    """What to start, where, as whom."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log_file: Path
    user: str | None = None  # None: as ourselves
    stop_signal: signal.Signals = signal.SIGTERM


class _Tether:
    """Runs in the child between fork and exec: asks the kernel for a signal when the parent dies."""

    def __init__(self, death_signal: signal.Signals) -> None:
        self._death_signal = int(death_signal)
        self._parent = os.getpid()

    def __call__(self) -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(_PR_SET_PDEATHSIG, self._death_signal, 0, 0, 0)
        # The parent may have died between fork and prctl; then no signal would ever come.
        if os.getppid() != self._parent:
            os._exit(1)


def spawn(plan: ProcessPlan) -> subprocess.Popen[bytes]:
    """Start the process; its output is appended to the plan's log file, which nobody else may read.

    Call it from the main thread: the kernel's signal is bound to the thread that forked, not to the process.
    """
    with open_log(plan.log_file) as log:
        return subprocess.Popen(  # noqa: S603 - the command is ours, and there is no shell
            list(plan.command),
            cwd=plan.folder,
            env=dict(plan.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=plan.user,
            group=plan.user,
            extra_groups=[] if plan.user else None,
            preexec_fn=_Tether(plan.stop_signal),  # noqa: PLW1509 - one prctl; the supervisor has no threads
        )


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending, readable by its owner alone. A large one is put aside first, as `<name>.1`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and path.stat().st_size > _LARGE_LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals, wait: timedelta) -> None:
    """Ask the process to end, wait, then kill what is left of its session."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(wait.total_seconds())
    kill_session(process)


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and every process it started in its session; harmless when there is none left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def is_alive(pid: int, mark: str) -> bool:
    """Whether a process with this id lives and has `mark` in its command line (ids are reused after a restart)."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return mark.encode() in proc.read_bytes()
        except OSError:
            return False
    listing = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return mark in listing.stdout
