"""Our components on MASSIVE and SIB-200 beside plain tools, measured in Rasa's environment (nlu/measure_topics.py)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bench.language.messages import LANGUAGES, ROOT, SHARED
from bot.operations.pieces import rasa_python

_ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # more only wait for each other


def massive() -> dict[str, Any]:
    """English MASSIVE, trained on train and measured on dev: accuracy and seconds per candidate."""
    return dict(_measure("massive", [SHARED / "massive.en.jsonl"]).popitem()[1])


def sib() -> dict[str, dict[str, Any]]:
    """SIB-200 by language: mean accuracy over five folds and three seeds, per candidate."""
    files = {f"sib200.{language}.jsonl": language for language in LANGUAGES}
    found = _measure("sib", [SHARED / name for name in files])
    return {files[name]: figures for name, figures in found.items()}


def _measure(what: str, files: list[Path]) -> dict[str, Any]:
    command = [str(rasa_python()), "-m", "nlu.measure_topics", what, *map(str, files)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **_ONE_CORE}, stdout=subprocess.PIPE, check=True, text=True
    )
    return dict(json.loads(done.stdout))
