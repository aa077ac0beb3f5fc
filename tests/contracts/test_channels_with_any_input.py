"""Whatever is posted, a channel reads it or calls it malformed: no input may stop the door or a poll."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.channel import Channel, ProviderRequest
from bot.errors import BadSignatureError, MalformedRequestError
from tests.contracts.channel_subjects import SUBJECTS, Subject

pytestmark = pytest.mark.anyio

ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("\ud83d")
JSON = st.recursive(ATOMS, lambda inner: st.lists(inner, max_size=3), max_leaves=4)


def shaped(names: str, inner: st.SearchStrategy[object] = JSON) -> st.SearchStrategy[dict[str, object]]:
    """An object with any of these names and anything in them."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names.split(), inner))


CHAT = st.fixed_dictionaries({"id": st.integers() | JSON, "type": st.sampled_from(["private", "group"]) | JSON}) | JSON
MESSAGE = st.fixed_dictionaries(
    {"chat": CHAT},
    optional={
        "from": shaped("id is_bot") | JSON,
        "date": st.integers() | JSON,
        "location": shaped("latitude longitude", st.floats() | st.integers()) | JSON,
        "poll": shaped("question options") | JSON,
        **dict.fromkeys(("text", "caption", "photo", "voice", "pinned_message", "anything"), JSON),
    },
)
QUERY = st.fixed_dictionaries(
    {"from": shaped("id") | JSON, "data": JSON}, optional={"id": JSON, "message": MESSAGE | JSON}
)
UPDATES = st.fixed_dictionaries(
    {"update_id": st.integers() | JSON},
    optional={"message": MESSAGE | JSON, "edited_message": MESSAGE | JSON, "callback_query": QUERY | JSON},
)
EVENTS = st.fixed_dictionaries(
    {
        "event": st.sampled_from(["sms:received", "mms:received", "mms:downloaded", "sms:failed", "sms:sent"]) | JSON,
        "payload": shaped("messageId message sender recipient phoneNumber body subject reason receivedAt") | JSON,
    },
    optional={"id": JSON},
)
POSTED = shaped("id from text kind callback sent_at")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FORMS = st.fixed_dictionaries(
    {"MessageSid": TEXT}, optional=dict.fromkeys("From Body NumMedia MessageStatus ErrorCode OptOutType".split(), TEXT)
)


def bodies_for(subject: Subject) -> st.SearchStrategy[bytes]:
    """Bodies that come close enough to real ones to reach the far branches, and any bytes at all."""
    as_json: Callable[[object], bytes] = lambda value: json.dumps(value).encode()  # noqa: E731
    near: dict[str, st.SearchStrategy[bytes]] = {
        "telegram": UPDATES.map(as_json),
        "telegram_staff": UPDATES.map(as_json),
        "sms_twilio": FORMS.map(lambda form: urlencode(form).encode()),
        "sms_gateway": EVENTS.map(as_json),
    }
    return near.get(subject.name, POSTED.map(as_json)) | st.binary(max_size=200)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
async def test_any_body_is_read_or_malformed(subject: Subject) -> None:
    with subject.live() as live:
        feed_anything(live.channel, subject)
        await live.channel.close()


def feed_anything(channel: Channel, subject: Subject) -> None:
    @settings(max_examples=100, deadline=None)
    @given(body=bodies_for(subject))
    def feed(body: bytes) -> None:
        request = ProviderRequest(method="POST", url=subject.url, headers={}, body=body)
        with pytest.raises(BadSignatureError):
            channel.verify(request)
        try:
            delivery = channel.parse(request)
        except MalformedRequestError:
            return
        for message in delivery.messages:
            message.text.encode()
            assert message.address
            assert message.provider_id

    feed()
