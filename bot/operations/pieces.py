"""The processes an installation consists of, as plans: how each is started, and with which environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.errors import ConfigurationError
from bot.operations.installation import PROJECT_ROOT, log_folder
from bot.operations.tethered_process import ProcessPlan
from bot.settings import Settings

# Rasa gets these and nothing else: no key, no token, no database address. Its telemetry and error reports are off
# in its own code as well (nlu/); here they are off even for code of Rasa's that we do not call.
_KEPT_FOR_RASA = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "OMP_NUM_THREADS")
_RASA_SILENCE = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SENTRY_DSN": "",
    "PYTHONWARNINGS": "ignore",  # what Rasa's dependencies say about each other helps nobody
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8",
}


def rasa_python() -> Path:
    """The interpreter of Rasa's environment. Raises ConfigurationError when it has not been set up."""
    python = PROJECT_ROOT / "nlu" / ".venv" / "bin" / "python"
    if not python.exists():
        raise ConfigurationError("Rasa's environment (nlu/.venv) is missing; run `make setup`")
    return python


def rasa_environment() -> dict[str, str]:
    """All that a Rasa process may know of the machine."""
    kept = {name: os.environ[name] for name in _KEPT_FOR_RASA if name in os.environ}
    return {**kept, **_RASA_SILENCE}


def models_folder(settings: Settings) -> Path:
    """Where trained models lie, named by the hash of what they were trained from."""
    return settings.data_dir / "models"


def training_plan(settings: Settings) -> ProcessPlan:
    """Train unless a model of the present data and configuration exists; its last line names the model."""
    return ProcessPlan(
        name="training",
        command=[str(rasa_python()), "-m", "nlu.train", "--out", str(models_folder(settings))],
        environment=rasa_environment(),
        folder=PROJECT_ROOT,
        log_file=log_folder(settings) / "training.log",
    )


def rasa_plan(settings: Settings, model: Path) -> ProcessPlan:
    """Rasa behind loopback."""
    return ProcessPlan(
        name="rasa",
        command=[str(rasa_python()), "-m", "nlu.serve", "--model", str(model), "--port", str(settings.rasa_port)],
        environment=rasa_environment(),
        folder=PROJECT_ROOT,
        log_file=log_folder(settings) / "rasa.log",
    )


def service_plan(settings: Settings, overrides: Mapping[str, str]) -> ProcessPlan:
    """Doors and workers, one process. `overrides` are settings that this start decided."""
    return ProcessPlan(
        name="service",
        command=[sys.executable, "-m", "bot", "run", "service"],
        environment={**os.environ, "SAMPAN_DATA_DIR": str(settings.data_dir), "PYTHONUNBUFFERED": "1", **overrides},
        folder=PROJECT_ROOT,
        log_file=log_folder(settings) / "service.log",
    )
