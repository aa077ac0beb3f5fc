"""Places by their names in six scripts: `nlu/lookups/places.yml`. Entity `place`, value the key of the place.

Laukkaing (Kokang, Myanmar) is often machine-written "Lao Kai"; Lao Cai in Viet Nam is another place. The list keeps
them apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import regex
import ruamel.yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.normal_text import normal, without_marks

FILE = Path("nlu/lookups/places.yml")


def read_places(file: Path) -> dict[str, str]:
    """Alias in normal form → key of the place. An alias of two places is a mistake in the list: ValueError."""
    keys: dict[str, str] = {}
    for key, aliases in ruamel.yaml.YAML(typ="safe").load(file.read_text(encoding="utf-8")).items():
        for alias in aliases:
            for form in {normal(alias), without_marks(normal(alias))}:
                if keys.setdefault(form, key) != key:
                    raise ValueError(f"{form!r} is an alias of {key} and of {keys[form]}")
    return keys


def pattern_of(keys: Mapping[str, str]) -> Any:
    """One pattern, longest alias first. Only Latin aliases need a word boundary: the other scripts write no spaces."""
    longest_first = sorted(keys, key=len, reverse=True)
    latin = "|".join(regex.escape(alias) for alias in longest_first if regex.search(r"\p{Latin}", alias))
    other = "|".join(regex.escape(alias) for alias in longest_first if not regex.search(r"\p{Latin}", alias))
    return regex.compile(rf"(?<![\p{{Latin}}\d])(?:{latin})(?![\p{{Latin}}\d])|(?:{other})")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class Places(GraphComponent, EntityExtractorMixin):
    """Finds places by name, exactly; it guesses none."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = keys
        self._pattern = pattern_of(keys)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Places:
        component = cls(read_places(FILE))
        component._storage, component._resource = model_storage, resource
        return component

    def train(self, training_data: TrainingData) -> Resource:
        with self._storage.write_to(self._resource) as directory:
            (directory / "places.json").write_text(json.dumps(dict(self._keys)), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Places:
        with model_storage.read_from(resource) as directory:
            return cls(json.loads((directory / "places.json").read_text(encoding="utf-8")))

    def find(self, text: str) -> Iterator[str]:
        """The keys of the places a text names, in order, each once; with and without Vietnamese tone marks."""
        seen = set()
        for form in (normal(text), without_marks(normal(text))):
            for match in self._pattern.finditer(form):
                key = self._keys[match.group()]
                if key not in seen:
                    seen.add(key)
                    yield key

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            # Offsets would be those of the normal form, which nobody reads: the whole message is the entity's span.
            text = message.get(TEXT) or ""
            found = [{"entity": "place", "value": key, "start": 0, "end": len(text)} for key in self.find(text)]
            if found:
                found = self.add_extractor_name(found)
                message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages
