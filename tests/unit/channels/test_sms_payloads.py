"""Whole SMS webhook bodies, in the providers' own shapes with nobody's data, and what each is read as."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.channels.channel import Channel, Delivery
from bot.channels.sms_gateway import SmsGatewayChannel
from bot.channels.sms_twilio import TwilioChannel
from bot.channels.twilio_media import kind_of_message, media_in
from bot.database.states import FileKind
from bot.messages.message import MessageKind, ReceiptState
from tests.fakes.http_provider import Posted

pytestmark = pytest.mark.anyio
PAYLOADS = Path(__file__).parents[2] / "payloads"
PERSON = "+12025550111"

MESSAGES = {
    "sms_gateway/text.json": (MessageKind.TEXT, PERSON, "សូមជួយផង គេដកលិខិតឆ្លងដែន"),
    "sms_gateway/text_of_an_older_app.json": (MessageKind.TEXT, PERSON, "Android is always a sweet treat!"),
    "sms_gateway/text_without_a_recipient.json": (MessageKind.TEXT, "+66810000000", "help"),
    "sms_gateway/text_from_a_carrier.json": (MessageKind.TEXT, "name:AIS", "Your package ends today"),
    "sms_gateway/binary.json": (MessageKind.EMPTY, PERSON, ""),
    "sms_gateway/picture_announced.json": (MessageKind.PHOTO, PERSON, ""),
    "sms_gateway/picture_with_words.json": (MessageKind.PHOTO, PERSON, "this house"),
    "sms_gateway/picture_without_words.json": (MessageKind.PHOTO, PERSON, ""),
    "sms_twilio/text.form": (MessageKind.TEXT, PERSON, "xin giúp tôi"),
    "sms_twilio/text_with_form_characters.form": (MessageKind.TEXT, PERSON, "a+b & c=d; 100%\nđường 5"),
    "sms_twilio/blank.form": (MessageKind.EMPTY, PERSON, " "),
    "sms_twilio/picture.form": (MessageKind.PHOTO, PERSON, ""),
    "sms_twilio/picture_with_words.form": (MessageKind.PHOTO, PERSON, "nhà này"),
    "sms_twilio/opt_out_word.form": (MessageKind.TEXT, PERSON, "STOP"),
    "sms_twilio/messaging_service.form": (MessageKind.TEXT, PERSON, "xin giúp tôi"),
    "sms_twilio/national_number.form": (MessageKind.TEXT, "+66810000000", "xin giúp tôi"),
    "sms_twilio/from_a_company.form": (MessageKind.TEXT, "name:Grab", "xin giúp tôi"),
}

RECEIPTS = {
    "sms_gateway/sent.json": (ReceiptState.SENT, None),
    "sms_gateway/delivered.json": (ReceiptState.DELIVERED, None),
    "sms_gateway/failed.json": (ReceiptState.FAILED, "RESULT_ERROR_NO_SERVICE"),
    "sms_gateway/failed_with_words.json": (ReceiptState.FAILED, None),
    "sms_gateway/cancelled.json": (ReceiptState.FAILED, None),
    "sms_twilio/receipt_sent.form": (ReceiptState.SENT, None),
    "sms_twilio/receipt_delivered.form": (ReceiptState.DELIVERED, None),
    "sms_twilio/receipt_undelivered.form": (ReceiptState.FAILED, "30003"),
    "sms_twilio/receipt_opted_out.form": (ReceiptState.OPTED_OUT, "21610"),
}

DROPPED = [
    "sms_gateway/ping.json",
    "sms_gateway/app_started.json",
    "sms_twilio/our_own_number.form",
]


@pytest.fixture
async def channels() -> AsyncIterator[dict[str, Channel]]:
    built: dict[str, Channel] = {
        "sms_gateway": SmsGatewayChannel(
            username="u",
            password=SecretStr("p"),
            signing_key=SecretStr("k"),
            base_url="http://127.0.0.1:9",
            home_region="TH",
            clock=lambda: datetime(2026, 9, 22, tzinfo=UTC),
        ),
        "sms_twilio": TwilioChannel(
            account_sid="ACtest00000000000000000000000000ff",
            auth_token=SecretStr("t"),
            sender="+12025550199",
            webhook_url="https://sampan.example/webhooks/sms_twilio",
            home_region="TH",
        ),
    }
    yield built
    for channel in built.values():
        await channel.close()


def parsed(channels: dict[str, Channel], payload: str) -> Delivery:
    body = (PAYLOADS / payload).read_bytes().rstrip(b"\n")
    channel = payload.partition("/")[0]
    return channels[channel].parse(Posted(headers={}, body=body).to(f"https://sampan.example/webhooks/{channel}"))


@pytest.mark.parametrize("payload", MESSAGES)
async def test_what_a_person_sends_is_read_as_decided(channels: dict[str, Channel], payload: str) -> None:
    (read,) = parsed(channels, payload).messages
    assert (read.kind, read.address, read.text) == MESSAGES[payload]
    assert "MARKER" not in "".join(str(getattr(read, name)) for name in read.__dataclass_fields__)


@pytest.mark.parametrize("payload", RECEIPTS)
async def test_a_receipt_says_what_became_of_a_message(channels: dict[str, Channel], payload: str) -> None:
    delivery = parsed(channels, payload)
    (receipt,) = delivery.receipts
    assert (receipt.state, receipt.error_code) == RECEIPTS[payload]
    assert delivery.messages == ()


@pytest.mark.parametrize("payload", DROPPED)
async def test_what_we_have_no_use_for_is_dropped(channels: dict[str, Channel], payload: str) -> None:
    delivery = parsed(channels, payload)
    assert (delivery.messages, delivery.receipts) == ((), ())


def test_every_payload_file_has_a_decided_answer() -> None:
    files = {str(path.relative_to(PAYLOADS)) for path in PAYLOADS.glob("sms_*/*")}
    assert files == MESSAGES.keys() | RECEIPTS.keys() | set(DROPPED)


async def test_a_picture_by_twilio_is_taken_by_the_two_ids_in_its_address(channels: dict[str, Channel]) -> None:
    (message,) = parsed(channels, "sms_twilio/picture.form").messages
    (file,) = message.files
    assert (file.kind, file.media_type, file.stays_at_provider) == (FileKind.PICTURE, "image/jpeg", True)
    assert file.ref == "MMtest0000000000000000000000000001/MEMARKER00000000000000000000000001"


async def test_a_medium_without_an_address_came_and_cannot_be_fetched(channels: dict[str, Channel]) -> None:
    (message,) = parsed(channels, "sms_twilio/picture_with_words.form").messages
    assert [file.ref is None for file in message.files] == [False, True]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1/../../x",
        "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1.json",
        "file:///etc/passwd",
        "",
    ],
)
async def test_an_address_that_is_not_as_twilio_writes_it_is_no_handle(address: str) -> None:
    (file,) = media_in({"NumMedia": "1", "MediaUrl0": address, "MediaContentType0": "image/jpeg"})
    assert file.ref is None


@pytest.mark.parametrize(
    ("announced", "count"), [("", 0), ("0", 0), ("00", 0), ("2", 2), ("999", 10), ("9999", 1), ("many", 1), ("٢", 1)]
)
async def test_no_number_of_media_makes_it_fail(announced: str, count: int) -> None:
    assert len(media_in({"NumMedia": announced})) == count


async def test_a_message_of_recordings_alone_is_a_voice_message(channels: dict[str, Channel]) -> None:
    files = media_in({"NumMedia": "1", "MediaContentType0": "audio/amr"})
    assert kind_of_message("", files) is MessageKind.VOICE
    assert kind_of_message("", media_in({"NumMedia": "1", "MediaContentType0": "image/png"})) is MessageKind.PHOTO


async def test_the_phone_brings_its_picture_along(channels: dict[str, Channel]) -> None:
    (message,) = parsed(channels, "sms_gateway/picture_with_words.json").messages
    (file,) = message.files
    assert (file.kind, file.media_type, file.ref) == (FileKind.PICTURE, "image/jpeg", None)
    assert file.content == b"\xff\xd8\xff\xe0\x00\x10"
    assert not message.completes_earlier, "it has words: a message of its own"


async def test_a_picture_whose_data_did_not_come_completes_the_one_announced(channels: dict[str, Channel]) -> None:
    (message,) = parsed(channels, "sms_gateway/picture_without_words.json").messages
    assert (message.completes_earlier, [file.content for file in message.files]) == (True, [None])
