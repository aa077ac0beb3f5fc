"""The urgent themes a message tells of (domain.md 3.2), beside its intent: the model's half of the urgency.

The label stands in the examples' metadata (`theme`); what has none is the class `none`, near misses above all. Which
theme is how urgent is the bot's knowledge (bot/reports/triage.py), not the model's.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from nlu.components.linear_classifier import LinearClassifier

NONE = "none"


def theme_of(example: Message) -> str:
    """The theme of a training example; `none` without one."""
    metadata = (example.get("metadata") or {}).get("intent") or {}
    return str(metadata.get("theme", NONE))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class UrgentThemes(LinearClassifier):
    """Sets `themes`, most likely first. There is none unless all themes together reach `threshold`; then the likeliest
    one, and every other that has at least `alone` for itself."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**LinearClassifier.get_default_config(), "threshold": 0.5, "alone": 0.2}

    @staticmethod
    def label_of(example: Message) -> str:
        return theme_of(example)

    def decide(self, message: Message, ranking: list[tuple[str, float]]) -> None:
        themes = [(name, chance) for name, chance in ranking if name != NONE]
        urgent = sum(chance for _, chance in themes)
        told = [] if urgent < self._config["threshold"] else themes[:1]
        told += [each for each in themes[1:] if told and each[1] >= self._config["alone"]]
        message.set("themes", [{"name": name, "confidence": chance} for name, chance in told], add_to_output=True)
        message.set("urgent_chance", urgent, add_to_output=True)
