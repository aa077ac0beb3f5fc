"""Twilio: what its webhooks mean, what is signed, what is sent. Numbers are of ranges reserved for fiction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.channels.sms_twilio import TwilioChannel
from bot.errors import (
    BadSignatureError,
    ConfigurationError,
    MalformedRequestError,
    MisconfiguredError,
    OptedOutError,
    PermanentSendError,
    SendError,
    TemporarySendError,
)
from bot.messages.message import Audience, MessageKind, OutboundMessage, Receipt, ReceiptState
from tests.fakes.http_provider import Answer, Fault, Posted
from tests.fakes.twilio import ACCOUNT, AUTH_TOKEN, OUR_NUMBER, FakeTwilio

pytestmark = pytest.mark.anyio
URL = "https://sampan.example/webhooks/sms_twilio"
PERSON = "+12025550111"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


@pytest.fixture
async def channel(twilio: FakeTwilio) -> AsyncIterator[TwilioChannel]:
    built = build(twilio.url)
    yield built
    await built.close()


def build(base_url: str, **changed: object) -> TwilioChannel:
    settings: dict[str, object] = {
        "account_sid": ACCOUNT,
        "auth_token": SecretStr(AUTH_TOKEN),
        "sender": OUR_NUMBER,
        "webhook_url": URL,
        "home_region": "TH",
        "base_url": base_url,
        "reporter_validity": timedelta(minutes=10),
    }
    return TwilioChannel(**(settings | changed))  # type: ignore[arg-type]


def message(text: str = "hello", address: str = PERSON, audience: Audience = Audience.REPORTER) -> OutboundMessage:
    return OutboundMessage(key="row-1", audience=audience, address=address, text=text)


@pytest.mark.parametrize(
    ("text", "more", "kind"),
    [
        pytest.param("ជួយផង", {}, MessageKind.TEXT, id="Khmer"),
        pytest.param("a+b & c=d 100%", {}, MessageKind.TEXT, id="characters with a meaning in forms"),
        pytest.param("", {}, MessageKind.EMPTY, id="nothing"),
        pytest.param("  ", {}, MessageKind.EMPTY, id="blanks"),
        pytest.param("", {"NumMedia": "1", "MediaUrl0": "https://MEDIA-MARKER"}, MessageKind.PHOTO, id="a picture"),
        pytest.param("here", {"NumMedia": "2"}, MessageKind.PHOTO, id="a picture with words"),
        pytest.param("STOP", {"OptOutType": "STOP"}, MessageKind.TEXT, id="an opt-out word"),
    ],
)
async def test_what_a_person_sends_is_read_as_decided(
    channel: TwilioChannel, twilio: FakeTwilio, text: str, more: dict[str, str], kind: MessageKind
) -> None:
    request = twilio.inbound(URL, PERSON, text, **more).to(URL)
    channel.verify(request)
    (read,) = channel.parse(request).messages
    assert (read.kind, read.text, read.address) == (kind, text, PERSON)
    assert read.provider_id.startswith("SM-in-")
    assert "MARKER" not in "".join(str(getattr(read, name)) for name in read.__dataclass_fields__)


@pytest.mark.parametrize(
    ("sender", "address"),
    [("+66810000000", "+66810000000"), ("0810000000", "+66810000000"), ("AIS", "name:AIS"), ("1300", "short:1300")],
)
async def test_the_sender_is_one_address_however_it_is_written(
    channel: TwilioChannel, twilio: FakeTwilio, sender: str, address: str
) -> None:
    (read,) = channel.parse(twilio.inbound(URL, sender, "x").to(URL)).messages
    assert read.address == address


async def test_our_own_number_is_never_a_reporter(channel: TwilioChannel, twilio: FakeTwilio) -> None:
    assert channel.parse(twilio.inbound(URL, OUR_NUMBER, "echo").to(URL)).messages == ()


@pytest.mark.parametrize(
    ("status", "code", "state", "kept"),
    [
        ("queued", None, ReceiptState.ACCEPTED, None),
        ("sending", None, ReceiptState.ACCEPTED, None),
        ("sent", None, ReceiptState.SENT, None),
        ("delivered", None, ReceiptState.DELIVERED, None),
        ("read", None, ReceiptState.DELIVERED, None),
        ("undelivered", "30003", ReceiptState.FAILED, "30003"),
        ("failed", "21610", ReceiptState.OPTED_OUT, "21610"),
        ("canceled", None, ReceiptState.FAILED, None),
        ("failed", "no +12025550111", ReceiptState.FAILED, None),
    ],
)
async def test_a_receipt_says_what_became_of_a_message(
    channel: TwilioChannel, twilio: FakeTwilio, status: str, code: str | None, state: ReceiptState, kept: str | None
) -> None:
    request = twilio.receipt(URL, "SM-out-1", status, code).to(URL)
    channel.verify(request)
    delivery = channel.parse(request)
    assert delivery.receipts == (Receipt(channel="sms_twilio", provider_id="SM-out-1", state=state, error_code=kept),)
    assert delivery.messages == ()


async def test_a_status_of_tomorrow_is_dropped(channel: TwilioChannel, twilio: FakeTwilio) -> None:
    assert channel.parse(twilio.receipt(URL, "SM-out-1", "teleported").to(URL)).receipts == ()


@pytest.mark.parametrize(
    ("signed_for", "asked_as"),
    [
        pytest.param(URL, URL, id="the same"),
        pytest.param("https://sampan.example:443/webhooks/sms_twilio", URL, id="signed with the default port"),
        pytest.param(URL, "https://sampan.example:443/webhooks/sms_twilio", id="asked with the default port"),
        pytest.param(URL + "?a=1", URL + "?a=1", id="with a query"),
    ],
)
async def test_the_signature_holds_for_the_public_url(
    channel: TwilioChannel, twilio: FakeTwilio, signed_for: str, asked_as: str
) -> None:
    channel.verify(twilio.inbound(signed_for, PERSON, "x").to(asked_as))


@pytest.mark.parametrize(
    "asked_as",
    [
        "http://sampan.example/webhooks/sms_twilio",
        "https://sampan.example/webhooks/sms_twilio/",
        "https://sampan.example:8443/webhooks/sms_twilio",
        "https://other.example/webhooks/sms_twilio",
    ],
)
async def test_the_signature_does_not_hold_for_another_url(
    channel: TwilioChannel, twilio: FakeTwilio, asked_as: str
) -> None:
    with pytest.raises(BadSignatureError):
        channel.verify(twilio.inbound(URL, PERSON, "x").to(asked_as))


async def test_the_account_id_is_no_secret(channel: TwilioChannel) -> None:
    forged = FakeTwilio(auth_token=ACCOUNT).inbound(URL, PERSON, "x")
    with pytest.raises(BadSignatureError):
        channel.verify(forged.to(URL))


async def test_a_form_that_is_not_utf8_is_refused_at_the_door(channel: TwilioChannel, twilio: FakeTwilio) -> None:
    posted = Posted(headers=twilio.inbound(URL, PERSON, "x").headers, body=b"Body=\xff\xfe&From=x")
    with pytest.raises(BadSignatureError):
        channel.verify(posted.to(URL))
    with pytest.raises(MalformedRequestError):
        channel.parse(posted.to(URL))


async def test_a_message_is_one_body_with_a_receipt_asked_for(channel: TwilioChannel, twilio: FakeTwilio) -> None:
    text = "ก" * 134
    result = await channel.send(message(text))
    (sent,) = twilio.sent
    assert (sent.to, sent.sender, sent.text, sent.status_callback) == (PERSON, OUR_NUMBER, text, URL)
    assert (result.provider_id, result.parts) == (sent.sid, 2)


@pytest.mark.parametrize(("audience", "seconds"), [(Audience.REPORTER, 600), (Audience.RESPONDER, None)])
async def test_only_a_reporters_message_goes_stale(
    channel: TwilioChannel, twilio: FakeTwilio, audience: Audience, seconds: int | None
) -> None:
    await channel.send(message(audience=audience))
    assert twilio.sent[0].validity_seconds == seconds


async def test_a_messaging_service_sends_under_its_own_id(twilio: FakeTwilio) -> None:
    channel = build(twilio.url, sender="MGtest00000000000000000000000000ff")
    await channel.send(message())
    assert twilio.sent[0].sender == "MGtest00000000000000000000000000ff"
    assert "From" not in twilio.received[0].fields
    await channel.close()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("ก" * 671, PERSON, id="eleven parts"),
        pytest.param("", PERSON, id="no words"),
        pytest.param("x", "name:AIS", id="a company"),
        pytest.param("x", "short:1300", id="a short code"),
    ],
)
async def test_what_cannot_be_sent_never_leaves(
    channel: TwilioChannel, twilio: FakeTwilio, text: str, address: str
) -> None:
    with pytest.raises(PermanentSendError):
        await channel.send(message(text, address))
    assert twilio.received == []


async def test_ten_parts_are_sent(channel: TwilioChannel) -> None:
    assert (await channel.send(message("ก" * 670))).parts == 10


REFUSALS: dict[str, tuple[int, int, type[SendError]]] = {
    "no such number": (400, 21211, PermanentSendError),
    "no mobile telephone": (400, 21614, PermanentSendError),
    "they told the carrier to stop": (400, 21610, OptedOutError),
    "our number cannot send": (400, 21606, MisconfiguredError),
    "that country is switched off": (400, 21408, MisconfiguredError),
    "our login is wrong": (401, 20003, MisconfiguredError),
    "too many wait": (400, 21611, TemporarySendError),
}


@pytest.mark.parametrize(("status", "code", "meaning"), REFUSALS.values(), ids=REFUSALS)
async def test_rule_14_only_the_persons_own_number_can_be_what_is_broken(
    channel: TwilioChannel, twilio: FakeTwilio, status: int, code: int, meaning: type[SendError]
) -> None:
    twilio.refusal = Answer(status=status, body={"code": code, "message": PERSON})
    with pytest.raises(SendError) as caught:
        await channel.send(message())
    assert type(caught.value) is meaning


RECEIPTS = {
    "no such telephone": ("undelivered", "30005", ReceiptState.GONE),
    "no telephone an SMS reaches": ("undelivered", "30006", ReceiptState.GONE),
    "switched off or out of coverage": ("undelivered", "30003", ReceiptState.FAILED),
    "told the carrier to stop": ("failed", "21610", ReceiptState.OPTED_OUT),
    "filtered": ("undelivered", "30007", ReceiptState.FAILED),
}


@pytest.mark.parametrize(("status", "code", "state"), RECEIPTS.values(), ids=RECEIPTS)
async def test_rule_14_a_telephone_that_is_not_there_is_told_from_one_that_is_off(
    channel: TwilioChannel, twilio: FakeTwilio, status: str, code: str, state: ReceiptState
) -> None:
    (receipt,) = channel.parse(twilio.receipt(URL, "SM-1", status, code).to(URL)).receipts
    assert receipt.state is state
    assert state.breaks_the_address is (state is not ReceiptState.FAILED)


async def test_an_opted_out_person_is_told_apart(channel: TwilioChannel, twilio: FakeTwilio) -> None:
    twilio.fail_next(Fault.BLOCKED)
    with pytest.raises(OptedOutError):
        await channel.send(message())


@pytest.mark.parametrize("missing", ["account_sid", "auth_token", "sender"])
async def test_a_channel_configured_in_part_refuses_to_start(missing: str) -> None:
    with pytest.raises(ConfigurationError):
        build("http://127.0.0.1:9", **{missing: None})
