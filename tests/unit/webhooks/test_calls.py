"""A key pressed in a call, from Twilio's post through the public door to the alarm, and the words said back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.channels.registry import build_channels
from bot.database.tables import Conversation, InboxMessage
from bot.settings import Settings
from bot.webhooks.app import Door
from tests.fakes.twilio import OUR_NUMBER, FakeTwilio
from tests.unit.webhooks.posting import NUMBER, PUBLIC, post_to, request_to

PATH = "/webhooks/voice_twilio"
QUERY = "?number=101&code=4F7K&language=vi"


@pytest.fixture
def calls(public: Settings, door: Door) -> Iterator[Door]:
    """The door of an installation that calls."""
    settings = public.model_copy(update={"twilio": public.twilio.model_copy(update={"caller": OUR_NUMBER})})
    channels = build_channels(settings)
    yield replace(door, channels=channels)
    for channel in channels.values():
        asyncio.run(channel.close())


def test_a_key_is_stored_before_it_is_answered_in_the_language_of_the_call(calls: Door) -> None:
    posted = FakeTwilio().key(f"{PUBLIC}{PATH}{QUERY}", "1", to=NUMBER)
    response = request_to(calls, "POST", f"{PATH}{QUERY}", posted)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/xml")
    assert 'language="vi-VN"' in response.text
    with calls.database.transaction() as session:
        row = session.scalars(select(InboxMessage)).one()
        assert row.channel == "voice_twilio"
        assert row.text_sealed is not None
        assert b"4F7K" not in row.text_sealed
        assert session.scalars(select(Conversation)).all() == []


def test_the_same_key_posted_twice_is_stored_once(calls: Door) -> None:
    posted = FakeTwilio().key(f"{PUBLIC}{PATH}{QUERY}", "1", to=NUMBER)
    for _ in range(2):
        assert post_to(calls, "voice_twilio", posted, QUERY) == 200
    with calls.database.transaction() as session:
        assert len(session.scalars(select(InboxMessage)).all()) == 1


@pytest.mark.parametrize("query", ["?number=102&code=4F7K&language=vi", "?number=101&code=AAAA&language=vi", ""])
def test_a_key_for_another_page_than_the_signed_one_is_refused(calls: Door, query: str) -> None:
    posted = FakeTwilio().key(f"{PUBLIC}{PATH}{QUERY}", "1", to=NUMBER)
    assert post_to(calls, "voice_twilio", posted, query) == 403


def test_an_unsigned_key_is_refused(calls: Door) -> None:
    posted = FakeTwilio(auth_token="another").key(f"{PUBLIC}{PATH}{QUERY}", "1", to=NUMBER)
    assert post_to(calls, "voice_twilio", posted, QUERY) == 403


def test_the_end_of_a_call_is_taken_at_its_own_address(calls: Door) -> None:
    posted = FakeTwilio().call_ended(f"{PUBLIC}{PATH}/receipt", "CA-1", "no-answer")
    assert post_to(calls, "voice_twilio", posted, "/receipt") == 200


def test_nothing_is_taken_where_nobody_calls(door: Door) -> None:
    posted = FakeTwilio().key(f"{PUBLIC}{PATH}{QUERY}", "1", to=NUMBER)
    assert request_to(door, "POST", f"{PATH}{QUERY}", posted).status_code == 404
