"""The shape of a dialogue engine: a turn is a pure function of state and text. docs/dialogue.md is the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.conversation.directives import Directive

State = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What the bot knows of a message besides its words."""

    urgent: bool = False  # an alarm was already raised for this message
    suicidal: bool = False  # and its reason is that somebody wants to die
    gap: bool = False  # more than ten minutes since the reporter's last message
    kind: str = "text"  # text, start, unreadable, location


@dataclass(frozen=True, kw_only=True)
class TurnRequest:
    """One message, normalised. `channel` is "sms" where choices are written out, else "telegram"."""

    state: State | None = field(repr=False)
    text: str = field(repr=False)
    language: str
    channel: str
    situation: Situation = Situation()
    # What "tonight" is reckoned from, by the clock of this zone; in UTC, by that of the language; None is now.
    received_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Say:
    """A response by name; wording.py makes words of it."""

    response: str
    arguments: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Entity:
    """One thing a message names: the entity and its value as codes (docs/understanding.md), and the words it came
    from."""

    entity: str
    value: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """What the model made of the message; None of intent when no model was asked. `themes` are the urgent ones it
    tells of (bot/reports/triage.py), each with the model's confidence; `perhaps_urgent` when it is not sure of any, and
    not sure that there is none."""

    intent: str | None = None
    confidence: float = 0.0
    entities: tuple[Entity, ...] = ()
    themes: tuple[tuple[str, float], ...] = ()
    perhaps_urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class TurnAnswer:
    """What to say, what to do, and the state for the next turn."""

    understanding: Understanding
    say: tuple[Say, ...]
    do: tuple[Directive, ...]
    state: State = field(repr=False)


class DialogueEngine(Protocol):
    """Something that can take a turn. Raises EngineError when it cannot; it has then changed nothing."""

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        """One turn."""
        ...
