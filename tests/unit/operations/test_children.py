"""A child that dies is started again, after a pause that grows."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.operations.children import Child, next_pause
from bot.operations.tethered_process import ProcessPlan, is_alive, open_log, spawn, stop


def plan(folder: Path, program: str) -> ProcessPlan:
    return ProcessPlan(
        name="child",
        command=[sys.executable, "-c", program],
        environment={},
        folder=folder,
        log_file=folder / "logs" / "child.log",
    )


def test_the_pause_grows_from_a_fifth_of_a_second_to_five_seconds() -> None:
    pauses = [timedelta(0)]
    for _ in range(7):
        pauses.append(next_pause(pauses[-1]))
    assert [pause.total_seconds() for pause in pauses[1:]] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_child_that_ends_is_started_again_only_when_its_pause_is_over(tmp_path: Path) -> None:
    now = [100.0]
    child = Child(lambda: plan(tmp_path, "pass"), clock=lambda: now[0])
    child.start()
    while child.pid is not None:
        child.watch()
        time.sleep(0.01)
    now[0] += 0.19
    child.watch()
    assert child.starts == 1
    now[0] += 0.02
    child.watch()
    assert child.starts == 2
    child.stop(timedelta(seconds=5))


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    child = Child(lambda: plan(tmp_path, stubborn))
    child.start()
    pid = child.pid
    assert pid is not None
    while "up" not in (tmp_path / "logs" / "child.log").read_text():
        time.sleep(0.01)
    child.stop(timedelta(seconds=0.2))
    assert not is_alive(pid, "time.sleep(60)")


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    family = (
        "import subprocess, sys, time\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
        "time.sleep(60)"
    )
    started = plan(tmp_path, family)
    process = spawn(started)
    while not (text := started.log_file.read_text()).strip():
        time.sleep(0.01)
    stop(process, started.stop_signal, timedelta(seconds=5))
    deadline = time.monotonic() + 5
    while is_alive(int(text), "time.sleep(60)"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_log_is_private_and_is_put_aside_when_it_has_grown(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "a.log"
    with open_log(path) as log:
        log.write(b"x" * 10_000_001)
    with open_log(path) as log:
        log.write(b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.with_name("a.log.1").stat().st_size == 10_000_001


@pytest.mark.parametrize("mark", ["no such words", ""], ids=["another program", "any"])
def test_a_process_id_alone_does_not_make_a_process_ours(mark: str) -> None:
    assert is_alive(1, mark) is (mark == "")
