"""What both classifiers are: a calibrated linear model over the rows of `NgramFeaturizer`."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeVar

import joblib
import numpy as np
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.calibrated_svm import CalibratedSvm
from nlu.components.ngram_featurizer import NgramFeaturizer, features_of

_FILE = "labels.joblib"
Own = TypeVar("Own", bound="LinearClassifier")


class LinearClassifier(GraphComponent, IntentClassifier):
    """Subclasses say which label an example has (`label_of`) and what to do with the chances (`decide`)."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [NgramFeaturizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"threshold": 0.5, "inverse_regularisation": 0.3, "random_seed": 7}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model: Any = None

    @classmethod
    def create(
        cls: type[Own],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Own:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls: type[Own],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Own:
        """Load a model trained here. joblib runs code while loading: only the operator's own models may be served."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            component._model = joblib.load(directory / _FILE)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        rows = scipy.sparse.vstack([features_of(example) for example in examples], format="csr")
        self._model = CalibratedSvm(self._config["inverse_regularisation"], self._config["random_seed"])
        self._model.fit(rows, np.array([self.label_of(example) for example in examples]))
        with self._storage.write_to(self._resource) as directory:
            joblib.dump(self._model, directory / _FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            chances = self._model.predict_proba(features_of(message))[0]
            order = np.argsort(chances)[::-1]
            self.decide(message, [(str(self._model.classes_[i]), float(chances[i])) for i in order])
        return messages

    @staticmethod
    @abstractmethod
    def label_of(example: Message) -> str:
        """What a training example is an example of."""

    @abstractmethod
    def decide(self, message: Message, ranking: list[tuple[str, float]]) -> None:
        """Write into the message what the labels and their chances, most likely first, come to."""
