"""Labelled texts for stock Rasa's understanding alone, with its default pipeline, whatever it costs to train.

Stock Rasa knows one label per message, so an urgent theme is joined to the intent: `help_self+confined`. A project of
Rasa has one language, so each language gets a model of its own, which never sees the other four."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.language.messages import LANGUAGES, training
from bench.stock.environment import ensure_environment
from bench.stock.project import CACHE, DEFAULT_EPOCHS, default_pipeline
from bench.stock.training import ensure_trained, training_seconds

JOIN = "+"


@dataclass(frozen=True, kw_only=True)
class StockUnderstanding:
    """A trained model of one language, and how long its training took."""

    model: Path
    seconds: float


def label_of(intent: str, theme: str | None) -> str:
    """The one label of an example."""
    return f"{intent}{JOIN}{theme}" if theme else intent


def read_label(label: str) -> tuple[str, str | None]:
    """Intent and theme of a label."""
    intent, _, theme = label.partition(JOIN)
    return intent, theme or None


def examples(language: str) -> list[tuple[str, str]]:
    """Label and text of every training example of a language."""
    return [(label_of(each.intent, each.theme), each.text) for each in training(language) if each.intent is not None]


def ensure_understanding(
    say: Callable[[str], None], languages: Sequence[str] = LANGUAGES, *, epochs: int = DEFAULT_EPOCHS
) -> dict[str, StockUnderstanding]:
    """The models of the present examples, trained where there is none: many minutes each on two cores, once."""
    ensure_environment(say)
    found = {}
    for language in languages:
        project = write_nlu_project(examples(language), f"understanding-{language}", epochs)
        model = ensure_trained(project, ["nlu"], say)
        found[language] = StockUnderstanding(model=model, seconds=training_seconds(model))
    return found


def write_nlu_project(labelled: Sequence[tuple[str, str]], name: str, epochs: int) -> Path:
    """A project of `rasa train nlu` in the cache; its folder is named by the hash of all that is in it."""
    by_label: dict[str, list[str]] = {}
    for label, text in labelled:
        by_label.setdefault(label, []).append(text)
    nlu = [{"intent": label, "examples": "".join(f"- {text}\n" for text in texts)} for label, texts in by_label.items()]
    pipeline = default_pipeline(epochs)
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
