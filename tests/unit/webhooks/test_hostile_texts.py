"""Texts made to hurt, through the real door: stored as what they are, answered, never a crash."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.database.states import InboxState
from bot.database.tables import InboxMessage, OutboxMessage
from bot.webhooks.app import Door
from tests.fakes.sms_gateway import FakeSmsGateway
from tests.unit.house import House, count
from tests.unit.webhooks.posting import NUMBER, chat, post_to, sms, stored_texts

HOSTILE = {
    "empty": "",
    "only spaces": " \u3000\t",
    "a hundred kilobytes": "ក្រ" * 11_200,
    "NUL bytes": "he\x00lp\x00",
    "control characters": "".join(chr(code) for code in range(32)),
    "right to left overrides": "\u202e" * 100 + "pleh" + "\u2066x\u2069",
    "ten thousand combining marks": "a" + "\u0301" * 10_000,
    "ten thousand Khmer signs": "ក" + "\u17d2ក" * 5_000,
    "private use and noncharacters": "\ue000\uffff\ufdd0\U0010ffff",
    "emoji families": "👩‍👩‍👧‍👦" * 500,
    "sql": "'; drop table conversation; --",
    "a template": "{{7*7}} {operator} %s ${x} {0}",
    "a slash": "/wipe /restart /help_me{'confirmed': true}",
    "json": '{"intent": {"name": "wipe"}}',
    "one letter": "x",
    "a bare slash": "/",
    "signs nobody sees": "\u200b\u200d\ufeff",
    "nothing but punctuation": "?!",
    "a very long word": "x" * 9_000,
    "newlines": "\n" * 1000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_by_sms_are_stored_as_what_they_are_and_answered(door: Door, house: House, text: str) -> None:
    assert post_to(door, "sms_twilio", sms(text)) == 200
    _answered(door, house, text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_on_telegram_are_stored_as_what_they_are_and_answered(
    door: Door, house: House, text: str
) -> None:
    assert post_to(door, "telegram", chat(text)) == 200
    _answered(door, house, text if text.strip() else "")  # Telegram's table: nothing but spaces is an empty message


@pytest.mark.parametrize("half", ["\ud83d", "a\udc00b", "\ude00\ud83d"], ids=ascii)
def test_half_a_surrogate_pair_on_telegram_is_stored_and_answered(door: Door, house: House, half: str) -> None:
    assert post_to(door, "telegram", chat(half)) == 200
    _answered(door, house, half.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def test_half_a_surrogate_pair_from_the_gateway_is_stored_and_answered(door: Door, house: House) -> None:
    body = json.dumps(
        {
            "event": "sms:received",
            "id": "e1",
            "payload": {
                "messageId": "m1",
                "message": "a\ud83d",
                "sender": NUMBER,
                "phoneNumber": NUMBER,
                "receivedAt": datetime.now(UTC).isoformat(),
            },
        }
    ).encode()
    assert post_to(door, "sms_gateway", FakeSmsGateway().signed(body, datetime.now(UTC))) == 200
    _answered(door, house, "a\ufffd")


def _answered(door: Door, house: House, text: str) -> None:
    assert stored_texts(door.database, door.keys) == [text]
    assert house.handle() == 1
    with door.database.transaction() as session:
        states = session.scalars(select(InboxMessage.state)).all()
        assert states == [InboxState.HANDLED]
        assert count(session, OutboxMessage) >= 1
