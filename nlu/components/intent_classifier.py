"""The intent of a message, with a probability below which it does not know.

One model serves all languages; a message in two scripts needs no choice of language first.
"""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from nlu.components.linear_classifier import LinearClassifier

FALLBACK = "nlu_fallback"
RANKING_LENGTH = 3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NgramIntentClassifier(LinearClassifier):
    """Below `threshold` the intent is nlu_fallback; the ranking is given all the same."""

    @staticmethod
    def label_of(example: Message) -> str:
        return str(example.get(INTENT))

    def decide(self, message: Message, ranking: list[tuple[str, float]]) -> None:
        shown = [{"name": name, "confidence": chance} for name, chance in ranking[:RANKING_LENGTH]]
        top = shown[0]
        if ranking[0][1] < self._config["threshold"]:
            top = {"name": FALLBACK, "confidence": ranking[0][1]}
        message.set(INTENT, top, add_to_output=True)
        message.set("intent_ranking", shown, add_to_output=True)
