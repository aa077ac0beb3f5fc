"""What stands between Rasa and the outside, and lets nothing out: actions in-process, names for words, no store."""

import json
from collections.abc import Iterable
from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection


class InProcessActions(EndpointConfig):
    """Rasa calls an action server; this one is a method call away. The domain is not sent along: nobody reads it."""

    def __init__(self, actions: Iterable[type[Action]]) -> None:
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        for action in actions:
            self._executor.register_action(action)

    async def request(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Run the action; a rejection comes back the way an action server would answer it."""
        try:
            return await self._executor.run(kwargs["json"])
        except ActionExecutionRejection as rejection:
            answer = json.dumps({"action_name": rejection.action_name, "error": "rejected"})
            raise ClientResponseError(400, "rejected", answer) from None


_ANSWER_SCHEMA = RemoteAction.action_response_format_spec()
validator_for(_ANSWER_SCHEMA).check_schema(_ANSWER_SCHEMA)
_ANSWERS = validator_for(_ANSWER_SCHEMA)(_ANSWER_SCHEMA)


def _validate_answer(action: RemoteAction, answer: Any) -> bool:
    _ANSWERS.validate(answer)
    return True


# Rasa checks every answer of an action against a schema and, each time before that, the schema itself: 16 of the 20 ms
# of a turn in a form (docs/decisions/0002-the-turn.md). It is a constant: checked once, above. Answers still are.
RemoteAction._validate_action_result = _validate_answer


class ResponseNames(TemplatedNaturalLanguageGenerator):
    """Answers with a response's name: the bot finds the words, and so no variation is drawn at random.

    It must be a templated generator, or Rasa hands it an empty domain.
    """

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """The name and its arguments, in the shape of a message."""
        return {"text": utter_action, "response": utter_action, "arguments": {}}


class Collector(OutputChannel):
    """Gathers what one turn says and does."""

    def __init__(self) -> None:
        self.say: list[dict[str, Any]] = []
        self.do: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "collector"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Take a directive or a response; a message that is neither would be words of unknown origin: ValueError."""
        custom = message.get("custom")
        if custom:
            self.do.append(custom)
        elif message.get("response"):
            self.say.append({"response": message["response"], "arguments": message["arguments"]})
        else:
            raise ValueError("a message is neither a response nor a directive")


class NoStore(TrackerStore):
    """The bot keeps the state. Anything that reaches for a stored conversation is a mistake."""

    def __init__(self) -> None:
        super().__init__(domain=None)

    async def save(self, tracker: DialogueStateTracker) -> None:
        raise RuntimeError("nothing is stored here")

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        raise RuntimeError("nothing is stored here")

    async def keys(self) -> Iterable[str]:
        return ()
