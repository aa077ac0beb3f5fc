"""Start reading here: one message of a reporter, from the inbox to everything it causes.

1. `_prepare` (one transaction): open the text, find the language and the situation. A message about a return code
   (return_codes.py), a word of their own or an agreed time (cover_desk.py) is handled there and then, and reaches no
   engine.
2. The engine takes its turn; no transaction is open meanwhile.
3. `_commit` (one transaction): state, words, facts, urgency, alarm, and the inbox row handled. All or nothing.

An urgent message has had its alarm since it came through the door (intake.py); nothing here can delay it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation.apply_turn import apply_turn, conversation_of
from bot.conversation.at_once import Arrived
from bot.conversation.chosen_words import as_a_number
from bot.conversation.command_words import find_command
from bot.conversation.cover_desk import Step, finish_with_engine, opened_request, take_own_word, take_request
from bot.conversation.directives import CallPerson
from bot.conversation.engine import DialogueEngine, Situation, TurnAnswer, TurnRequest
from bot.conversation.languages import Heard, choose, hear
from bot.conversation.return_codes import take_code
from bot.conversation.turn import Rooms, Turn
from bot.conversation.whose_clock import clock_of_writer
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.database.states import Safety
from bot.database.tables import Conversation
from bot.escalation.ownership import bot_spoke_last
from bot.messages import inbox
from bot.messages.inbox import Claimed
from bot.messages.message import MessageKind
from bot.messages.normalising import Reading, read
from bot.messages.pace import answered_with_a_later_one
from bot.privacy.sealing import ConversationOpener, ServiceKeys
from bot.reports.report_store import lock_conversation
from bot.reports.urgency import Urgency
from bot.settings import Settings

_LONGEST_FOR_THE_MODEL = 2000  # characters; the whole text stays sealed and is read by the floor and by people
_OBEYED_BESIDE_A_HUMAN = frozenset("stop wipe code vanish keep status numbers share".split())
_ANSWERED_BESIDE_A_HUMAN = frozenset({"wipe_confirmed", "tell_whom"})
_SITUATIONS = {MessageKind.TEXT: "text", MessageKind.START: "start", MessageKind.LOCATION: "location"}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The parts this module works with, joined in wiring.py. `writes_as_sms` names the channels without buttons."""

    database: Database
    engine: DialogueEngine
    wording: Wording
    settings: Settings
    writes_as_sms: frozenset[str]
    keys: ServiceKeys = field(repr=False)

    @property
    def rooms(self) -> Rooms:
        """What applying a turn needs of it."""
        return Rooms(wording=self.wording, keys=self.keys, settings=self.settings)


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    """What is known before the engine's turn. `converse` is False when a human speaks, or when a later message is
    answered instead: of the engine's answer only what it understood counts then, unless it answers what stays its
    duty. `step` is what the desk for cover made of the message. `writes_zawgyi` is None where it does not tell."""

    request: TurnRequest
    converse: bool
    step: Step
    arrived: Arrived
    version: int
    writes_zawgyi: bool | None


async def handle_message(claimed: Claimed, desk: Desk) -> None:
    """Handle one claimed message of a reporter. LeaseLostError when another worker has taken it over; any other
    error leaves the row to be tried again, and nothing half done."""
    prepared = await desk.database.run(lambda session: _prepare(session, claimed, desk))
    if prepared is None:
        return
    answer = await desk.engine.take_turn(prepared.request)
    await desk.database.run(lambda session: _commit(session, claimed, prepared, answer, desk))


def _prepare(session: Session, claimed: Claimed, desk: Desk) -> _Prepared | None:
    """None when everything the message caused is done already."""
    conversation = conversation_of(session, claimed)
    opener = opener_of(conversation, desk.keys)
    reading = read(opener.open(claimed.text_sealed) if claimed.text_sealed is not None else "")
    text = reading.text
    heard = hear(text) if claimed.kind is MessageKind.TEXT else Heard(language=None)
    default = desk.wording.deployment.default_language.value
    state = json.loads(opener.open(conversation.state_sealed)) if conversation.state_sealed else None
    arrived = _arrived(session, claimed, conversation, reading, heard, state, desk)
    step = _step(session, conversation, arrived, desk.rooms)
    if step is Step.DONE:
        return None
    request = TurnRequest(
        state=state,
        text=text[:_LONGEST_FOR_THE_MODEL],
        language=choose(heard, conversation.language, default),
        channel="sms" if arrived.sms else "telegram",
        situation=_situation(claimed, heard, arrived.gap, blank=not text.strip("/ ")),
        received_at=claimed.received_at,
    )
    if step in (Step.OPENS, Step.SAYS_SAFE):
        request = opened_request(request, conversation, desk.rooms)
    elif step is Step.ANSWERS:
        clock = clock_of_writer(session, conversation, request.language, desk.rooms)
        request = replace(request, received_at=claimed.received_at.astimezone(clock))
    request = as_a_number(request, desk.wording)
    return _Prepared(
        request=request,
        converse=step is not Step.NEUTRAL and _speaks(session, conversation, request, arrived, step),
        version=conversation.version,
        writes_zawgyi=_writes_zawgyi(reading, heard),
        step=step,
        arrived=arrived,
    )


def _arrived(
    session: Session,
    claimed: Claimed,
    conversation: Conversation,
    reading: Reading,
    heard: Heard,
    state: Mapping[str, Any] | None,
    desk: Desk,
) -> Arrived:
    last = inbox.last_word_before(session, claimed)
    gap = last is not None and claimed.received_at - last > desk.settings.hold_after
    return Arrived(
        claimed=claimed,
        heard=heard,
        gap=gap or _forgot_safety(conversation, state),
        sms=claimed.channel in desk.writes_as_sms,
        text=reading.text,
        readings=reading.all,
        first=last is None,
        one_of_many=answered_with_a_later_one(
            session, conversation.id, claimed.id, received_at=claimed.received_at, many=desk.settings.many_messages
        ),
    )


def _speaks(session: Session, conversation: Conversation, request: TurnRequest, arrived: Arrived, step: Step) -> bool:
    silent = conversation.owner_id is not None or arrived.one_of_many
    if not silent or step is Step.OPENS:
        return True
    return _is_the_engines_duty(session, conversation, request, one_of_many=arrived.one_of_many)


def _writes_zawgyi(reading: Reading, heard: Heard) -> bool | None:
    return None if heard.language != "my" or reading.encoding == "unclear" else reading.zawgyi


def _forgot_safety(conversation: Conversation, state: Mapping[str, Any] | None) -> bool:
    """Something but their own silence took the safety away (an agreed word did not come, a human dropped the words):
    the dialogue, which still thinks that it is safe, asks anew as it does after a gap."""
    return conversation.safety is Safety.RETURNED and state is not None and state["slots"].get("safe_now") is True


def _step(session: Session, conversation: Conversation, arrived: Arrived, rooms: Rooms) -> Step:
    """What the desks before the dialogue make of it: their own words first, which open and close everything."""
    step = take_own_word(session, conversation, arrived, rooms)
    if step in (Step.DONE, Step.OPENS):
        return step
    if take_code(session, arrived, rooms):
        return Step.DONE
    return step if step is Step.NEUTRAL else take_request(session, conversation, arrived, rooms)


def _is_the_engines_duty(
    session: Session, conversation: Conversation, request: TurnRequest, *, one_of_many: bool
) -> bool:
    """What is heard even while a human speaks: whether it is safe again, so that what is held may go; stop; erase; whom
    we may tell; the wish for a return code, or for a chat that empties itself; how far their words have come, and whom
    else to call."""
    command = find_command(request.text, request.language)
    if command is not None and command.intent in _OBEYED_BESIDE_A_HUMAN:
        return True
    requested = request.state.get("requested_slot") if request.state is not None else None
    if requested in _ANSWERED_BESIDE_A_HUMAN:
        return True
    if one_of_many:
        return False
    asks_safety = request.situation.gap or conversation.safety in (Safety.RETURNED, Safety.UNSAFE)
    return asks_safety or (requested == "safe_now" and bot_spoke_last(session, conversation.id))


def _situation(claimed: Claimed, heard: Heard, gap: bool, *, blank: bool) -> Situation:
    """Nothing but signs nobody sees, or a bare "/", is no text that an engine could answer."""
    urgent = claimed.floor_urgency is not None and Urgency(claimed.floor_urgency).pages
    unread = heard.foreign or (blank and claimed.kind is MessageKind.TEXT)
    kind = "unreadable" if unread else _SITUATIONS.get(claimed.kind, "unreadable")
    if kind == "unreadable" and urgent:
        kind = "text"  # a picture with an urgent caption: the caption is what counts
    return Situation(urgent=urgent, suicidal="suicide" in claimed.floor_reasons, gap=gap, kind=kind)


def _commit(session: Session, claimed: Claimed, prepared: _Prepared, answer: TurnAnswer, desk: Desk) -> None:
    assert claimed.conversation_id is not None
    # Locked before the inbox row is touched: doors take the two in the same order.
    conversation = lock_conversation(session, claimed.conversation_id)
    step, answered = finish_with_engine(
        session, conversation, prepared.arrived, prepared.step, prepared.version, answer, desk.rooms
    )
    if answered:
        return
    turn = Turn(
        claimed=claimed,
        language=prepared.request.language,
        language_known=step is Step.OPENS or not prepared.arrived.heard.foreign,
        writes_zawgyi=prepared.writes_zawgyi,
        sms=claimed.channel in desk.writes_as_sms,
        version=conversation.version if step is Step.NEUTRAL else prepared.version,
        understanding=answer.understanding,
        answer=answer if prepared.converse and step is not Step.NEUTRAL else None,
        neutral=step is Step.NEUTRAL,
        person_wanted=step is Step.NEUTRAL and any(isinstance(each, CallPerson) for each in answer.do),
        one_of_many=prepared.arrived.one_of_many,
    )
    inbox.finish(session, claimed)
    apply_turn(session, turn, opener_of(conversation, desk.keys), desk.rooms)


def opener_of(conversation: Conversation, keys: ServiceKeys) -> ConversationOpener:
    """What opens this conversation's texts. The key is there until the conversation is wiped."""
    assert conversation.private_key_wrapped is not None, "a wiped conversation receives no messages"
    return ConversationOpener(keys, conversation.private_key_wrapped)
