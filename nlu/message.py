"""The dialogue's message from Rasa's parse data."""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.childhood import SURELY, child_who_writes, is_under_18
from bot.dialogue.message import BESIDE_THE_POINT, COMMANDS, NOT_UNDERSTOOD, Message

# Below this the model's word is not enough for a command, a yes, a no, or for what is no answer at all.
SURE = 0.8
NEEDS_SURENESS = COMMANDS | BESIDE_THE_POINT | {"affirm", "deny"}


def settle_intent(parsed: Mapping[str, Any], *, urgent: bool = False) -> str:
    """The intent the dialogue goes by: the model's, unless it is not sure enough of one that needs sureness. Urgent
    words are no command by a guess, however sure: "I do not want to live any more" is not "stop"."""
    intent, confidence = parsed["intent"]["name"], parsed["intent"]["confidence"]
    guessed = intent in COMMANDS and not parsed.get("command")
    if not intent or (intent in NEEDS_SURENESS and confidence < SURE) or (urgent and guessed):
        return NOT_UNDERSTOOD
    return str(intent)


def read_message(parsed: Mapping[str, Any], turn: Mapping[str, Any]) -> Message:
    """The message from Rasa's parse data and the slot `turn` that `nlu.turn` sets before it."""
    entities = {entity["entity"]: entity for entity in reversed(parsed["entities"])}
    language = entities.get("language")
    about = parsed.get("command") or {}
    return Message(
        intent=settle_intent(parsed),
        text=parsed["text"],
        exact=bool(about.get("exact")),
        number=about.get("number"),
        about_safety=about.get("about_safety"),
        early=_told_early(parsed, entities, about),
        language=language["value"] if language else None,
        urgent=bool(turn["urgent"]),
        suicidal=bool(turn["suicidal"]),
        gap=bool(turn["gap"]),
        child=SURELY if _is_young(entities) else child_who_writes(parsed["text"]),
    )


def _told_early(parsed: Mapping[str, Any], entities: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, str]:
    """A command word names nobody's side; but one says what a question is about."""
    found = early_answers(entities, "" if about.get("exact") else settle_intent(parsed))
    return {**found, **({"info_topic": about["subject"]} if about.get("subject") else {})}


def _is_young(entities: Mapping[str, Any]) -> bool:
    """The message is about nobody but the writer, and names an age below 18."""
    subject, age = entities.get("subject"), entities.get("age")
    return bool(subject and age and subject["value"] == "self" and is_under_18(str(age["value"])))


def early_answers(entities: Mapping[str, Any], intent: str) -> dict[str, str]:
    """What a message tells besides, by the question it answers: nobody is asked for what they have said."""
    found = {"whose": {"help_self": "self", "help_other": "other"}.get(intent)}
    if "place" in entities:
        found["place"] = str(entities["place"]["value"])
    if "people" in entities:
        found["people"] = str(entities["people"].get("text") or entities["people"]["value"])
    return {name: value for name, value in found.items() if value}
