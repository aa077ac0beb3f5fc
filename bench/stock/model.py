"""Trains stock Rasa on our data with its default configuration: once, a quarter of an hour or more, kept."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bench.stock.environment import ensure_environment, stock_environment
from bench.stock.project import CACHE, write_project

_SAY_EVERY_SECONDS = 15.0


def ensure_model(epochs: int, say: Callable[[str], None]) -> Path:
    """The model of the present data, trained when there is none; it lies in its project's folder."""
    python = ensure_environment(say)
    project = write_project(epochs)
    model = project / "models" / "model.tar.gz"
    if model.exists():
        return model
    say(f"training stock Rasa, {epochs} epochs, once for this data; its log is {project.name}/train.log")
    log_file = project / "train.log"
    command = [str(python), "-m", "rasa", "train", "--fixed-model-name", "unfinished"]
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, cwd=project, env=stock_environment(CACHE / "home"), stdout=log, stderr=log)
        os.setpriority(os.PRIO_PROCESS, process.pid, 10)
        try:
            wait_with_progress(process, log_file, say)
        finally:
            process.kill()
            process.wait()
    unfinished = model.with_name("unfinished.tar.gz")
    if process.returncode != 0 or not unfinished.exists():
        raise RuntimeError(f"stock Rasa could not be trained; see {log_file}")
    unfinished.rename(model)
    return model


def wait_with_progress(process: subprocess.Popen[bytes], log_file: Path, say: Callable[[str], None]) -> None:
    """Wait for a training, telling its newest line now and then."""
    said = time.monotonic()
    while process.poll() is None:
        time.sleep(0.2)
        if time.monotonic() - said > _SAY_EVERY_SECONDS:
            said = time.monotonic()
            lines = log_file.read_text(errors="replace").replace("\r", "\n").split("\n")
            say(f"stock Rasa: {next((line for line in reversed(lines) if line.strip()), '')[:100]}")
