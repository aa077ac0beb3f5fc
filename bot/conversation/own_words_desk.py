"""Choosing words of one's own: a safe word, then a duress word. Offered, never pushed; the words are hashed in the
transaction that reads them, their messages erased, and taken out of a Telegram chat when all is done."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.conversation.at_once import Arrived, answer_at_once, language_of
from bot.conversation.check_in_desk import agree_on_word
from bot.conversation.command_words import find_command
from bot.conversation.cover_phrases import is_anybodys
from bot.conversation.engine import Say, Understanding
from bot.conversation.turn import Rooms
from bot.database.states import Asking
from bot.database.tables import Conversation, Cover
from bot.dialogue.commands import LANGUAGES
from bot.messages.chat_history import delete_since
from bot.messages.cover import begin_cover
from bot.messages.own_words import Fault, bare_word, fault_of
from bot.reports.report_store import lock_conversation

MOST_MISSES = 3
_LEAVES = frozenset("stop wipe talk_to_person help_self".split())  # obeyed, whatever this desk has asked
_DECLINES = frozenset({"skip", "deny"})


def begin_words(session: Session, conversation: Conversation, arrived: Arrived, rooms: Rooms) -> None:
    """Ask for the safe word. One that was chosen before counts until another is."""
    lock_conversation(session, conversation.id)
    row = begin_cover(session, conversation.id)
    row.asking, row.misses, row.begun_at = Asking.SAFE_WORD, 0, arrived.claimed.received_at
    _say(session, arrived, "utter_ask_safe_word", rooms)


def hear_choice(
    session: Session,
    conversation: Conversation,
    cover: Cover,
    arrived: Arrived,
    _heard: Understanding,
    rooms: Rooms,
) -> bool:
    """A word; `conversation` is locked. False when it is a story, or the wish to stop: neither is taken for a word."""
    command = find_command(arrived.text, language_of(conversation, arrived, rooms))
    fault = fault_of(arrived.text)
    if fault is Fault.TOO_LONG or (command is not None and command.intent in _LEAVES):
        return False
    if command is not None and command.intent in _DECLINES:
        _leave_out(session, conversation, cover, arrived, rooms)
    elif fault is not None or _means_something(arrived.text):
        _refuse(session, cover, arrived, "utter_word_not_usable", rooms)
    elif cover.asking is Asking.CHECK_IN_WORD:
        word_hash = rooms.keys.own_word_hash(str(conversation.id), bare_word(arrived.text))
        agree_on_word(session, conversation, cover, arrived, word_hash, rooms)
    else:
        _keep(session, conversation, cover, arrived, rooms)
    return True


def _means_something(text: str) -> bool:
    return is_anybodys(text) or any(find_command(text, language) is not None for language in LANGUAGES)


def _keep(session: Session, conversation: Conversation, cover: Cover, arrived: Arrived, rooms: Rooms) -> None:
    word_hash = rooms.keys.own_word_hash(str(conversation.id), bare_word(arrived.text))
    if cover.asking is Asking.SAFE_WORD:
        cover.safe_word_hash, cover.duress_word_hash = word_hash, None
        cover.asking, cover.misses = Asking.DURESS_WORD, 0
        cover.trusted_at = arrived.claimed.received_at
        _say(session, arrived, "utter_ask_duress_word", rooms, erase=True)
    elif word_hash == cover.safe_word_hash:
        _refuse(session, cover, arrived, "utter_words_must_differ", rooms)
    else:
        cover.duress_word_hash = word_hash
        _finish(session, conversation, cover, arrived, rooms)


def _leave_out(session: Session, conversation: Conversation, cover: Cover, arrived: Arrived, rooms: Rooms) -> None:
    """No duress word is an answer too; no safe word means that nothing has changed."""
    if cover.asking is Asking.DURESS_WORD:
        _finish(session, conversation, cover, arrived, rooms)
        return
    cover.asking = None
    _say(session, arrived, "utter_word_left_out", rooms)


def _finish(session: Session, conversation: Conversation, cover: Cover, arrived: Arrived, rooms: Rooms) -> None:
    cover.asking = None
    if cover.begun_at is not None:
        delete_since(session, conversation.id, cover.begun_at)
    _say(session, arrived, "utter_words_set", rooms, erase=True)


def _refuse(session: Session, cover: Cover, arrived: Arrived, response: str, rooms: Rooms) -> None:
    """Said plainly, and not for ever. It is erased as well: what somebody nearly chose helps to guess the rest."""
    cover.misses += 1
    if cover.misses >= MOST_MISSES:
        cover.asking = None
        response = "utter_word_left_out"
    _say(session, arrived, response, rooms, erase=True)


def _say(session: Session, arrived: Arrived, response: str, rooms: Rooms, *, erase: bool = False) -> None:
    answer_at_once(session, arrived, [Say(response=response)], rooms, erase=erase)
