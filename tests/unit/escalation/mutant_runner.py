"""Runs tests in a copy of the project again and again, each time in a fork that loads the copy as it stands then. What
no mutant can change is loaded once: other people's packages, and the urgency floor, unless the mutant is in it.

`python -m tests.unit.escalation.mutant_runner`, in the copy; one question a line on stdin, one answer a line on stdout.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Collection, Sequence
from typing import Any

import pytest

_OURS = ("bot", "tests", "bench")
_LOADS_ALL = ("tests.conftest", "tests.unit.house", "tests.unit.worker.test_running")


def _is_ours(name: str) -> bool:
    return name.split(".")[0] in _OURS


def _load_what_never_changes() -> frozenset[str]:
    """The names of our own modules among it: the floor, and all that it imports."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reading)
        for name in _LOADS_ALL:
            importlib.import_module(name)
        with os.fdopen(writing, "w") as told:
            json.dump([name for name in sys.modules if not _is_ours(name)], told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as heard:
        names = json.load(heard)
    os.waitpid(child, 0)
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    before = set(sys.modules)
    floor = importlib.import_module("bot.reports.urgency_floor")
    settings = importlib.import_module("bot.settings").Settings(_env_file=None)
    floor.warm_up(settings.floor_pack)
    return frozenset(name for name in set(sys.modules) - before if _is_ours(name))


def _run(arguments: Sequence[str]) -> tuple[int, str]:
    """pytest in a fork: its exit code, and all it said."""
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        if (child := os.fork()) == 0:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            code = 99
            try:
                code = int(pytest.main(list(arguments)))
            finally:
                sys.stdout.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read()


def _forget(kept: Collection[str]) -> None:
    for name in kept:
        sys.modules.pop(name, None)


def main() -> None:
    """Until stdin ends."""
    sys.dont_write_bytecode = True  # two changes of a file within a second would be taken for one
    kept = _load_what_never_changes()
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        module = asked["changed"].removesuffix(".py").replace("/", ".")
        if module in kept:
            _forget(kept)
            kept = frozenset()
        code, said = _run(["-W", "ignore::pytest.PytestAssertRewriteWarning", *asked["arguments"]])
        sys.stdout.write(json.dumps([code, said]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
