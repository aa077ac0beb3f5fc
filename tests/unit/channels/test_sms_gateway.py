"""SMS Gateway for Android: its signed webhooks, the replay window, and sending under our own id."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.channels.sms_gateway import SmsGatewayChannel, message_id_for
from bot.errors import (
    BadSignatureError,
    ConfigurationError,
    MalformedRequestError,
    PermanentSendError,
    UncertainSendError,
)
from bot.messages.message import Audience, MessageKind, OutboundMessage, Receipt, ReceiptState
from tests.fakes.http_provider import Fault
from tests.fakes.sms_gateway import PASSWORD, SIGNING_KEY, USERNAME, FakeSmsGateway

pytestmark = pytest.mark.anyio
URL = "https://sampan.example/webhooks/sms_gateway"
NOW = datetime(2026, 9, 22, 2, 14, tzinfo=UTC)
PERSON = "+12025550111"


@pytest.fixture
def gateway() -> Iterator[FakeSmsGateway]:
    with FakeSmsGateway() as fake:
        yield fake


@pytest.fixture
async def channel(gateway: FakeSmsGateway) -> AsyncIterator[SmsGatewayChannel]:
    built = build(gateway.url)
    yield built
    await built.close()


def build(base_url: str, **changed: object) -> SmsGatewayChannel:
    settings: dict[str, object] = {
        "username": USERNAME,
        "password": SecretStr(PASSWORD),
        "signing_key": SecretStr(SIGNING_KEY),
        "base_url": base_url,
        "home_region": "TH",
        "clock": lambda: NOW,
        "replay_window": timedelta(minutes=5),
    }
    return SmsGatewayChannel(**(settings | changed))  # type: ignore[arg-type]


def message(key: str = "row-1", audience: Audience = Audience.REPORTER, **changed: str) -> OutboundMessage:
    return OutboundMessage(
        key=key, audience=audience, address=changed.get("address", PERSON), text=changed.get("text", "hello")
    )


@pytest.mark.parametrize(
    ("event", "payload", "kind", "text"),
    [
        pytest.param("sms:received", {"message": "ជួយផង"}, MessageKind.TEXT, "ជួយផង", id="a text"),
        pytest.param("sms:received", {"message": " "}, MessageKind.EMPTY, " ", id="blanks"),
        pytest.param("sms:received", {"message": None}, MessageKind.EMPTY, "", id="nothing"),
        pytest.param("sms:data-received", {"data": "SGVsbG8="}, MessageKind.EMPTY, "", id="binary"),
        pytest.param("mms:received", {"subject": None, "size": 9}, MessageKind.PHOTO, "", id="a picture announced"),
        pytest.param("mms:received", {"subject": "look"}, MessageKind.PHOTO, "look", id="a picture with a subject"),
        pytest.param("mms:downloaded", {"body": "here", "attachments": []}, MessageKind.PHOTO, "here", id="its words"),
    ],
)
async def test_what_a_person_sends_is_read_as_decided(
    channel: SmsGatewayChannel,
    gateway: FakeSmsGateway,
    event: str,
    payload: dict[str, object],
    kind: MessageKind,
    text: str,
) -> None:
    known = {"messageId": "c0ffee", "sender": PERSON, "receivedAt": "2026-09-22T09:13:30.000+07:00"}
    request = gateway.event(event, known | payload, NOW, "event-7").to(URL)
    channel.verify(request)
    (read,) = channel.parse(request).messages
    assert (read.kind, read.text, read.address, read.provider_id) == (kind, text, PERSON, "event-7")
    assert read.sent_at == NOW - timedelta(seconds=30)


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        pytest.param("system:ping", {"health": {}}, id="a ping"),
        pytest.param("app:started", {}, id="the app started"),
        pytest.param("sms:tomorrow", {"sender": PERSON}, id="a kind of tomorrow"),
        pytest.param("mms:downloaded", {"sender": PERSON, "attachments": []}, id="a picture once more, empty"),
        pytest.param(
            "mms:downloaded", {"sender": PERSON, "attachments": [{"contentType": "application/smil"}]}, id="its layout"
        ),
        pytest.param("sms:received", {"sender": PERSON, "recipient": PERSON, "message": "echo"}, id="our own words"),
    ],
)
async def test_what_we_have_no_use_for_is_dropped(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway, event: str, payload: dict[str, object]
) -> None:
    delivery = channel.parse(gateway.event(event, payload, NOW).to(URL))
    assert (delivery.messages, delivery.receipts) == ((), ())


async def test_an_older_app_names_the_sender_phone_number(channel: SmsGatewayChannel, gateway: FakeSmsGateway) -> None:
    posted = gateway.event("sms:received", {"phoneNumber": "0810000000", "message": "x"}, NOW)
    assert channel.parse(posted.to(URL)).messages[0].address == "+66810000000"


async def test_the_same_words_twice_are_two_messages_and_a_retry_is_one(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway
) -> None:
    ids = [
        channel.parse(gateway.inbound(PERSON, "help", at, event).to(URL)).messages[0].provider_id
        for at, event in [(NOW, "event-1"), (NOW, "event-2"), (NOW + timedelta(seconds=20), "event-1")]
    ]
    assert ids == ["event-1", "event-2", "event-1"]


@pytest.mark.parametrize(
    ("kind", "reason", "state", "kept"),
    [
        ("sent", None, ReceiptState.SENT, None),
        ("delivered", None, ReceiptState.DELIVERED, None),
        ("failed", "RESULT_ERROR_NO_SERVICE", ReceiptState.FAILED, "RESULT_ERROR_NO_SERVICE"),
        ("failed", "cannot send to +12025550111", ReceiptState.FAILED, None),
        ("cancelled", None, ReceiptState.FAILED, None),
    ],
)
async def test_a_receipt_says_what_became_of_a_message(
    channel: SmsGatewayChannel,
    gateway: FakeSmsGateway,
    kind: str,
    reason: str | None,
    state: ReceiptState,
    kept: str | None,
) -> None:
    delivery = channel.parse(gateway.receipt(kind, "row-1", NOW, reason).to(URL))
    assert delivery.receipts == (Receipt(channel="sms_gateway", provider_id="row-1", state=state, error_code=kept),)


@pytest.mark.parametrize("late", [timedelta(minutes=5), -timedelta(minutes=5), timedelta(0)])
async def test_a_request_inside_the_window_is_taken(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway, late: timedelta
) -> None:
    channel.verify(gateway.inbound(PERSON, "x", NOW - late).to(URL))


@pytest.mark.parametrize("late", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1), timedelta(days=9)])
async def test_a_replayed_request_is_refused(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway, late: timedelta
) -> None:
    with pytest.raises(BadSignatureError):
        channel.verify(gateway.inbound(PERSON, "x", NOW - late).to(URL))


@pytest.mark.parametrize("timestamp", ["", "now", "-5", "1e9", "٣", "9" * 12, "9" * 13])
async def test_a_timestamp_that_is_no_time_is_refused(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway, timestamp: str
) -> None:
    request = gateway.inbound(PERSON, "x", NOW).to(URL)
    headers = {**request.headers, "x-timestamp": timestamp}
    with pytest.raises(BadSignatureError):
        channel.verify(dataclasses.replace(request, headers=headers))


async def test_a_signed_time_beyond_the_calendar_is_refused(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway
) -> None:
    with pytest.raises(BadSignatureError):
        channel.verify(gateway.signed_with(b"{}", "9" * 12).to(URL))


@pytest.mark.parametrize("payload", [None, [], "x"])
async def test_an_event_without_its_payload_is_malformed(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway, payload: object
) -> None:
    posted = gateway.event("sms:received", payload, NOW)  # type: ignore[arg-type]
    with pytest.raises(MalformedRequestError):
        channel.parse(posted.to(URL))


async def test_a_message_repeated_under_its_key_is_sent_once(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway
) -> None:
    first, second = await channel.send(message()), await channel.send(message())
    assert first == second
    assert [sent.id for sent in gateway.sent] == [first.provider_id]


async def test_an_answer_that_got_lost_can_be_asked_for_again(gateway: FakeSmsGateway) -> None:
    channel = build(gateway.url)
    gateway.fail_next(Fault.HANG_UP)
    with pytest.raises(UncertainSendError):
        await channel.send(message())
    await channel.send(message())
    assert len(gateway.sent) == 1
    await channel.close()


async def test_a_taken_message_with_an_unreadable_answer_counts_as_taken(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway
) -> None:
    gateway.fail_next(Fault.GARBAGE)
    assert (await channel.send(message())).provider_id == gateway.sent[0].id


@pytest.mark.parametrize(
    ("audience", "priority", "ttl"), [(Audience.REPORTER, 0, 600), (Audience.RESPONDER, 100, None)]
)
async def test_a_page_goes_first_and_a_reporters_message_goes_stale(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway, audience: Audience, priority: int, ttl: int | None
) -> None:
    await channel.send(message(audience=audience))
    (sent,) = gateway.sent
    assert (sent.priority, sent.ttl_seconds, sent.wants_receipt) == (priority, ttl, True)


@pytest.mark.parametrize(
    "changed", [{"address": "name:AIS"}, {"address": "short:1300"}, {"text": ""}, {"text": "ก" * 671}]
)
async def test_what_cannot_be_sent_never_leaves(
    channel: SmsGatewayChannel, gateway: FakeSmsGateway, changed: dict[str, str]
) -> None:
    with pytest.raises(PermanentSendError):
        await channel.send(message(**changed))  # type: ignore[arg-type]
    assert gateway.received == []


def test_the_id_is_our_key_or_a_digest_of_it_never_over_36_characters() -> None:
    assert message_id_for("a" * 36) == "a" * 36
    assert len(message_id_for("a" * 37)) == 36
    assert message_id_for("a" * 37) == message_id_for("a" * 37) != message_id_for("a" * 38)


@pytest.mark.parametrize("missing", ["username", "password", "signing_key"])
async def test_a_channel_configured_in_part_refuses_to_start(missing: str) -> None:
    with pytest.raises(ConfigurationError):
        build("http://127.0.0.1:9", **{missing: None})
