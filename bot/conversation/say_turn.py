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
from bot.conversation.who_is_told import QUESTION, Telling, asks_whom_to_tell, note_what_was_told, true_words
from bot.database.states import Author, Safety
from bot.database.tables import Conversation, Report
from bot.dialogue.disclosing import WHO_IS_TOLD
from bot.messages.cover import begin_cover, cover_of
from bot.messages.outbox import REPLY, URGENT_REPLY, Words, say
from bot.messages.return_codes import give_code
from bot.privacy.return_codes import grouped
from bot.privacy.sealing import ConversationOpener
from bot.reports.urgency import Urgency

# What the bot says even while a human speaks: the safety of the phone, return codes, stop and erase stay its duty.
_RETURN_CODE = "utter_return_code"
_SAID_BESIDE_A_HUMAN = frozenset(
    "utter_ask_safe_now utter_not_safe utter_stop utter_ask_wipe utter_wiped utter_not_wiped utter_code_kept "
    "utter_code_not_right utter_code_continues utter_code_in_text utter_code_unknown utter_code_wait "
    "utter_vanish utter_keep utter_status utter_hotlines utter_choice_kept utter_choice_unchanged".split()
) | {_RETURN_CODE}
_SAID_WHEN_THEY_ASK = frozenset({QUESTION, WHO_IS_TOLD})  # beside a human only when they wrote the word for it
_ABOUT_COVER = frozenset(
    "utter_who_is_this utter_ask_safe_word utter_ask_duress_word utter_words_set utter_word_not_usable "
    "utter_words_must_differ utter_word_left_out utter_ask_check_in_time utter_check_in_time_not_clear "
    "utter_ask_check_in_word utter_check_in_set utter_check_in_cancelled utter_no_check_in".split()
)
_ONLY_OF_WHAT_IS_NOT_WRITTEN = "utter_words_only"  # not true of words in a language that we do not speak
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
) -> None:
    """Queue what the turn says: of the engine's words those that may be said now, in the ones that are true."""
    language = conversation.language or turn.language
    said = _said_now(conversation, turn, answer)
    said = received_files.true_words(session, turn.claimed, said, opener, rooms.settings)
    if not _is_a_child(answer.state):  # nobody speaks of secrets with a child
        said = _with_offer(session, conversation, said)
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
    urgent = report is not None and Urgency(report.urgency).pages
    rows = say(
        session,
        conversation,
        words,
        key=f"reply:{turn.claimed.id}",
        author=Author.BOT,
        priority=URGENT_REPLY if urgent else REPLY,
        reply_to_inbox=turn.claimed.id,
        written_for=turn.version,
    )
    responses = [each.response for each in said for _ in _spoken(turn, language)]
    note_what_was_told(session, telling, zip(responses, rows, strict=False), rooms.wording.deployment)


def _said_now(conversation: Conversation, turn: Turn, answer: TurnAnswer) -> list[Say]:
    beside = _SAID_BESIDE_A_HUMAN | _ABOUT_COVER
    beside |= _SAID_WHEN_THEY_ASK if asks_whom_to_tell(answer.state) else frozenset()
    said = [each for each in answer.say if conversation.owner_id is None or each.response in beside]
    return [each for each in said if turn.language_known or each.response != _ONLY_OF_WHAT_IS_NOT_WRITTEN]


def _with_offer(session: Session, conversation: Conversation, said: list[Say]) -> list[Say]:
    """Words of their own are offered once, when all is told and it is safe; a row at that desk says that they were."""
    filed = [each.response for each in said] == ["utter_filed"]
    if not filed or conversation.safety is not Safety.SAFE or cover_of(session, conversation.id) is not None:
        return said
    begin_cover(session, conversation.id)
    return [*said, Say(response="utter_offer_words")]


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
