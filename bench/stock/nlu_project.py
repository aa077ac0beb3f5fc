"""Our training examples for stock Rasa's understanding alone: its default pipeline, whatever it costs to train. Stock
Rasa knows one label per message, so an urgent theme is joined to the intent: `help_self+confined`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.language.messages import LANGUAGES, training
from bench.stock.environment import ensure_environment, stock_environment
from bench.stock.model import wait_with_progress
from bench.stock.project import CACHE, DEFAULT_EPOCHS, default_pipeline

JOIN = "+"


@dataclass(frozen=True, kw_only=True)
class StockUnderstanding:
    """A trained project, and how long its training took."""

    model: Path
    training_seconds: float


def label_of(intent: str, theme: str | None) -> str:
    """The one label of an example."""
    return f"{intent}{JOIN}{theme}" if theme else intent


def read_label(label: str) -> tuple[str, str | None]:
    """Intent and theme of a label."""
    intent, _, theme = label.partition(JOIN)
    return intent, theme or None


def examples() -> Iterator[tuple[str, str]]:
    """Label and text of every training example of every language."""
    for language in LANGUAGES:
        for each in training(language):
            assert each.intent is not None
            yield label_of(each.intent, each.theme), each.text


def ensure_understanding(say: Callable[[str], None], epochs: int = DEFAULT_EPOCHS) -> StockUnderstanding:
    """The model of the present examples, trained when there is none: an hour or more on two cores, once."""
    python = ensure_environment(say)
    project = write_nlu_project(list(examples()), default_pipeline(epochs), "understanding")
    return train_nlu(python, project, say)


def write_nlu_project(labelled: list[tuple[str, str]], pipeline: list[dict[str, object]], name: str) -> Path:
    """A project of `rasa train nlu` in the cache; its folder is named by the hash of all that is in it."""
    by_label: dict[str, list[str]] = {}
    for label, text in labelled:
        by_label.setdefault(label, []).append(text)
    nlu = [{"intent": label, "examples": "".join(f"- {text}\n" for text in texts)} for label, texts in by_label.items()]
    config = {"recipe": "default.v1", "assistant_id": "stock", "language": "en", "pipeline": pipeline, "policies": []}
    files = {
        "config.yml": yaml.safe_dump(config, allow_unicode=True, sort_keys=False),
        "domain.yml": yaml.safe_dump({"version": "3.1", "intents": sorted(by_label)}, allow_unicode=True),
        "data/nlu.yml": yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, width=10_000),
    }
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16]
    project = CACHE / f"stock-{name}-{digest}"
    if not (project / "config.yml").exists():
        shutil.rmtree(project, ignore_errors=True)
        for file, content in files.items():
            (project / file).parent.mkdir(parents=True, exist_ok=True)
            (project / file).write_text(content, encoding="utf-8")
    return project


def train_nlu(python: Path, project: Path, say: Callable[[str], None]) -> StockUnderstanding:
    """Train unless it is done. RuntimeError when that fails."""
    model, seconds = project / "models" / "model.tar.gz", project / "seconds"
    if not (model.exists() and seconds.exists()):
        say(f"training stock Rasa's understanding, once for this data; its log is {project.name}/train.log")
        command = [str(python), "-m", "rasa", "train", "nlu", "--fixed-model-name", "unfinished"]
        log_file, started = project / "train.log", time.monotonic()
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                command, cwd=project, env=stock_environment(CACHE / "home"), stdout=log, stderr=log
            )
            os.setpriority(os.PRIO_PROCESS, process.pid, 15)
            try:
                wait_with_progress(process, log_file, say)
            finally:
                process.kill()
                process.wait()
        unfinished = model.with_name("unfinished.tar.gz")
        if process.returncode != 0 or not unfinished.exists():
            raise RuntimeError(f"stock Rasa could not be trained; see {log_file}")
        unfinished.rename(model)
        seconds.write_text(f"{time.monotonic() - started:.0f}")
    return StockUnderstanding(model=model, training_seconds=float(seconds.read_text()))
