"""Our components on text written by other people, beside plain TF-IDF with LinearSVC; JSON on standard output.

`python -m nlu.measure_topics massive <file>` trains on MASSIVE's train part and is right on so much of its dev part;
`python -m nlu.measure_topics sib <file> ...` gives the mean over five folds and three seeds.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from nlu.components.calibrated_svm import CalibratedSvm
from nlu.components.ngram_rows import NgramRows, in_words
from nlu.word_classes import WordClasses

FOLDS, SEEDS = 5, (0, 1, 2)
Rows = list[dict[str, Any]]
Predict = Callable[[list[str], Any, list[str]], Any]


def ours(texts: list[str], labels: Any, others: list[str]) -> Any:
    """The classifier of config.yml."""
    rows = NgramRows(WordClasses.load())
    model = CalibratedSvm(inverse_regularisation=0.3, random_seed=7)
    model.fit(rows.learn(texts), labels)
    return model.predict(rows.of(others))


def plain(texts: list[str], labels: Any, others: list[str]) -> Any:
    """scikit-learn's defaults."""
    return _svc(texts, labels, others)


def plain_in_words(texts: list[str], labels: Any, others: list[str]) -> Any:
    """scikit-learn's defaults on the words that ICU finds: the default knows no words in scripts without spaces."""
    return _svc([in_words(text) for text in texts], labels, [in_words(text) for text in others], token_pattern=r"\S+")  # noqa: S106


def _svc(texts: list[str], labels: Any, others: list[str], **options: Any) -> Any:
    vectorizer = TfidfVectorizer(**options)
    model = LinearSVC(random_state=0)
    model.fit(vectorizer.fit_transform(texts), labels)
    return model.predict(vectorizer.transform(others))


CANDIDATES: dict[str, Predict] = {"ours": ours, "plain": plain, "plain on ICU words": plain_in_words}


def massive(file: Path) -> dict[str, Any]:
    """Accuracy on dev after training on train, and the seconds both took."""
    rows = read(file)
    train = [row for row in rows if row["partition"] == "train"]
    dev = [row for row in rows if row["partition"] != "train"]
    found: dict[str, Any] = {"train": len(train), "dev": len(dev)}
    for name, predict in CANDIDATES.items():
        started = time.monotonic()
        labels = np.array([row["intent"] for row in train])
        said = predict([row["utt"] for row in train], labels, [row["utt"] for row in dev])
        right = float(np.mean(said == np.array([row["intent"] for row in dev])))
        found[name] = {"accuracy": right, "seconds": time.monotonic() - started}
    return found


def sib(file: Path) -> dict[str, Any]:
    """Mean accuracy over folds and seeds."""
    rows = read(file)
    texts, labels = [row["text"] for row in rows], np.array([row["category"] for row in rows])
    found: dict[str, Any] = {}
    for name, predict in CANDIDATES.items():
        right = []
        for seed in SEEDS:
            for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(texts, labels):
                said = predict([texts[i] for i in train], labels[train], [texts[i] for i in test])
                right.append(float(np.mean(said == labels[test])))
        found[name] = {"accuracy": float(np.mean(right))}
    return found


def read(file: Path) -> Rows:
    """The rows of a JSON-lines file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """The command line."""
    measure = {"massive": massive, "sib": sib}[sys.argv[1]]
    sys.stdout.write(json.dumps({Path(name).name: measure(Path(name)) for name in sys.argv[2:]}) + "\n")


if __name__ == "__main__":
    main()
