"""Takes a turn when the model cannot: fixed questions, command words, everything else kept as it was told."""

from __future__ import annotations

from bot.conversation.command_words import find_command
from bot.conversation.directives import Wipe
from bot.conversation.engine import Say, TurnAnswer, TurnRequest, Understanding
from bot.conversation.folded_state import FoldedState, read_state
from bot.conversation.scripted_turn import Turn
from bot.errors import EngineError

_KINDS = ("text", "start", "unreadable", "location")


class ScriptedEngine:
    """A DialogueEngine that needs nothing but the command words. It reads and writes the same state as the model's."""

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        """One turn. EngineError only for a state or a request that no engine could read."""
        text = request.text.strip().lstrip("/").strip()
        is_text = request.situation.kind == "text"
        if request.situation.kind not in _KINDS or (is_text and not text):
            raise EngineError("there is no message to answer")
        state = read_state(request.state)
        command = find_command(text, request.language) if is_text else None
        turn = Turn(state=state, text=text, command=command, situation=request.situation)
        turn.take()
        intent = turn.intent or "nlu_fallback"
        wiped = any(isinstance(directive, Wipe) for directive in turn.directives)
        after = FoldedState(slots=turn.slots, loop=turn.loop, requested=turn.requested, recent=(*state.recent, intent))
        return TurnAnswer(
            understanding=Understanding(intent=turn.intent, confidence=1.0 if turn.intent else 0.0),
            say=tuple(Say(response=name) for name in turn.say),
            do=turn.directives,
            state=(FoldedState() if wiped else after).to_json(),
        )
