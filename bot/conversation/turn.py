"""One handled message with the engine's answer to it, and what applying it needs besides."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.conversation import directives as want
from bot.conversation.engine import TurnAnswer, Understanding
from bot.conversation.wording import Wording
from bot.messages.inbox import Claimed
from bot.privacy.sealing import ServiceKeys
from bot.reports.urgency import Urgency
from bot.settings import Settings

NEUTRAL = "utter_not_safe"  # the deployment's own line: all that is said while the outside has to stay neutral


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One handled message and the engine's answer to it. `version` is the conversation's when it was prepared;
    `answer` is None when a human speaks, or nothing but the neutral line may be said (`neutral`): what was understood
    counts all the same."""

    claimed: Claimed
    language: str
    language_known: bool
    writes_zawgyi: bool | None
    sms: bool
    version: int
    understanding: Understanding
    answer: TurnAnswer | None
    one_of_many: bool = False  # it is answered with a later one of theirs (bot/messages/pace.py)
    neutral: bool = False
    person_wanted: bool = False  # all that is obeyed of what a neutral turn wants done: nobody hears of it there

    @property
    def do(self) -> tuple[want.Directive, ...]:
        """What the engine wants done."""
        if self.answer is not None:
            return self.answer.do
        return (want.CallPerson(),) if self.person_wanted else ()

    @property
    def floor(self) -> Urgency | None:
        """What the floor found at the door."""
        return Urgency(self.claimed.floor_urgency) if self.claimed.floor_urgency else None

    @property
    def unreadable(self) -> bool:
        """Nobody could read what it tells: voice or picture, or words of a language we do not speak."""
        return self.claimed.kind.may_tell_something or not self.language_known


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """What applying a turn needs besides the turn."""

    wording: Wording
    keys: ServiceKeys = field(repr=False)
    settings: Settings = field(repr=False)
