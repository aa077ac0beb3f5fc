"""The desk for return codes: a message that is one, holds one, or confirms one never reaches the dialogue, whoever
speaks. It is answered in the transaction that reads it, and its text is erased in the same. What a code opens is told
to nobody before they have said that it is safe, and nothing they wrote before is ever read back on another phone."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, tee

from sqlalchemy.orm import Session

from bot.conversation.at_once import Arrived, answer_at_once, asking_for_safety, state_of
from bot.conversation.engine import Say, State
from bot.conversation.moving import move_here
from bot.conversation.turn import NEUTRAL, Rooms
from bot.database.states import Safety
from bot.database.tables import Conversation
from bot.dialogue.questions import TAKES_FREE_TEXT
from bot.messages.cover import is_closed, reopen
from bot.messages.message import MessageKind
from bot.messages.return_codes import (
    LastFour,
    check_last_four,
    conversation_with_code,
    forget_last_four,
    is_code_of,
    note_wrong_try,
    sender_of,
    too_many_tries,
    waits_for_last_four,
)
from bot.privacy.return_codes import CODE_DIGITS, LAST_DIGITS, codes_within, is_well_formed, lone_digits
from bot.reports.report_store import lock_conversation

_MOST_LOOKED_UP = 3  # codes in one text; more would be a way to guess faster
_TOLD_ELSEWHERE = "–"
_REFUSED = frozenset({"utter_code_unknown", "utter_code_wait", "utter_code_in_text"})
_ASKED_AS = {"wipe_confirmed": "utter_ask_wipe", "language_choice": "utter_choose_language"}


def take_code(session: Session, arrived: Arrived, rooms: Rooms) -> bool:
    """True when the message was about a code: everything it caused is in this transaction, and no turn follows."""
    if arrived.claimed.kind is MessageKind.TEXT:
        code = lone_digits(arrived.text, CODE_DIGITS)
        if code is not None:
            _take_lone_code(session, arrived, code, rooms)
            return True
        if _took_last_four(session, arrived, rooms):
            return True
    if _holds_code(session, arrived, rooms):
        _answer(session, arrived, "utter_code_in_text", rooms)
        return True
    return False


def _take_lone_code(session: Session, arrived: Arrived, code: str, rooms: Rooms) -> None:
    conversation_id = arrived.claimed.conversation_id
    assert conversation_id is not None
    if not is_well_formed(code):  # a slip of the thumb: nothing was looked up, so it was no guess
        _answer(session, arrived, "utter_code_unknown", rooms)
        return
    sender = sender_of(session, conversation_id, arrived.claimed.channel, rooms.keys)
    if too_many_tries(session, sender):  # also when it would have been right: else waiting could be told from guessing
        _answer(session, arrived, "utter_code_wait", rooms)
        return
    target_id = conversation_with_code(session, code, rooms.keys)
    if target_id is not None:
        # Both are locked, always in the same order; meanwhile it may have been wiped, or given another code.
        locked = {each: lock_conversation(session, each) for each in sorted({conversation_id, target_id})}
        if conversation_with_code(session, code, rooms.keys) == target_id:
            _come_back(session, arrived, locked[conversation_id], locked[target_id], rooms)
            return
    note_wrong_try(session, sender)
    _answer(session, arrived, "utter_code_unknown", rooms)


def _come_back(session: Session, arrived: Arrived, left: Conversation, target: Conversation, rooms: Rooms) -> None:
    """Go on in `target`. The version rises, so that no words of the bot's for another moment or phone still leave."""
    moved = left.id != target.id
    if moved:
        move_here(session, left, target, arrived.claimed, rooms)
    target.safety = Safety.RETURNED
    target.version += 1
    written_at = arrived.claimed.received_at
    target.last_word_at = max(written_at, target.last_word_at or written_at)
    session.flush()
    reopen(session, target.id, written_at)
    state = asking_for_safety(state_of(target, rooms))
    here = replace(arrived, claimed=replace(arrived.claimed, conversation_id=target.id))
    say = "utter_code_continues utter_ask_safe_now"
    _answer(session, here, say, rooms, state=_without_what_was_told(state) if moved else state)


def _without_what_was_told(state: State) -> State:
    """What was told stays told; its words are staff's to read, and are not read back to whoever holds another phone."""
    slots = dict(state["slots"])
    told = [name for name in sorted(TAKES_FREE_TEXT) if slots[name] is not None]
    slots.update(dict.fromkeys(told, _TOLD_ELSEWHERE))
    if told and "confirmed" not in slots["skipped"]:
        slots["skipped"] = [*slots["skipped"], "confirmed"]
    return {**state, "slots": slots}


def _took_last_four(session: Session, arrived: Arrived, rooms: Rooms) -> bool:
    conversation_id = arrived.claimed.conversation_id
    assert conversation_id is not None
    four = lone_digits(arrived.text, LAST_DIGITS)
    if not waits_for_last_four(session, conversation_id):
        return False
    if arrived.gap:  # the phone may be in another hand by now, which need not learn that there is a code
        forget_last_four(session, conversation_id)
        return False
    if four is None:
        return False
    conversation = lock_conversation(session, conversation_id)
    verdict = check_last_four(session, conversation_id, four, rooms.keys)
    if verdict is LastFour.NOT_ASKED:
        return False
    if verdict is LastFour.WRONG:  # they look again: that is what they are asked for, and nothing else
        _answer(session, arrived, "utter_code_not_right", rooms)
        return True
    state = state_of(conversation, rooms)
    _answer(session, arrived, " ".join(["utter_code_kept", *_open_question(state)]), rooms, state=state)
    return True


def _open_question(state: State) -> list[str]:
    """The question that stayed open while they wrote down their code; none when all is told."""
    requested = state["requested_slot"]
    return [_ASKED_AS.get(requested, f"utter_ask_{requested}")] if state["loop"] and requested else []


def _holds_code(session: Session, arrived: Arrived, rooms: Rooms) -> bool:
    """Whether somebody's code stands among the words. Looking is limited as it is for a code alone, but for one's own:
    other numbers with the right check digits are rare, and whoever writes many of them is guessing."""
    conversation_id = arrived.claimed.conversation_id
    assert conversation_id is not None
    some, codes = tee(codes_within(arrived.text))
    candidates = list(dict.fromkeys(islice(some, _MOST_LOOKED_UP)))
    if not candidates:
        return False
    if is_code_of(session, conversation_id, codes, rooms.keys):
        return True
    sender = sender_of(session, conversation_id, arrived.claimed.channel, rooms.keys)
    for code in candidates:
        if too_many_tries(session, sender):
            return False
        if conversation_with_code(session, code, rooms.keys) is not None:
            return True
        note_wrong_try(session, sender)
    return False


def _answer(session: Session, arrived: Arrived, responses: str, rooms: Rooms, *, state: State | None = None) -> None:
    """Its text is erased: it holds a code. To whoever writes in a closed conversation no code was ever given."""
    claimed = arrived.claimed
    assert claimed.conversation_id is not None
    if is_closed(session, claimed.conversation_id, claimed.received_at, rooms.settings.cover_after):
        responses, state = NEUTRAL, None
    names = [name for name in responses.split() if not (arrived.one_of_many and name in _REFUSED)]
    answer_at_once(session, arrived, [Say(response=name) for name in names], rooms, state=state, erase=True)
