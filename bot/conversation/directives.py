"""What an engine wants done, as data. Names and coded values only; facts carry the reporter's words and stay sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.commands import LANGUAGES
from bot.dialogue.questions import ABOUT_THE_WRITER, FACTS
from bot.errors import EngineError
from bot.reports.urgency import Urgency

TOPICS = ("help", "tip", "question")


@dataclass(frozen=True, kw_only=True)
class RaiseUrgency:
    """An answer, or the model, says that it is at least this urgent."""

    urgency: Urgency
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecordFacts:
    """What the reporter told in this turn, by the name of the question."""

    facts: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """All questions of this topic were answered or skipped."""

    topic: str


@dataclass(frozen=True, kw_only=True)
class ChooseLanguage:
    """The reporter chose a language."""

    language: str


@dataclass(frozen=True)
class ConfirmSafe:
    """It is safe to write: what is held may go."""


@dataclass(frozen=True)
class DeclareUnsafe:
    """It is not safe: nothing goes but direct replies."""


@dataclass(frozen=True)
class CallPerson:
    """A person is wanted, or needed because nothing was understood."""


@dataclass(frozen=True)
class TellStatus:
    """They ask how far their words have come."""


@dataclass(frozen=True)
class GiveCode:
    """They ask for a number by which to come back from another phone."""


@dataclass(frozen=True)
class TellNumbers:
    """They ask whom else they can call."""


@dataclass(frozen=True, kw_only=True)
class KeepChatEmpty:
    """Messages are to leave their chat by themselves, or no longer."""

    wanted: bool


@dataclass(frozen=True)
class OptOut:
    """Nothing more is to be sent until the reporter writes again."""


@dataclass(frozen=True)
class Wipe:
    """Erase everything."""


Directive = (
    RaiseUrgency
    | RecordFacts
    | FileReport
    | ChooseLanguage
    | ConfirmSafe
    | DeclareUnsafe
    | TellStatus
    | GiveCode
    | TellNumbers
    | KeepChatEmpty
    | CallPerson
    | OptOut
    | Wipe
)


def parse_directive(raw: object) -> Directive:
    """Read one directive of an engine's answer. EngineError for anything that is not exactly as expected."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("directive"), str):
        raise EngineError("a directive has no name")
    parse = _PARSERS.get(raw["directive"])
    if parse is None:
        raise EngineError("an unknown directive")
    try:
        return parse(raw)
    except (KeyError, ValueError, TypeError):
        raise EngineError("a directive has wrong fields") from None


def _facts(raw: Mapping[str, Any]) -> RecordFacts:
    names = (*FACTS, *ABOUT_THE_WRITER)
    facts = {name: raw[name] for name in names if raw.get(name) is not None}
    words = {name: ("yes" if value else "no") if isinstance(value, bool) else value for name, value in facts.items()}
    if not all(isinstance(value, str) for value in words.values()):
        raise ValueError("facts are words")
    return RecordFacts(facts=words)


def _file(raw: Mapping[str, Any]) -> FileReport:
    if raw["topic"] not in TOPICS:
        raise ValueError("unknown topic")
    return FileReport(topic=raw["topic"])


def _language(raw: Mapping[str, Any]) -> ChooseLanguage:
    if raw["language"] not in LANGUAGES:
        raise ValueError("unknown language")
    return ChooseLanguage(language=raw["language"])


def _keep_chat_empty(raw: Mapping[str, Any]) -> KeepChatEmpty:
    if not isinstance(raw["wanted"], bool):
        raise ValueError("wanted or not")
    return KeepChatEmpty(wanted=raw["wanted"])


_PARSERS: dict[str, Callable[[Mapping[str, Any]], Directive]] = {
    "raise_urgency": lambda raw: RaiseUrgency(urgency=Urgency(raw["urgency"]), reason=str(raw["reason"])),
    "record_facts": _facts,
    "file_report": _file,
    "choose_language": _language,
    "confirm_safe": lambda raw: ConfirmSafe(),
    "declare_unsafe": lambda raw: DeclareUnsafe(),
    "tell_status": lambda raw: TellStatus(),
    "give_code": lambda raw: GiveCode(),
    "tell_numbers": lambda raw: TellNumbers(),
    "keep_chat_empty": _keep_chat_empty,
    "call_person": lambda raw: CallPerson(),
    "opt_out": lambda raw: OptOut(),
    "wipe": lambda raw: Wipe(),
}
