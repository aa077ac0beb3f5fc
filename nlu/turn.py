"""One turn of the dialogue as a pure function: state and message in; what to say, what to do and the new state out.

Nothing is kept between two turns. A turn that went wrong in any way raises; it never answers half of a turn.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.dialogue.doing import in_order
from bot.dialogue.saying import two_at_most
from bot.dialogue.state import begin, check_state, empty_state
from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from nlu.actions import ALL_ACTIONS
from nlu.in_process import Collector, InProcessActions, NoStore, ResponseNames
from nlu.message import settle_intent
from nlu.state import fold, unfold

KINDS = ("text", "start", "unreadable", "location")


class TurnRefusedError(RuntimeError):
    """The turn did not come to a good end, for the reason given; nothing of it may be used."""


class TurnProcessor(MessageProcessor):
    """Rasa's processor for one tracker at a time that comes from a state and goes back to one."""

    def __init__(self, model_path: Path) -> None:
        super().__init__(
            model_path,
            tracker_store=NoStore(),
            lock_store=InMemoryLockStore(),
            generator=ResponseNames({}),
            action_endpoint=InProcessActions(ALL_ACTIONS),
        )
        self.failed_actions: list[str] = []

    async def take(self, message: UserMessage, tracker: DialogueStateTracker) -> None:
        """Apply the parsed message, run actions until one listens. Raises TurnRefusedError."""
        self.failed_actions.clear()
        await self._handle_message_with_tracker(message, tracker)
        await self._run_prediction_loop(message.output_channel, tracker)
        if self.failed_actions:
            raise TurnRefusedError("an action failed: " + ", ".join(self.failed_actions))
        if tracker.latest_action_name != "action_listen":
            raise TurnRefusedError("the turn did not end listening")

    async def _run_action(self, action: Action, *args: Any, **kwargs: Any) -> bool:
        """As Rasa's, but a failure inside is remembered: Rasa itself logs it and goes on as if all were well."""
        run = action.run

        async def watched(*run_args: Any, **run_kwargs: Any) -> Any:
            try:
                return await run(*run_args, **run_kwargs)
            except ActionExecutionRejection:
                raise
            except BaseException as error:
                self.failed_actions.append(f"{action.name()} ({type(error).__name__})")
                raise

        action.run = watched
        return bool(await super()._run_action(action, *args, **kwargs))


class Dialogue:
    """A loaded model. `take_turn` may be called again and again, one turn at a time."""

    def __init__(self, model_path: Path) -> None:
        self._processor = TurnProcessor(model_path)
        self.fingerprint = model_path.name.partition(".")[0]
        self._check()

    async def take_turn(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request (docs/dialogue.md). Raises TurnRefusedError, BadStateError, or whatever broke inside."""
        situation = {"urgent": False, "suicidal": False, "gap": False, "kind": "text", **request.get("situation", {})}
        channel = Collector()
        message = await self._read(request, situation["kind"], channel)
        hear_urgency(message.parse_data, situation)
        state = begin(check_state(request.get("state")), gap=situation["gap"], kind=situation["kind"])
        tracker = self._tracker(state, situation)
        await self._processor.take(message, tracker)
        if not channel.say and not channel.do:
            raise TurnRefusedError("the turn says and does nothing")
        parsed = message.parse_data
        wiped = any(directive["directive"] == "wipe" for directive in channel.do)
        return {
            "understanding": told(parsed),
            "say": two_at_most(channel.say, lambda each: str(each["response"])),
            "do": in_order(channel.do),
            "state": empty_state() if wiped else fold(tracker, [*state["recent"], parsed["intent"]["name"]]),
        }

    async def understand(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """What the model makes of one text, without a conversation: the `understanding` of a turn."""
        message = await self._read(request, "text", Collector())
        return told(message.parse_data)

    async def _read(self, request: Mapping[str, Any], kind: str, channel: Collector) -> UserMessage:
        """The message with its parse data. What people type sets no intent: the slash that Rasa obeys is taken off."""
        if kind not in KINDS:
            raise TurnRefusedError("unknown kind of message")
        text = (request.get("text") or "").strip().lstrip("/").strip()
        if kind == "text" and not text:
            raise TurnRefusedError("a text message without text")
        metadata = {"language": request.get("language"), "now": request.get("now")}
        message = UserMessage(text, channel, sender_id="-", metadata=metadata)
        if kind == "text":
            parsed = await self._processor.parse_message(message)
            intent = settle_intent(parsed)
            parsed["intent"] = {"name": intent, "confidence": parsed["intent"]["confidence"]}
            # Whatever has a meaning of its own as a command or a number tells of no danger.
            if parsed.get("command"):
                parsed.update(themes=[], perhaps_urgent=False)
        else:
            parsed = {"text": text, "intent": {"name": kind, "confidence": 1.0}, "entities": [], "themes": []}
            parsed["perhaps_urgent"] = False
        message.parse_data = parsed
        return message

    def _tracker(self, state: Mapping[str, Any], situation: Mapping[str, Any]) -> DialogueStateTracker:
        events = [*unfold(state), SlotSet("turn", dict(situation))]
        return DialogueStateTracker.from_events("-", events, slots=self._processor.domain.slots)

    def _check(self) -> None:
        """Refuse to start with a model or a store that would break the promises of this module."""
        if type(self._processor.tracker_store) is not NoStore:
            raise TurnRefusedError("conversations would be stored")
        if longest_rule(self._processor) > 1:
            raise TurnRefusedError("a rule is longer than one message; the folded state is too short for it")


def hear_urgency(parsed: dict[str, Any], situation: dict[str, Any]) -> None:
    """What the model hears makes the situation urgent too; and urgent words are no command by a guess. "I do not want
    this life any more" is no "stop"; but it may be one of somebody who is afraid: so whether it is safe is asked before
    anything else, as after a gap."""
    themes = [theme["name"] for theme in parsed["themes"]]
    situation["urgent"] |= bool(themes)
    situation["suicidal"] |= "suicide" in themes
    if situation["urgent"] and _only_sounds_like_stop(parsed):
        situation["gap"] = True
    if situation["kind"] == "text" and situation["urgent"]:
        parsed["intent"] = {**parsed["intent"], "name": settle_intent(parsed, urgent=True)}


def _only_sounds_like_stop(parsed: Mapping[str, Any]) -> bool:
    """Whether "stop" is the model's guess and no word of the lists."""
    return parsed["intent"]["name"] == "stop" and not (parsed.get("command") or {}).get("exact")


def told(parsed: Mapping[str, Any]) -> dict[str, Any]:
    """The understanding as the answer carries it: each entity with the words it came from."""
    entities = [
        {"entity": each["entity"], "value": each["value"], "text": each.get("text") or each["value"]}
        for each in parsed["entities"]
    ]
    return {
        "intent": parsed["intent"]["name"],
        "confidence": parsed["intent"]["confidence"],
        "entities": entities,
        "themes": parsed["themes"],
        "perhaps_urgent": parsed["perhaps_urgent"],
    }


def longest_rule(processor: MessageProcessor) -> int:
    """How many messages the longest trained rule looks back on."""
    rules = _rule_policy(processor).lookup["rules"]
    return max(key.count("action_listen") for key in rules)


def _rule_policy(processor: MessageProcessor) -> RulePolicy:
    nodes = processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, RulePolicy))
