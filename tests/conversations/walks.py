"""One turn of a walk: a message is read as at the door, an engine answers, and what the bot would store goes on."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.chaos.words import CRIES
from bot.conversation.command_words import find_command
from bot.conversation.directives import Wipe, parse_directive
from bot.conversation.engine import DialogueEngine, Say, TurnAnswer, TurnRequest, Understanding
from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.scripted_turn import ScriptedTurn
from bot.dialogue.message import NOT_UNDERSTOOD, Message
from bot.dialogue.state import begin, check_state
from bot.messages.normalising import read
from bot.reports.triage import Verdict
from tests.conversations.door import NOTHING_KEPT, Arrived, Kept, arrive, language_after, verdict
from tests.conversations.moves import Move
from tests.conversations.walk_words import SENTENCES

_GUESSES = {read(text).text: intent for sentences, intent in SENTENCES.values() for text in sentences.values()}
_GUESSES.update((read(text).text, "help_self") for text in CRIES.values())


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A move, the state it found, and what came of it."""

    move: Move
    arrived: Arrived
    before: Mapping[str, Any] = field(repr=False)
    answer: TurnAnswer
    after: dict[str, Any] = field(repr=False)
    language: str | None

    @property
    def kept(self) -> Kept:
        """What the next message finds: nothing, once everything was erased."""
        if any(isinstance(each, Wipe) for each in self.answer.do):
            return NOTHING_KEPT
        return Kept(state=self.after, language=self.language)

    @property
    def said(self) -> tuple[str, ...]:
        """The names of the responses, without "utter_"."""
        return tuple(each.response.removeprefix("utter_") for each in self.answer.say)

    @property
    def exact(self) -> bool:
        """True when the whole of the message is a command word or a number."""
        return self.arrived.command is not None

    @property
    def urgent(self) -> bool:
        """Whether the floor or the model heard that somebody is needed now."""
        return self.arrived.request.situation.urgent or bool(self.answer.understanding.themes)

    @property
    def verdict(self) -> Verdict:
        """How urgent triage makes it."""
        return verdict(self.arrived, self.answer)

    def __str__(self) -> str:
        urgent = " urgent" if self.urgent else ""
        return f"{self.move}{urgent} -> {', '.join(self.said) or 'nothing'}"


async def take(engine: DialogueEngine, kept: Kept, move: Move) -> Turn:
    """One move from what was kept; the state after it is what the bot would store."""
    arrived = arrive(move.text, move.kind, kept, gap=move.gap and kept is not NOTHING_KEPT)
    answer = await engine.take_turn(arrived.request)
    after: dict[str, Any] = json.loads(json.dumps(dict(answer.state)))
    return Turn(
        move=move,
        arrived=arrived,
        before=check_state(kept.state),
        answer=answer,
        after=after,
        language=language_after(arrived, answer, kept),
    )


class GuessingEngine:
    """The scripted dialogue as if a model had understood the sentences of walk_words.py: what only a guess brings about
    is walked without a model, a thousand times faster."""

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        """One turn; whatever is no sentence of ours is the scripted engine's own."""
        text = request.text.strip().lstrip("/").strip()
        intent = _GUESSES.get(text, NOT_UNDERSTOOD)
        if request.situation.kind != "text" or intent == NOT_UNDERSTOOD or find_command(text, request.language):
            return await ScriptedEngine().take_turn(request)
        situation = request.situation
        whose = {"help_self": "self", "help_other": "other"}.get(intent)
        message = Message(
            intent=intent,
            text=text,
            early={"whose": whose} if whose else {},
            urgent=situation.urgent,
            suicidal=situation.suicidal,
            gap=situation.gap,
        )
        turn = ScriptedTurn(begin(check_state(request.state), gap=situation.gap, kind="text"), message)
        turn.take()
        return TurnAnswer(
            understanding=Understanding(intent=intent, confidence=0.9),
            say=tuple(Say(response=name) for name in turn.say),
            do=tuple(parse_directive(each) for each in turn.do),
            state=turn.state,
        )


class EitherEngine:
    """A conversation in which the model comes and goes: each turn is taken by one of two engines, over one state."""

    def __init__(self, one: DialogueEngine, other: DialogueEngine) -> None:
        self._engines = (one, other)

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        """One turn; the same message at the same place is always taken by the same one."""
        place = json.dumps([request.text, dict(request.state or {})], sort_keys=True)
        return await self._engines[zlib.crc32(place.encode()) % 2].take_turn(request)
