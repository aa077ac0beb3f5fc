"""Train the dialogue model when what it is trained from has changed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot.errors import ConfigurationError
from bot.operations.pieces import models_folder, training_plan
from bot.operations.tethered_process import spawn, stop
from bot.settings import Settings

_POLL_S = 0.1
_MODEL_FILE = re.compile(r"[\w.-]+\.tar\.gz")
_STOP_TIMEOUT = timedelta(seconds=2)


def ensure_model(settings: Settings, tick: Callable[[str], None]) -> Path:
    """The model of the present data and configuration, trained if there is none yet (about half a minute).

    `tick` is called several times a second with the newest line of progress, and may raise to give up.
    Raises ConfigurationError when training fails.
    """
    plan = training_plan(settings)
    models_folder(settings).mkdir(parents=True, exist_ok=True)
    plan.log_file.unlink(missing_ok=True)
    process = spawn(plan)
    try:
        while process.poll() is None:
            tick(_last_line(plan.log_file))
            time.sleep(_POLL_S)
    finally:
        stop(process, plan.stop_signal, _STOP_TIMEOUT)
    model = model_named_in(_read(plan.log_file), models_folder(settings))
    if process.returncode != 0 or model is None:
        raise ConfigurationError(f"training the dialogue model failed; see {plan.log_file}")
    return model


def model_named_in(output: str, folder: Path) -> Path | None:
    """The model in `folder` that the output named last; libraries may write warnings after it."""
    for match in reversed(list(_MODEL_FILE.finditer(output))):
        model = folder / match.group()
        if model.exists():
            return model
    return None


def newest_model(settings: Settings) -> Path | None:
    """The model trained last, whatever it was trained from."""
    models = sorted(models_folder(settings).glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return models[-1] if models else None


def _last_line(log_file: Path) -> str:
    lines = _read(log_file).splitlines()
    return lines[-1][:100] if lines else ""


def _read(log_file: Path) -> str:
    return log_file.read_text(encoding="utf-8", errors="replace")
