"""Walks a conversation through an engine, turn by turn, over the state as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.conversation.directives import ChooseLanguage, Directive, KeepChatEmpty, RaiseUrgency, RecordFacts
from bot.conversation.engine import DialogueEngine, Situation, TurnAnswer, TurnRequest

_NAMES = {
    "ConfirmSafe": "confirm_safe",
    "DeclareUnsafe": "declare_unsafe",
    "TellStatus": "tell_status",
    "GiveCode": "give_code",
    "TellNumbers": "tell_numbers",
    "CallPerson": "call_person",
    "OptOut": "opt_out",
    "Wipe": "wipe",
    "FileReport": "file_report",
}


def name_of(directive: Directive) -> str:
    """A directive by name, with the one thing of it that a conversation's table names."""
    if isinstance(directive, RecordFacts):
        return "record_facts:" + ",".join(sorted(directive.facts))
    if isinstance(directive, RaiseUrgency):
        return f"raise_urgency:{directive.urgency.value}"
    if isinstance(directive, ChooseLanguage):
        return f"choose_language:{directive.language}"
    if isinstance(directive, KeepChatEmpty):
        return f"keep_chat_empty:{'yes' if directive.wanted else 'no'}"
    return _NAMES[type(directive).__name__]


async def walk(
    engine: DialogueEngine, messages: Sequence[tuple[str, Situation]], language: str
) -> list[tuple[TurnAnswer, dict[str, Any]]]:
    """Every turn's answer, and the state after it as the bot would store it."""
    turns: list[tuple[TurnAnswer, dict[str, Any]]] = []
    state: dict[str, Any] | None = None
    for text, situation in messages:
        request = TurnRequest(state=state, text=text, language=language, channel="sms", situation=situation)
        answer = await engine.take_turn(request)
        state = json.loads(json.dumps(dict(answer.state)))
        assert state is not None
        turns.append((answer, state))
    return turns


def summary(answer: TurnAnswer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a conversation's table says of a turn: responses without their prefix, directives by name."""
    said = tuple(each.response.removeprefix("utter_") for each in answer.say)
    return said, tuple(name_of(directive) for directive in answer.do)
