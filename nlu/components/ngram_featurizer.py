"""What the classifiers see of a message, weighted by tf-idf: its words and pairs of words, character n-grams with and
without tone marks ("bị nhốt" and "bi nhot" meet there), and what its words mean (nlu/word_classes.py).
"""

from __future__ import annotations

from typing import Any

import joblib
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.components.word_tokenizer import words_of
from nlu.normal_text import normal, without_marks
from nlu.word_classes import WordClasses

ORIGIN = "NgramFeaturizer"
_FILE = "ngrams.joblib"


class Vectorizers:
    """From texts to rows. Kept whole: the lists of words belong to the model that was trained with them."""

    def __init__(self, classes: WordClasses) -> None:
        inside = {"analyzer": "char_wb", "ngram_range": (2, 5), "sublinear_tf": True, "min_df": 2}
        self._of_words = [
            TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True),  # noqa: S106
            TfidfVectorizer(**inside),
            TfidfVectorizer(preprocessor=without_marks, **inside),
        ]
        self._of_meanings = TfidfVectorizer(analyzer=classes, sublinear_tf=True, min_df=2)

    def fit(self, texts: list[str]) -> None:
        """Learn which words there are and how much each tells."""
        spaced = [in_words(text) for text in texts]
        for vectorizer in self._of_words:
            vectorizer.fit(spaced)
        self._of_meanings.fit(texts)

    def rows(self, texts: list[str]) -> scipy.sparse.csr_matrix:
        """One row per text."""
        spaced = [in_words(text) for text in texts]
        parts = [vectorizer.transform(spaced) for vectorizer in self._of_words]
        return scipy.sparse.hstack([*parts, self._of_meanings.transform(texts)], format="csr")


def in_words(text: str) -> str:
    """The words in normal form, joined by single spaces."""
    return " ".join(normal(token.text) for token in words_of(text))


def features_of(message: Message) -> scipy.sparse.csr_matrix:
    """The row that `NgramFeaturizer` left in a message."""
    return next(
        each.features for each in message.features if each.origin == ORIGIN and each.type == FEATURE_TYPE_SENTENCE
    )


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(GraphComponent):
    """One sparse row per message, as a sentence feature of Rasa, made once for all that follow in the pipeline."""

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        self._storage, self._resource = storage, resource
        self._vectorizers = Vectorizers(WordClasses({}))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramFeaturizer:
        """Load what was trained here. joblib runs code while loading: only the operator's own models may be served."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as directory:
            component._vectorizers = joblib.load(directory / _FILE)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        self._vectorizers = Vectorizers(WordClasses.load())
        self._vectorizers.fit([example.get(TEXT) for example in training_data.intent_examples if example.get(TEXT)])
        with self._storage.write_to(self._resource) as directory:
            joblib.dump(self._vectorizers, directory / _FILE)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        if not messages:
            return messages
        rows = self._vectorizers.rows([message.get(TEXT) or "" for message in messages])
        for place, message in enumerate(messages):
            message.add_features(Features(rows[place], FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
        return messages
