"""The intent of a message: words and character n-grams, a linear model, and a probability below which it does not know.

One model serves all languages; a message in two scripts needs no choice of language first.
"""

from __future__ import annotations

from typing import Any

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from nlu.normal_text import normal, without_marks

FALLBACK = "nlu_fallback"
RANKING_LENGTH = 3
MODEL_FILE = "intents.joblib"


def features_of(message: Message) -> str:
    """The message's words in normal form, joined by single spaces; accents of Latin letters are dropped."""
    words = [normal(token.text) for token in message.get(TOKENS_NAMES[TEXT]) or []]
    return without_marks(" ".join(words))


def new_model(seed: int) -> Pipeline:
    """Words and pairs of words beside character 2- to 5-grams, under one multinomial logistic regression.

    Its probabilities need no further calibration: fitted by log loss over all intents at once, they were sharper on
    held-out examples than a support vector machine calibrated by Platt's method (docs/decisions/0002-the-turn.md).
    """
    words = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True)  # noqa: S106
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    linear = LogisticRegression(C=20.0, max_iter=300, class_weight="balanced", random_state=seed)
    return make_pipeline(make_union(words, characters), linear)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NgramIntentClassifier(GraphComponent, IntentClassifier):
    """Below `threshold` the intent is nlu_fallback; the ranking is given all the same."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"threshold": 0.5, "random_seed": 7}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model: Any = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramIntentClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._model = new_model(self._config["random_seed"])
        labels = np.array([example.get(INTENT) for example in examples])
        self._model.fit([features_of(example) for example in examples], labels)
        with self._storage.write_to(self._resource) as directory:
            joblib.dump(self._model, directory / MODEL_FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramIntentClassifier:
        """Load a model trained here. joblib runs code while loading: only the operator's own models may be served."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            component._model = joblib.load(directory / MODEL_FILE)
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            chances = self._model.predict_proba([features_of(message)])[0]
            best = np.argsort(chances)[::-1][:RANKING_LENGTH]
            ranking = [{"name": str(self._model.classes_[i]), "confidence": float(chances[i])} for i in best]
            top = ranking[0]
            if top["confidence"] < self._config["threshold"]:
                top = {"name": FALLBACK, "confidence": top["confidence"]}
            message.set(INTENT, top, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages
