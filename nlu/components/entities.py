"""Facts in a message as Rasa's entities: a thin cover over `nlu.entities`, which does the work and knows no Rasa."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.entities import find, warm_up


def instant_of(written: Any) -> datetime:
    """When the message was written (ISO 8601 with an offset); the present when nothing usable is given."""
    try:
        instant = datetime.fromisoformat(str(written).replace("Z", "+00:00"))
    except ValueError:
        instant = None
    return instant if instant is not None and instant.tzinfo is not None else datetime.now(timezone.utc)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Entities(GraphComponent, EntityExtractorMixin):
    """Finds facts by lists and rules. `metadata` may say `language` and `now`; offsets are those of the text."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Entities:
        warm_up()  # lists are read and compiled now, not with the first message
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            metadata = message.get("metadata") or {}
            facts = find(
                message.get(TEXT) or "", language=metadata.get("language"), now=instant_of(metadata.get("now"))
            )
            found = [
                {"entity": fact.entity, "value": fact.value, "start": fact.start, "end": fact.end, "text": fact.text}
                for fact in facts
            ]
            if found:
                found = self.add_extractor_name(found)
                message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages
