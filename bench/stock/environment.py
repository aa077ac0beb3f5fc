"""Installs stock Rasa once, about 2.5 GB, into .tools/stock-rasa; `make clean` removes it."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from bench.stock.project import ROOT
from deploy import bootstrap

ENVIRONMENT = ROOT / ".tools" / "stock-rasa"
PYTHON = ENVIRONMENT / "bin" / "python"
_PROJECT = ROOT / "bench" / "stock"


def ensure_environment(say: Callable[[str], None]) -> Path:
    """The interpreter of stock Rasa. Installed when the lock file has changed; nothing to do otherwise."""
    stamp = ENVIRONMENT / "made-from"
    wanted = hashlib.sha256((_PROJECT / "uv.lock").read_bytes()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return PYTHON
    say("installing stock Rasa with TensorFlow into .tools/stock-rasa (2.5 GB, once)")
    command = [str(bootstrap.uv()), "sync", "--frozen", "--project", str(_PROJECT)]
    command += ["--python", str(bootstrap.rasa_python())]
    environment = {**bootstrap.environment(), "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT)}
    subprocess.run(command, env=environment, check=True)
    stamp.write_text(wanted)
    return PYTHON


def stock_environment(home: Path) -> dict[str, str]:
    """What a stock Rasa process is told: no telemetry, and a home of its own for whatever it writes there."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    # Components whose data has not changed are taken from here instead of being trained again.
    home_of_components = {"RASA_CACHE_DIRECTORY": str(home / "components")}
    silence = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"}
    return {**kept, **silence, **home_of_components, "HOME": str(home)}
