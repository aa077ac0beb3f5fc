"""What a turn says: which of the engine's responses may be said at this moment, and in which words they are true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.channels.text_clusters import shortened
from bot.conversation import directives as want
from bot.conversation import received_files
from bot.conversation.engine import Say, State, TurnAnswer
from bot.conversation.hotline_words import ASKED as HOTLINES
from bot.conversation.hotline_words import numbers_asked_for
from bot.conversation.status import true_response
from bot.conversation.turn import NEUTRAL, Rooms, Turn
from bot.conversation.who_is_told import Telling, note_what_was_told, true_words
from bot.database.states import Author, Safety
from bot.database.tables import Conversation, Report
from bot.messages.cover import begin_cover, cover_of
from bot.messages.outbox import REPLY, URGENT_REPLY, Words, say
from bot.messages.return_codes import give_code
from bot.privacy.return_codes import grouped
from bot.privacy.sealing import ConversationOpener
from bot.reports.report_store import find_open_report
from bot.reports.urgency import Urgency

_RETURN_CODE = "utter_return_code"
_ASKS = ("utter_ask_", "utter_choose_language")
_QUIET = frozenset({"utter_noted", "utter_thanks", "utter_status"})  # said alone, nothing is asked and all is told
_READ_BACK, _READ_BACK_CHARACTERS, _NOT_TOLD = ("details", "place", "when", "people"), 24, "–"
ENGLISH = "en"


def say_turn(
    session: Session,
    conversation: Conversation,
    turn: Turn,
    answer: TurnAnswer,
    report: Report | None,
    opener: ConversationOpener,
    rooms: Rooms,
    *,
    offers: bool,
) -> None:
    """Queue what the turn says (room_to_say.py has settled how much of it), in the words that are true. `offers` when
    there is room to offer something beside it."""
    language = conversation.language or turn.language
    said = received_files.true_words(session, turn.claimed, list(answer.say), opener, rooms.settings)
    if offers and not _is_a_child(answer.state):  # nobody speaks of secrets with a child
        said = _with_offer(session, conversation, turn, said)
    code = _new_code(session, conversation, said, turn, rooms)
    said = [each for each in said if each.response != _RETURN_CODE or code]
    told = _told_so_far(answer.state)
    telling = Telling(
        conversation=conversation, state=answer.state, understanding=turn.understanding, opener=opener, sms=turn.sms
    )
    words = [
        _in_words(session, telling, each, spoken, {**told, **each.arguments, **code}, rooms)
        for each in said
        for spoken in _spoken(turn, language)
    ]
    rows = say(
        session,
        conversation,
        words,
        key=f"reply:{turn.claimed.id}",
        author=Author.BOT,
        priority=URGENT_REPLY if report is not None and Urgency(report.urgency).pages else REPLY,
        reply_to_inbox=turn.claimed.id,
        written_for=turn.version,
    )
    responses = [each.response for each in said for _ in _spoken(turn, language)]
    note_what_was_told(session, telling, zip(responses, rows, strict=False), rooms.wording.deployment)


def _with_offer(session: Session, conversation: Conversation, turn: Turn, said: list[Say]) -> list[Say]:
    """Words of their own are offered once, when all is told and it is safe; a row at that desk says that they were.
    Where something else went with it, they are offered at the next quiet moment of the case."""
    names = [each.response for each in said]
    quiet = names == ["utter_filed"] or (
        len(names) == 1 and names[0] in _QUIET and _is_calm(session, conversation, turn)
    )
    if not quiet or conversation.safety is not Safety.SAFE or cover_of(session, conversation.id) is not None:
        return said
    begin_cover(session, conversation.id)
    return [*said, Say(response="utter_offer_words")]


def _is_calm(session: Session, conversation: Conversation, turn: Turn) -> bool:
    """A report was filed, and this message tells of nothing that would be urgent."""
    report = find_open_report(session, conversation.id)
    filed = report is not None and report.filed_at is not None
    return filed and turn.floor is None and not turn.understanding.themes


def say_neutral(session: Session, conversation: Conversation, turn: Turn, rooms: Rooms) -> None:
    """One line to everything, in the language they had before: another hand may write in another one."""
    words = rooms.wording.render(NEUTRAL, conversation.language or turn.language, sms=turn.sms)
    say(
        session,
        conversation,
        [words],
        key=f"reply:{turn.claimed.id}",
        author=Author.BOT,
        reply_to_inbox=turn.claimed.id,
        written_for=turn.version,
    )


def _in_words(
    session: Session, telling: Telling, each: Say, spoken: str, arguments: Mapping[str, Any], rooms: Rooms
) -> Words:
    words = _true_words(session, telling, each, spoken, arguments, rooms)
    return replace(words, asks=each.response.startswith(_ASKS))


def _true_words(
    session: Session, telling: Telling, each: Say, spoken: str, arguments: Mapping[str, Any], rooms: Rooms
) -> Words:
    if (true := true_words(session, telling, each.response, rooms.wording, spoken)) is not None:
        return true
    if each.response == HOTLINES:
        conversation, opener = telling.conversation, telling.opener
        return numbers_asked_for(session, conversation, opener, rooms.wording, spoken, sms=telling.sms)
    name = true_response(session, telling.conversation, each.response)
    child = _is_a_child(telling.state)
    words = rooms.wording.render(name, spoken, sms=telling.sms, arguments=arguments, child=child)
    return replace(words, erase_once_sent=each.response == _RETURN_CODE)


def _new_code(
    session: Session, conversation: Conversation, said: Sequence[Say], turn: Turn, rooms: Rooms
) -> dict[str, str]:
    """A return code is drawn only when it is going to be told: the one they had before stops working."""
    asked = any(isinstance(each, want.GiveCode) for each in turn.do)
    if not asked or all(each.response != _RETURN_CODE for each in said):
        return {}
    return {"code": grouped(give_code(session, conversation, rooms.keys))}


def _told_so_far(state: State) -> dict[str, str]:
    """What can be read back to the person, cut short; a dash for what was not told."""
    slots = state.get("slots") or {}
    return {name: shortened(str(slots.get(name) or _NOT_TOLD), _READ_BACK_CHARACTERS) for name in _READ_BACK}


def _is_a_child(state: State) -> bool:
    """Whether somebody writes as a child does: they are told the same in simpler words."""
    return bool((state.get("slots") or {}).get("child"))


def _spoken(turn: Turn, language: str) -> tuple[str, ...]:
    """The language to answer in: to somebody who writes in one that we do not speak, English and what they chose."""
    return (language,) if turn.language_known else tuple(dict.fromkeys((ENGLISH, language)))
