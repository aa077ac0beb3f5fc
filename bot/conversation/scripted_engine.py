"""Takes a turn when the model cannot: fixed questions, command words, everything else kept as it was told."""

from __future__ import annotations

from bot.conversation.command_words import find_command
from bot.conversation.directives import parse_directive
from bot.conversation.engine import Say, TurnAnswer, TurnRequest, Understanding
from bot.conversation.scripted_turn import ScriptedTurn
from bot.dialogue.childhood import child_who_writes
from bot.dialogue.message import NOT_UNDERSTOOD, Message
from bot.dialogue.state import BadStateError, begin, check_state
from bot.errors import EngineError

_KINDS = ("text", "start", "unreadable", "location")


class ScriptedEngine:
    """A DialogueEngine that needs nothing but the command words. It reads and writes the same state as the model's."""

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        """One turn. EngineError only for a state or a request that no engine could read."""
        text = request.text.strip().lstrip("/").strip()
        situation = request.situation
        if situation.kind not in _KINDS or (situation.kind == "text" and not text):
            raise EngineError("there is no message to answer")
        try:
            state = begin(check_state(request.state), gap=situation.gap, kind=situation.kind)
        except BadStateError as error:
            raise EngineError(str(error)) from None
        message = _message(request, text)
        turn = ScriptedTurn(state, message)
        turn.take()
        known = message.intent != NOT_UNDERSTOOD
        return TurnAnswer(
            understanding=Understanding(intent=message.intent if known else None, confidence=1.0 if known else 0.0),
            say=tuple(Say(response=name) for name in turn.say),
            do=tuple(parse_directive(each) for each in turn.do),
            state=turn.state,
        )


def _message(request: TurnRequest, text: str) -> Message:
    situation = request.situation
    if situation.kind != "text":
        return Message(
            intent=situation.kind,
            text=text,
            urgent=situation.urgent,
            suicidal=situation.suicidal,
            gap=situation.gap,
        )
    command = find_command(text, request.language)
    return Message(
        intent=command.intent if command else NOT_UNDERSTOOD,
        text=text,
        exact=command is not None,
        number=command.number if command else None,
        about_safety=command.about_safety if command else None,
        early={"info_topic": command.subject} if command and command.subject else {},
        language=command.language if command else None,
        urgent=situation.urgent,
        suicidal=situation.suicidal,
        gap=situation.gap,
        child=child_who_writes(text),
    )
