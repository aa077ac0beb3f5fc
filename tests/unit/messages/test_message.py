"""Messages as data: nothing of them is printed by accident."""

from __future__ import annotations

from dataclasses import fields
from uuid import uuid4

import pytest

from bot.clock import utc_now
from bot.conversation.case_desk import Entry
from bot.conversation.directives import RecordFacts
from bot.conversation.engine import Entity, Say, TurnRequest, Understanding
from bot.dialogue.hearing import Hearing
from bot.dialogue.message import Message
from bot.dialogue.state import empty_state
from bot.escalation.replies import ResponderReply
from bot.messages.contacts import Contact
from bot.messages.inbox import Claimed
from bot.messages.message import (
    Audience,
    Button,
    InboundMessage,
    MessageKind,
    OutboundMessage,
    Receipt,
    ReceiptState,
    SendResult,
)
from bot.messages.normalising import Reading
from bot.messages.outbox import Words
from bot.privacy.sealing import NewConversationKeys

MARKER = "MARKER-5c1d"
SEALED = MARKER.encode()
PARTS = {
    "a received message": InboundMessage(
        channel="sms", provider_id=MARKER, address=MARKER, text=MARKER, callback_id=MARKER
    ),
    "a message to send": OutboundMessage(
        key="k",
        audience=Audience.REPORTER,
        address=MARKER,
        text=MARKER,
        buttons=(Button(title=MARKER, payload=MARKER),),
        reply_to=MARKER,
    ),
    "a receipt": Receipt(channel="sms", provider_id=MARKER, state=ReceiptState.SENT),
    "a provider's answer": SendResult(provider_id=MARKER),
    "a reading": Reading(text=MARKER, other=MARKER),
    "words": Words(text=MARKER, buttons=(Button(title=MARKER, payload=MARKER),)),
    "a contact": Contact(conversation_id=uuid4(), public_key=SEALED),
    "new keys": NewConversationKeys(public=SEALED, private_wrapped=SEALED),
    "a turn's request": TurnRequest(state={"slots": MARKER}, text=MARKER, language="en", channel="sms"),
    "something to say": Say(response="utter_x", arguments={"words": MARKER}),
    "an understanding": Understanding(entities=(Entity(entity="place", value=MARKER, text=MARKER),)),
    "facts": RecordFacts(facts={"details": MARKER}),
    "slots": Hearing({**empty_state()["slots"], "place": MARKER}),
    "message of the dialogue": Message(intent="help_self", text=MARKER, early={"place": MARKER}),
    "an entry staff see": Entry(at=utc_now(), who="reporter", state="text", outbox_id=None, text=MARKER),
    "a responder's reply": ResponderReply(number=101, code=MARKER),
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_a_repr_hides_words_addresses_and_keys(part: object) -> None:
    assert MARKER not in repr(part)
    assert MARKER not in f"{part}"


def test_a_claimed_row_hides_even_what_is_sealed() -> None:
    hidden = {each.name for each in fields(Claimed) if not each.repr}
    assert {each.name for each in fields(Claimed) if each.name.endswith("_sealed")} <= hidden


def test_words_survive_their_json() -> None:
    words = Words(text='a "quote" \x00 \ud800', buttons=(Button(title="ใช่", payload="1"),))
    assert Words.from_json(words.to_json()) == words


def test_receipts_are_ranked_and_a_failure_is_final() -> None:
    ranks = [state.rank for state in (ReceiptState.ACCEPTED, ReceiptState.SENT, ReceiptState.DELIVERED)]
    assert ranks == sorted(set(ranks))
    assert ReceiptState.FAILED.rank == ReceiptState.OPTED_OUT.rank > ranks[-1]


def test_only_words_and_places_are_readable_and_only_voice_and_pictures_may_tell_something() -> None:
    readable = {kind.value for kind in MessageKind if kind.readable}
    telling = {kind.value for kind in MessageKind if kind.may_tell_something}
    assert readable == {"text", "start", "location", "tap"}
    assert telling == {"voice", "photo"}
