"""Intent and urgent themes of a message: two calibrated linear models over the same rows (`NgramRows`).

One component for both, because each of Rasa's steps fingerprints every example again: as three steps (features,
intents, themes) the training took twice as long. One model serves all languages: a message in two needs no choice.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.calibrated_svm import CalibratedSvm
from nlu.components.ngram_rows import NgramRows
from nlu.word_classes import WordClasses

FALLBACK = "nlu_fallback"
NO_THEME = "none"
RANKING_LENGTH = 3
_FILE = "model.pickle"
Ranking = list[tuple[str, float]]  # label and chance, likeliest first


def intent_of(example: Message) -> str:
    """The intent of a training example."""
    return str(example.get(INTENT))


def theme_of(example: Message) -> str:
    """The urgent theme of a training example (domain.md 3.2), from its metadata; NO_THEME without one, which is what
    near misses are. Which theme is how urgent is the bot's knowledge (bot/reports/triage.py), not the model's."""
    metadata = (example.get("metadata") or {}).get("intent") or {}
    return str(metadata.get("theme", NO_THEME))


@dataclass(frozen=True)
class Trained:
    """All that a message is read with."""

    rows: NgramRows
    intents: CalibratedSvm
    themes: CalibratedSvm


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NgramClassifier(GraphComponent, IntentClassifier):
    """Below `intent_threshold` the intent is FALLBACK; the ranking is given all the same. Themes are told when all
    together reach `urgent_threshold`, or the `critical` ones together `critical_threshold`: the likeliest, and every
    other with at least `alone` for itself. From `doubt_threshold` on the message is `perhaps_urgent`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_threshold": 0.5,
            "urgent_threshold": 0.5,
            "critical_threshold": 0.5,
            "critical": [],
            "doubt_threshold": 0.3,
            "alone": 0.2,
            "inverse_regularisation": 0.3,
            "random_seed": 7,
        }

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._trained: Trained | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramClassifier:
        """Load a model trained here. pickle runs code while loading: only the operator's own models may be served."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            component._trained = pickle.loads((directory / _FILE).read_bytes())  # noqa: S301
        return component

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        ngrams = NgramRows(WordClasses.load())
        rows = ngrams.learn([example.get(TEXT) for example in examples])

        def fitted(label_of: Callable[[Message], str]) -> CalibratedSvm:
            model = CalibratedSvm(self._config["inverse_regularisation"], self._config["random_seed"])
            return model.fit(rows, np.array([label_of(example) for example in examples]))

        with ThreadPoolExecutor(max_workers=2) as both:  # liblinear works outside Python's lock
            intents, themes = both.map(fitted, (intent_of, theme_of))
        with self._storage.write_to(self._resource) as directory:
            (directory / _FILE).write_bytes(pickle.dumps(Trained(ngrams, intents, themes), protocol=5))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        if self._trained is None:
            raise RuntimeError("the classifier has neither been trained nor loaded")
        for message in messages:
            row = self._trained.rows.of([message.get(TEXT) or ""])
            self._tell_intent(message, _ranking(self._trained.intents, row))
            self._tell_themes(message, _ranking(self._trained.themes, row))
        return messages

    def _tell_intent(self, message: Message, ranking: Ranking) -> None:
        shown = [{"name": name, "confidence": chance} for name, chance in ranking[:RANKING_LENGTH]]
        top = shown[0]
        if ranking[0][1] < self._config["intent_threshold"]:
            top = {"name": FALLBACK, "confidence": ranking[0][1]}
        message.set(INTENT, top, add_to_output=True)
        message.set("intent_ranking", shown, add_to_output=True)

    def _tell_themes(self, message: Message, ranking: Ranking) -> None:
        themes = [(name, chance) for name, chance in ranking if name != NO_THEME]
        critical = [(name, chance) for name, chance in themes if name in self._config["critical"]]
        told: Ranking = []
        if _together(themes) >= self._config["urgent_threshold"]:
            told = themes[:1]
        if _together(critical) >= self._config["critical_threshold"]:
            told = [*told, *(each for each in critical[:1] if each not in told)]
        told += [each for each in themes if told and each not in told and each[1] >= self._config["alone"]]
        message.set("themes", [{"name": name, "confidence": chance} for name, chance in told], add_to_output=True)
        doubtful = bool(told) or _together(themes) >= self._config["doubt_threshold"]
        message.set("perhaps_urgent", doubtful, add_to_output=True)


def _together(ranking: Ranking) -> float:
    return sum(chance for _, chance in ranking)


def _ranking(model: CalibratedSvm, row: Any) -> Ranking:
    chances = model.predict_proba(row)[0]
    return [(str(model.classes_[at]), float(chances[at])) for at in np.argsort(chances)[::-1]]
