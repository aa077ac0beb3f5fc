"""The desk for return codes: a message that is one, holds one, or confirms one never reaches the dialogue, whoever
speaks. It is answered in the transaction that reads it, and its text is erased in the same. What a code opens is told
to nobody before they have said that it is safe, and nothing they wrote before is ever read back on another phone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import islice, tee
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation.apply_turn import Rooms, Turn, apply_turn
from bot.conversation.engine import Say, State, TurnAnswer, Understanding
from bot.conversation.languages import Heard, choose
from bot.conversation.moving import move_here
from bot.database.states import Safety
from bot.database.tables import Conversation
from bot.dialogue.questions import TAKES_FREE_TEXT
from bot.dialogue.state import begin, check_state, empty_state
from bot.messages import inbox
from bot.messages.inbox import Claimed
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
from bot.privacy.sealing import ConversationOpener
from bot.reports.report_store import lock_conversation

_MOST_LOOKED_UP = 3  # codes in one text; more would be a way to guess faster
_TOLD_ELSEWHERE = "–"
_REFUSED = frozenset({"utter_code_unknown", "utter_code_wait", "utter_code_in_text"})
_ASKED_AS = {"wipe_confirmed": "utter_ask_wipe", "language_choice": "utter_choose_language"}


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A message before its turn: `text` is normalised, `gap` as for the engine."""

    claimed: Claimed
    heard: Heard
    gap: bool
    sms: bool
    one_of_many: bool = False  # answered with a later one (bot/messages/pace.py)
    text: str = field(repr=False)


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
    state = _asking_for_safety(_state_of(target, rooms), moved=moved)
    here = replace(arrived, claimed=replace(arrived.claimed, conversation_id=target.id))
    _answer(session, here, "utter_code_continues utter_ask_safe_now", rooms, state=state)


def _asking_for_safety(state: State, *, moved: bool) -> State:
    """The state in which the safe question is the open one. What was told stays told; its words are staff's to read,
    and are not read back to whoever holds another phone."""
    asked: dict[str, Any] = begin(state, gap=True, kind="text")
    slots = {**asked["slots"], "wipe_confirmed": None, "language_choice": None, "misses": 0}
    if moved:
        told = [name for name in sorted(TAKES_FREE_TEXT) if slots[name] is not None]
        slots.update(dict.fromkeys(told, _TOLD_ELSEWHERE))
        if told and "confirmed" not in slots["skipped"]:
            slots["skipped"] = [*slots["skipped"], "confirmed"]
    return {**asked, "slots": slots, "loop": "report_form", "requested_slot": "safe_now", "rejected": False}


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
    state = _state_of(conversation, rooms)
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


def _state_of(conversation: Conversation, rooms: Rooms) -> State:
    if conversation.state_sealed is None or conversation.private_key_wrapped is None:
        return empty_state()
    opener = ConversationOpener(rooms.keys, conversation.private_key_wrapped)
    return check_state(json.loads(opener.open(conversation.state_sealed)))


def _answer(session: Session, arrived: Arrived, responses: str, rooms: Rooms, *, state: State | None = None) -> None:
    """Handle it as a turn of which nothing is understood but what to say: urgency and alarm of the floor count."""
    claimed = arrived.claimed
    assert claimed.conversation_id is not None
    # Locked before the inbox row is touched: doors take the two in the same order.
    conversation = lock_conversation(session, claimed.conversation_id)
    inbox.finish(session, claimed)
    inbox.erase_text(session, claimed)
    understood = Understanding()
    turn = Turn(
        claimed=claimed,
        language=choose(arrived.heard, conversation.language, rooms.wording.deployment.default_language.value),
        language_known=not arrived.heard.foreign,
        writes_zawgyi=None,
        sms=arrived.sms,
        version=conversation.version,
        understanding=understood,
        answer=TurnAnswer(
            understanding=understood,
            say=tuple(
                Say(response=name) for name in responses.split() if not (arrived.one_of_many and name in _REFUSED)
            ),
            do=(),
            state=state or _state_of(conversation, rooms),
        ),
    )
    assert conversation.private_key_wrapped is not None, "a wiped conversation receives no messages"
    apply_turn(session, turn, ConversationOpener(rooms.keys, conversation.private_key_wrapped), rooms)
