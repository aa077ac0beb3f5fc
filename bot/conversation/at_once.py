"""Messages that reach no engine: answered in the transaction that reads them. Return codes, words of the person's own
and agreed times are taken by desks that stand before the dialogue, and answer through this module."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation.apply_turn import apply_turn
from bot.conversation.directives import Directive
from bot.conversation.engine import Say, State, TurnAnswer, Understanding
from bot.conversation.languages import Heard, choose
from bot.conversation.turn import Rooms, Turn
from bot.database.tables import Conversation
from bot.dialogue.state import begin, check_state, empty_state
from bot.messages import inbox
from bot.messages.inbox import Claimed
from bot.privacy.sealing import ConversationOpener
from bot.reports.report_store import lock_conversation


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A message before its turn: `text` is normalised, `readings` are all that it may say, `gap` as for the engine;
    `first` when they never wrote before."""

    claimed: Claimed
    heard: Heard
    gap: bool
    sms: bool
    text: str = field(repr=False)
    readings: tuple[str, ...] = field(repr=False)
    first: bool = False
    one_of_many: bool = False  # answered with a later one (bot/messages/pace.py)


def answer_at_once(
    session: Session,
    arrived: Arrived,
    say: Sequence[Say],
    rooms: Rooms,
    *,
    state: State | None = None,
    erase: bool = False,
    do: tuple[Directive, ...] = (),
    understood: Understanding | None = None,
) -> None:
    """Handle it as a turn whose answer is known: urgency and alarm of the floor count. `state` None leaves the
    dialogue where it is; `erase` when nobody is to read the message."""
    claimed = arrived.claimed
    assert claimed.conversation_id is not None
    # Locked before the inbox row is touched: doors take the two in the same order.
    conversation = lock_conversation(session, claimed.conversation_id)
    inbox.finish(session, claimed)
    if erase:
        inbox.erase_text(session, claimed)
    understood = understood or Understanding()
    turn = Turn(
        claimed=claimed,
        language=(conversation.language if erase else None) or language_of(conversation, arrived, rooms),
        language_known=erase or not arrived.heard.foreign,  # a secret word is of no language
        writes_zawgyi=None,
        sms=arrived.sms,
        version=conversation.version,
        understanding=understood,
        answer=TurnAnswer(
            understanding=understood, say=tuple(say), do=do, state=state or state_of(conversation, rooms)
        ),
    )
    assert conversation.private_key_wrapped is not None, "a wiped conversation receives no messages"
    apply_turn(session, turn, ConversationOpener(rooms.keys, conversation.private_key_wrapped), rooms)


def language_of(conversation: Conversation, arrived: Arrived, rooms: Rooms) -> str:
    """The language to read and answer this message in."""
    return choose(arrived.heard, conversation.language, rooms.wording.deployment.default_language.value)


def state_of(conversation: Conversation, rooms: Rooms) -> State:
    """The dialogue as the last turn left it."""
    if conversation.state_sealed is None or conversation.private_key_wrapped is None:
        return empty_state()
    opener = ConversationOpener(rooms.keys, conversation.private_key_wrapped)
    return check_state(json.loads(opener.open(conversation.state_sealed)))


def asking_for_safety(state: State) -> State:
    """The state in which the safe question is the open one, and nothing else is."""
    asked = forgetting_safety(state)
    return {**asked, "loop": "report_form", "requested_slot": "safe_now"}


def forgetting_safety(state: State) -> State:
    """The state in which no question is open and the next message brings the safe question."""
    forgotten: dict[str, Any] = begin(state, gap=True, kind="text")
    slots = {**forgotten["slots"], "wipe_confirmed": None, "language_choice": None, "misses": 0}
    return {**forgotten, "slots": slots, "loop": None, "requested_slot": None, "rejected": False}
