"""What the bot makes of a message before the engine's turn, and of the answer after it, without a database.

Pure copies of what `handle_message.py` and `apply_turn.py` do with rows; house_walks.py holds them to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from bot.conversation.command_words import Command, find_command
from bot.conversation.directives import CallPerson, ChooseLanguage, RaiseUrgency
from bot.conversation.engine import Situation, TurnAnswer, TurnRequest
from bot.conversation.languages import Heard, choose, hear
from bot.deployment import DEMO_DEPLOYMENT
from bot.messages.message import MessageKind
from bot.messages.normalising import read
from bot.reports.triage import Verdict, judge
from bot.reports.urgency import Urgency
from bot.reports.urgency_floor import FloorVerdict, assess

LONGEST_FOR_THE_MODEL = 2000
NO_WORD = Heard(language=None)
_KINDS = {MessageKind.TEXT: "text", MessageKind.START: "start", MessageKind.LOCATION: "location"}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is kept of a conversation between two messages."""

    state: Mapping[str, Any] | None = field(default=None, repr=False)
    language: str | None = None


NOTHING_KEPT = Kept()


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A message as the engine gets it, and what was found at the door."""

    request: TurnRequest
    kind: MessageKind
    floor: FloorVerdict
    heard: Heard

    @property
    def text(self) -> str:
        """What is heard of it: nothing typed before the words sets an intent."""
        return self.request.text.strip().lstrip("/").strip()

    @property
    def command(self) -> Command | None:
        """What it means when the whole of it is a command word or a number."""
        is_text = self.request.situation.kind == "text"
        return find_command(self.text, self.request.language) if is_text else None


def arrive(text: str, kind: MessageKind, kept: Kept, *, gap: bool) -> Arrived:
    """Read a message as the bot does."""
    reading, floor, heard = _read(text)
    heard = heard if kind is MessageKind.TEXT else NO_WORD
    urgent = floor.urgency is not None and floor.urgency.pages
    blank = kind is MessageKind.TEXT and not reading.strip("/ ")
    name = "unreadable" if heard.foreign or blank else _KINDS.get(kind, "unreadable")
    name = "text" if name == "unreadable" and urgent else name
    request = TurnRequest(
        state=kept.state,
        text=reading[:LONGEST_FOR_THE_MODEL],
        language=choose(heard, kept.language, DEMO_DEPLOYMENT.default_language.value),
        channel="sms",
        situation=Situation(urgent=urgent, suicidal="suicide" in floor.reasons, gap=gap, kind=name),
    )
    return Arrived(request=request, kind=kind, floor=floor, heard=heard)


def is_heard_alike(heard: TurnRequest, arrived: Arrived, kept: Kept, *, unsafe: bool) -> bool:
    """Whether the house put to the engine what the walks put to it. After "not safe", what takes it back is put as the
    bare answer "1"; nothing else is, and at no other time."""
    expected = replace(arrived.request, state=None)
    allowed = [expected]
    if unsafe and arrived.command is not None and (arrived.command.about_safety or arrived.command.number == 1):
        allowed.append(replace(expected, text="1", language=kept.language or expected.language, situation=Situation()))
    return replace(heard, state=None, channel=expected.channel, received_at=None) in allowed


@lru_cache(maxsize=50_000)
def _read(text: str) -> tuple[str, FloorVerdict, Heard]:
    reading = read(text)
    return reading.text, assess(reading), hear(reading.text)


def language_after(arrived: Arrived, answer: TurnAnswer, kept: Kept) -> str | None:
    """The language the conversation goes on in."""
    chosen = [each.language for each in answer.do if isinstance(each, ChooseLanguage)]
    if chosen:
        return chosen[-1]
    heard = arrived.kind is MessageKind.TEXT and not arrived.heard.foreign
    return arrived.request.language if heard else kept.language


def verdict(arrived: Arrived, answer: TurnAnswer) -> Verdict:
    """Floor, model and answers together, as triage puts them."""
    raised = [(each.urgency, each.reason) for each in answer.do if isinstance(each, RaiseUrgency)]
    if any(isinstance(each, CallPerson) for each in answer.do):
        raised.append((Urgency.HIGH, "person_wanted"))
    return judge(
        floor=arrived.floor.urgency,
        floor_reasons=arrived.floor.reasons,
        raised=raised,
        kind=None,
        message_kind=arrived.kind,
        language_known=not arrived.heard.foreign,
        themes=[theme for theme, _ in answer.understanding.themes],
        perhaps_urgent=answer.understanding.perhaps_urgent,
    )
