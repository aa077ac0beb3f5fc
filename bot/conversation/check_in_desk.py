"""Agreeing on a check-in: at what time, by which word, confirmed in one message. Whether the word comes is settled in
cover_desk.py, and that it did not, by `alarm_missed`, which the loop in worker/check_in_loop.py calls."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversation.at_once import Arrived, answer_at_once, language_of
from bot.conversation.case_marks import marks_at_the_door
from bot.conversation.check_in_times import chosen_time, heard_time, shown, written_time
from bot.conversation.command_words import find_command
from bot.conversation.engine import Say, Understanding
from bot.conversation.turn import Rooms
from bot.conversation.whose_clock import clock_of_writer
from bot.database.states import Asking, ClosedBy, Safety
from bot.database.tables import Conversation, Cover
from bot.escalation.alarms import raise_alarm
from bot.messages import check_ins
from bot.messages.chat_history import delete_since
from bot.messages.cover import begin_cover, close
from bot.privacy.sealing import ServiceKeys
from bot.reports.report_store import lock_conversation, open_report, raise_urgency
from bot.reports.urgency import Urgency
from bot.settings import Settings

CHECK_IN_MISSED = "check_in_missed"
_MOST_MISSES = 2
_DECLINES = frozenset({"skip", "deny"})
_BY_NUMBER = "number"


def begin_check_in(session: Session, conversation: Conversation, arrived: Arrived, rooms: Rooms) -> None:
    """Ask for the time. What was agreed before counts until something else is."""
    lock_conversation(session, conversation.id)
    row = begin_cover(session, conversation.id)
    row.asking, row.misses, row.begun_at = Asking.CHECK_IN_TIME, 0, arrived.claimed.received_at
    _say(session, arrived, "utter_ask_check_in_time", rooms)


def cancel_check_in(session: Session, conversation: Conversation, arrived: Arrived, rooms: Rooms) -> None:
    """Obeyed only for whoever has said that it is safe; staff see that it was called off."""
    lock_conversation(session, conversation.id)
    cancelled = check_ins.cancel(session, conversation.id)
    _say(session, arrived, "utter_check_in_cancelled" if cancelled else "utter_no_check_in", rooms)


def hear_time(
    session: Session,
    conversation: Conversation,
    cover: Cover,
    arrived: Arrived,
    heard: Understanding,
    rooms: Rooms,
) -> bool:
    """A number, a clock time, or what the engine heard of one; `conversation` is locked. False for a command: then it
    is obeyed, and nothing was agreed."""
    language = language_of(conversation, arrived, rooms)
    command = find_command(arrived.text, language)
    now, zone = arrived.claimed.received_at, clock_of_writer(session, conversation, language, rooms)
    if command is not None and command.intent in _DECLINES:
        cover.asking = None
        _say(session, arrived, "utter_word_left_out", rooms)
        return True
    if command is not None and command.intent != _BY_NUMBER:
        return False
    if command is not None:
        when = chosen_time(command.number or 0, now, zone)
    else:
        when = written_time(arrived.text, now, zone) or heard_time(heard, now)
    _take_time(session, conversation, cover, arrived, when, rooms)
    return True


def _take_time(
    session: Session, conversation: Conversation, cover: Cover, arrived: Arrived, when: datetime | None, rooms: Rooms
) -> None:
    if when is None:
        cover.misses += 1
        given_up = cover.misses >= _MOST_MISSES
        cover.asking = None if given_up else cover.asking
        _say(session, arrived, "utter_word_left_out" if given_up else "utter_check_in_time_not_clear", rooms)
        return
    cover.expected_at, cover.misses = when, 0
    if cover.safe_word_hash is not None:
        agree_on_word(session, conversation, cover, arrived, cover.safe_word_hash, rooms)
        return
    cover.asking = Asking.CHECK_IN_WORD
    _say(session, arrived, "utter_ask_check_in_word", rooms)


def agree_on_word(
    session: Session, conversation: Conversation, cover: Cover, arrived: Arrived, word_hash: bytes, rooms: Rooms
) -> None:
    """Agreed, and confirmed with the time as it was understood. Staff see it in the case."""
    assert cover.expected_at is not None
    erase = cover.asking is not Asking.CHECK_IN_TIME
    check_ins.agree(session, conversation.id, cover.expected_at, word_hash)
    # A secret word is of no language: the time was said in the one they had before.
    language = (conversation.language if erase else None) or language_of(conversation, arrived, rooms)
    zone = clock_of_writer(session, conversation, language, rooms)
    time = shown(cover.expected_at, arrived.claimed.received_at, zone)
    cover.asking = cover.expected_at = None
    if cover.begun_at is not None:
        delete_since(session, conversation.id, cover.begun_at)
    open_report(session, conversation)  # what is expected must be on somebody's list
    _say(session, arrived, "utter_check_in_set", rooms, erase=erase, time=time)


def alarm_missed(session: Session, settings: Settings, keys: ServiceKeys) -> bool:
    """One check-in whose word has not come: staff are alarmed, the phone gets nothing, and what waits for it is held.
    False when none is due."""
    due = check_ins.next_due(session, settings.check_in_grace)
    if due is None:
        return False
    check_in_id, conversation_id = due
    conversation = lock_conversation(session, conversation_id)
    if not check_ins.miss(session, check_in_id):
        return True
    report = open_report(session, conversation)
    raise_urgency(report, Urgency.URGENT, [CHECK_IN_MISSED])
    marks = marks_at_the_door(report, conversation, keys)
    raise_alarm(session, report, Urgency(report.urgency), CHECK_IN_MISSED, settings, anew=True, about=marks)
    if conversation.safety is not Safety.UNSAFE:
        conversation.safety = Safety.RETURNED  # nobody knows who holds the phone now
    close(session, conversation_id, ClosedBy.MISSED)
    conversation.version += 1
    session.flush()
    return True


def _say(
    session: Session, arrived: Arrived, response: str, rooms: Rooms, *, erase: bool = False, **arguments: str
) -> None:
    answer_at_once(session, arrived, [Say(response=response, arguments=arguments)], rooms, erase=erase)
