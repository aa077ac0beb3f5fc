"""SIB-200 with stock Rasa's default pipeline, measured by Rasa's own cross-validation; kept in the cache."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from bench.language.messages import LANGUAGES, SHARED
from bench.stock.environment import ensure_environment
from bench.stock.nlu_project import write_nlu_project
from bench.stock.project import DEFAULT_EPOCHS
from bench.stock.training import run_rasa

FOLDS = 5


def ensure_sib(say: Callable[[str], None], *, epochs: int = DEFAULT_EPOCHS) -> dict[str, float]:
    """Accuracy over five folds by language, measured where it is not known yet: five trainings each."""
    ensure_environment(say)
    return {language: _accuracy(language, epochs, say) for language in LANGUAGES}


def _accuracy(language: str, epochs: int, say: Callable[[str], None]) -> float:
    project = write_nlu_project(_examples(language), f"sib-{language}", epochs)
    report = project / "results" / "intent_report.json"
    if not report.exists():
        say(f"stock Rasa on SIB-200 in {language}: {FOLDS} trainings, once")
        command = ["test", "nlu", "--nlu", "data", "--cross-validation", "--folds", str(FOLDS), "--no-plot"]
        run_rasa(project, command, "test.log", say)
    return _right_of_all(report)


def _right_of_all(report: Path) -> float:
    """The share that was right: recall weighted by how many there are of each label, which is the same."""
    return float(json.loads(report.read_text(encoding="utf-8"))["weighted avg"]["recall"])


def _examples(language: str) -> list[tuple[str, str]]:
    """A slash would make a retrieval intent of a label."""
    lines = (SHARED / f"sib200.{language}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [(row["category"].replace("/", "_"), " ".join(row["text"].split())) for row in rows]
