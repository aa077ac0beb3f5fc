"""Exact words and numbers overrule the model: "stop", "skip", "1", "๑". The lists are the scripted engine's own.

They stand in `bot/conversation/command_words/<language>.yml`, a list per meaning; English is understood everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ruamel.yaml
from bot.dialogue.commands import ABOUT_SAFETY, INTENT_OF_KEY, SUBJECT_OF_KEY
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.normal_text import bare, lone_number

FOLDER = Path("bot/conversation/command_words")
COMMON = "en"
Found = dict[str, Any]
# Intent, language named, about safety, what a question is about.
Words = dict[str, dict[str, tuple[str, str | None, bool | None, str | None]]]


def read_words(folder: Path) -> Words:
    """Per language: the bare word, and the intent it stands for, with a code when it is a language's name."""
    words: Words = {}
    for path in sorted(folder.glob("*.yml")):
        lists = ruamel.yaml.YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        own = words.setdefault(path.stem, {})
        for code, names in (lists.get("language_names") or {}).items():
            own.update({bare(name): ("choose_language", code, None, None) for name in names})
        for key, intent in INTENT_OF_KEY.items():
            meaning = (intent, None, ABOUT_SAFETY.get(key), SUBJECT_OF_KEY.get(key))
            own.update({bare(word): meaning for word in lists.get(key) or []})
        own.pop("", None)
    return words


def look_up(words: Mapping[str, Any], text: str, language: str | None) -> Found | None:
    """What the whole message means as a command, or None. A number comes first: lists may hold "1" as a yes."""
    number = lone_number(text)
    if number is not None:
        return {"intent": "number", "number": number}
    spoken = [language, COMMON] if language in words else sorted(words)
    for code in spoken:
        found = words.get(code, {}).get(bare(text))
        if found:
            intent, named, about_safety, subject = found
            return {"intent": intent, "language": named, "about_safety": about_safety, "subject": subject}
    return None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CommandWords(GraphComponent):
    """Sets the intent with confidence 1, an entity `language` when one is named, and `command` beside them."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._words = words

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CommandWords:
        component = cls(read_words(FOLDER))
        component._storage, component._resource = model_storage, resource
        return component

    def train(self, training_data: TrainingData) -> Resource:
        with self._storage.write_to(self._resource) as directory:
            (directory / "words.json").write_text(json.dumps(self._words), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CommandWords:
        with model_storage.read_from(resource) as directory:
            return cls(json.loads((directory / "words.json").read_text(encoding="utf-8")))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            metadata = message.get("metadata") or {}
            found = look_up(self._words, message.get(TEXT) or "", metadata.get("language"))
            if found is None:
                continue
            message.set(INTENT, {"name": found["intent"], "confidence": 1.0}, add_to_output=True)
            message.set("command", {"exact": True, **found}, add_to_output=True)
            if found.get("language"):
                named = {"entity": "language", "value": found["language"], "start": 0, "end": 0}
                message.set(ENTITIES, [*message.get(ENTITIES, []), named], add_to_output=True)
        return messages
