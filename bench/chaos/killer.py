"""Lives in the service's process: kills whom the conductor armed, at the point it armed, and writes it down first."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.chaos.points import Point, Victim


@dataclass(frozen=True, kw_only=True)
class Wiretap:
    """The files through which conductor and killer speak, in one folder."""

    folder: Path

    @property
    def armed(self) -> Path:
        """The next kill; written by the conductor."""
        return self.folder / "armed.json"

    @property
    def processes(self) -> Path:
        """The ids of Rasa and of the postmaster; written by the conductor."""
        return self.folder / "processes.json"

    @property
    def kills(self) -> Path:
        """One line per kill, on the disk before it happens; written by the killer."""
        return self.folder / "kills.jsonl"

    def write(self, path: Path, content: dict[str, Any]) -> None:
        """Whole or not at all."""
        aside = path.with_suffix(".part")
        aside.write_text(json.dumps(content))
        aside.replace(path)


class Killer:
    """One per process; called from the event loop and from threads."""

    def __init__(self, wiretap: Wiretap) -> None:
        self._wiretap = wiretap
        self._lock = threading.Lock()
        self._stamp = 0
        self._armed: dict[str, Any] | None = None

    def reach(self, point: Point) -> None:
        """Somebody came to this point. Returns unless the armed victim is this process."""
        with self._lock:
            armed = self._read()
            if armed is None or armed["point"] != point:
                return
            armed["after"] -= 1
            if armed["after"] > 0:
                return
            self._armed = None
            self._kill(int(armed["number"]), point, Victim(armed["victim"]))

    def _read(self) -> dict[str, Any] | None:
        try:
            stamp = self._wiretap.armed.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        if stamp != self._stamp:
            self._stamp = stamp
            with contextlib.suppress(ValueError, FileNotFoundError):
                self._armed = json.loads(self._wiretap.armed.read_text())
        if self._armed is not None and self._armed.get("victim") is None:
            self._armed = None
        return self._armed

    def _kill(self, number: int, point: Point, victim: Victim) -> None:
        process = os.getpid() if victim is Victim.SERVICE else self._process_of(victim)
        if process is None:
            return
        line = {"number": number, "point": point, "victim": victim, "pid": process}
        self._log({**line, "at": datetime.now(UTC).isoformat()})
        if victim is Victim.POSTGRES:
            kill_with_children(process)
        else:
            _kill(process)

    def _process_of(self, victim: Victim) -> int | None:
        found = json.loads(self._wiretap.processes.read_text()).get(victim.value)
        return int(found) if found else None

    def _log(self, line: dict[str, Any]) -> None:
        """On the disk on return: what happens next may be the end of this process."""
        with self._wiretap.kills.open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())


def kill_with_children(process: int) -> None:
    """The postmaster first, so that it cannot tell its backends to end in order; then they, in the same moment."""
    children = children_of(process)
    for each in (process, *children):
        _kill(each)


def children_of(process: int) -> list[int]:
    """Its direct children; PostgreSQL's backends are all of them."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == process:
                    found.append(int(entry.name))
    return found


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
