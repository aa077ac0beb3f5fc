"""Runs stock Rasa's own commands in a project of the cache, at a low priority, and tells how far they have come."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.stock.environment import PYTHON, stock_environment
from bench.stock.project import CACHE

_SAY_EVERY_SECONDS = 15.0
_POLL_SECONDS = 0.2
_NICE = 10
_UNFINISHED = "unfinished"


def ensure_trained(project: Path, what: Sequence[str], say: Callable[[str], None]) -> Path:
    """The model of a project, trained by `rasa train <what>` when there is none; `seconds` beside it says how long that
    took. RuntimeError when it fails."""
    model = project / "models" / "model.tar.gz"
    if model.exists():
        return model
    say(f"training stock Rasa, once for this data; its log is {project.name}/train.log")
    seconds = run_rasa(project, ["train", *what, "--fixed-model-name", _UNFINISHED], "train.log", say)
    (project / "seconds").write_text(f"{seconds:.0f}")
    model.with_name(f"{_UNFINISHED}.tar.gz").rename(model)
    return model


def training_seconds(model: Path) -> float:
    """How long the training of a model took."""
    return float((model.parents[1] / "seconds").read_text())


def run_rasa(project: Path, arguments: Sequence[str], log_name: str, say: Callable[[str], None]) -> float:
    """Run one command of stock Rasa in the project and give the seconds it took. RuntimeError when it fails."""
    log_file, started = project / log_name, time.monotonic()
    with log_file.open("wb") as log:
        command = [str(PYTHON), "-m", "rasa", *arguments]
        process = subprocess.Popen(command, cwd=project, env=stock_environment(CACHE / "home"), stdout=log, stderr=log)
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
        try:
            _wait(process, log_file, say)
        finally:
            process.kill()
            process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"`rasa {arguments[0]}` of stock Rasa failed; see {log_file}")
    return time.monotonic() - started


def _wait(process: subprocess.Popen[bytes], log_file: Path, say: Callable[[str], None]) -> None:
    said = time.monotonic()
    while process.poll() is None:
        time.sleep(_POLL_SECONDS)
        if time.monotonic() - said > _SAY_EVERY_SECONDS:
            said = time.monotonic()
            lines = log_file.read_text(errors="replace").replace("\r", "\n").split("\n")
            say(f"stock Rasa: {next((line for line in reversed(lines) if line.strip()), '')[:100]}")
