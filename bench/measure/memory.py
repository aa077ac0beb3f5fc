"""What a process and its children hold of the machine's memory, from Linux's /proc."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from bench.chaos.killer import children_of


def resident_megabytes(process: int) -> float:
    """The resident set of one process."""
    return _kilobytes(process, "status", "VmRSS") / 1024


def proportional_megabytes(process: int) -> float:
    """A process and its children, pages they share counted once: PostgreSQL's backends share their buffers."""
    return sum(_kilobytes(each, "smaps_rollup", "Pss") for each in (process, *children_of(process))) / 1024


def _kilobytes(process: int, file: str, name: str) -> int:
    with contextlib.suppress(OSError):
        found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{process}/{file}").read_text(), re.MULTILINE)
        if found:
            return int(found[1])
    return 0
