"""A call: what is read, in which voice, what the key does, and how a call that nobody took is told of."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.channels.channel import ProviderRequest
from bot.channels.voice_twilio import TwilioVoiceChannel
from bot.errors import BadSignatureError, MalformedRequestError, MisconfiguredError, PermanentSendError, SendError
from bot.messages.message import Audience, Button, OutboundMessage, ReceiptState
from tests.fakes.http_provider import Answer, Posted
from tests.fakes.twilio import ACCOUNT, AUTH_TOKEN, OUR_NUMBER, FakeTwilio

pytestmark = pytest.mark.anyio
URL = "https://door.example/webhooks/voice_twilio"
NOOR = "+12025550111"
PRESSED = f"{URL}?number=198&code=4F7K&language=th"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


@pytest.fixture
async def voice(twilio: FakeTwilio) -> AsyncIterator[TwilioVoiceChannel]:
    channel = TwilioVoiceChannel(
        account_sid=ACCOUNT,
        auth_token=SecretStr(AUTH_TOKEN),
        caller=OUR_NUMBER,
        webhook_url=URL,
        home_region="TH",
        base_url=twilio.url,
    )
    yield channel
    await channel.close()


def page(text: str = "URGENT. Case 198.", language: str = "en", payload: str = "ACK 198 4F7K") -> OutboundMessage:
    buttons = (Button(title="1", payload=payload),) if payload else ()
    return OutboundMessage(
        key="page:1:1", audience=Audience.RESPONDER, address=NOOR, text=text, buttons=buttons, language=language
    )


def posted(posted: Posted, url: str = PRESSED) -> ProviderRequest:
    return posted.to(url)


async def test_a_page_is_read_three_times_and_the_key_goes_to_an_address_with_number_and_code_only(
    voice: TwilioVoiceChannel, twilio: FakeTwilio
) -> None:
    result = await voice.send(page())
    (call,) = twilio.calls
    assert result.provider_id == call.sid
    assert (call.to, call.caller) == (NOOR, OUR_NUMBER)
    assert call.readings == ["URGENT. Case 198."] * 3
    assert call.action == f"{URL}?word=ACK&number=198&code=4F7K&language=en"
    assert "2025550111" not in call.action
    assert 'numDigits="1"' in call.twiml
    assert call.status_callback == f"{URL}/receipt"
    assert 15 <= call.rings_seconds < 30, "shorter than a mailbox, and than a step"


@pytest.mark.parametrize(("language", "voice_of"), [("th", "th-TH"), ("vi", "vi-VN"), ("en", "en-US"), ("km", "en-US")])
async def test_it_is_read_by_a_voice_of_its_language(
    voice: TwilioVoiceChannel, twilio: FakeTwilio, language: str, voice_of: str
) -> None:
    await voice.send(page(language=language))
    assert twilio.calls[0].voices == {voice_of}


async def test_signs_that_mean_something_in_xml_are_read_and_not_obeyed(
    voice: TwilioVoiceChannel, twilio: FakeTwilio
) -> None:
    await voice.send(page(text="a < b & </Say><Hangup/>"))
    assert twilio.calls[0].text == "a < b & </Say><Hangup/>"
    assert "<Hangup/>" not in twilio.calls[0].twiml


@pytest.mark.parametrize("payload", ["", "198 4F7K 1", "ACK 198 4F7K extra", "stop"])
async def test_without_a_page_to_take_no_key_is_asked_for(
    voice: TwilioVoiceChannel, twilio: FakeTwilio, payload: str
) -> None:
    await voice.send(page(payload=payload))
    assert "<Gather" not in twilio.calls[0].twiml


async def test_the_key_one_is_the_acknowledgement_of_that_page(voice: TwilioVoiceChannel, twilio: FakeTwilio) -> None:
    request = posted(twilio.key(PRESSED, "1", to=NOOR, call="CA-7"))
    voice.verify(request)
    delivery = voice.parse(request)
    assert [(each.text, each.address) for each in delivery.messages] == [("ACK 198 4F7K", NOOR)]
    assert delivery.receipts == ()
    assert 'language="th-TH"' in voice.answer(request)
    assert "<Gather" not in voice.answer(request)


@pytest.mark.parametrize("key", ["2", "0", "*", "", "11"])
async def test_any_other_key_takes_nothing_and_is_asked_again(
    voice: TwilioVoiceChannel, twilio: FakeTwilio, key: str
) -> None:
    request = posted(twilio.key(PRESSED, key))
    voice.verify(request)
    assert voice.parse(request).messages == ()
    assert "number=198&amp;code=4F7K&amp;language=th&amp;wrong=1" in voice.answer(request)


ASKED_BY_NAME = f"{URL}?word=YES&number=198&code=4F7K&language=vi"


@pytest.mark.parametrize(("key", "answer"), [("1", "YES 198 4F7K"), ("2", "NO 198 4F7K")])
async def test_who_is_asked_by_name_says_yes_with_one_and_no_with_two(
    voice: TwilioVoiceChannel, twilio: FakeTwilio, key: str, answer: str
) -> None:
    await voice.send(page(text="Mali asks for you.", language="vi", payload="YES 198 4F7K"))
    assert twilio.calls[0].action == ASKED_BY_NAME
    request = posted(twilio.key(ASKED_BY_NAME, key, to=NOOR), ASKED_BY_NAME)
    voice.verify(request)
    assert [each.text for each in voice.parse(request).messages] == [answer]
    assert "<Gather" not in voice.answer(request)
    assert 'language="vi-VN"' in voice.answer(request)


async def test_who_is_asked_by_name_and_presses_another_key_is_asked_again(
    voice: TwilioVoiceChannel, twilio: FakeTwilio
) -> None:
    request = posted(twilio.key(ASKED_BY_NAME, "5"), ASKED_BY_NAME)
    assert voice.parse(request).messages == ()
    assert "word=YES&amp;number=198" in voice.answer(request)
    assert "phím 2" in voice.answer(request)


async def test_after_three_wrong_keys_the_call_ends(voice: TwilioVoiceChannel, twilio: FakeTwilio) -> None:
    again = f"{PRESSED}&wrong=3"
    assert voice.answer(posted(twilio.key(again, "5"), again)).endswith("<Response></Response>")


@pytest.mark.parametrize(
    "other",
    [PRESSED.replace("198", "199"), PRESSED.replace("4F7K", "4F7L"), URL],
    ids=["another case", "another code", "no case"],
)
async def test_the_signature_covers_number_and_code(voice: TwilioVoiceChannel, twilio: FakeTwilio, other: str) -> None:
    with pytest.raises(BadSignatureError):
        voice.verify(posted(twilio.key(PRESSED, "1"), other))


@pytest.mark.parametrize("query", ["", "?number=198", "?number=abc&code=4F7K", "?number=198&code=4f7k%20x"])
async def test_a_key_without_a_page_is_malformed(voice: TwilioVoiceChannel, twilio: FakeTwilio, query: str) -> None:
    with pytest.raises(MalformedRequestError):
        voice.parse(posted(twilio.key(URL + query, "1"), URL + query))


ENDS = {
    "busy": ReceiptState.FAILED,
    "no-answer": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
    "completed": ReceiptState.DELIVERED,
    "ringing": ReceiptState.SENT,
}


@pytest.mark.parametrize(("status", "state"), ENDS.items(), ids=list(ENDS))
async def test_how_a_call_ended_is_a_receipt_of_it(
    voice: TwilioVoiceChannel, twilio: FakeTwilio, status: str, state: ReceiptState
) -> None:
    receipt = f"{URL}/receipt"
    request = posted(twilio.call_ended(receipt, "CA-7", status, SipResponseCode="486"), receipt)
    voice.verify(request)
    (read,) = voice.parse(request).receipts
    assert (read.provider_id, read.state, read.error_code) == ("CA-7", state, "486")


async def test_a_way_a_call_may_end_tomorrow_is_nothing_to_us(voice: TwilioVoiceChannel, twilio: FakeTwilio) -> None:
    request = posted(twilio.call_ended(URL, "CA-7", "teleported"), URL)
    assert voice.parse(request).receipts == ()


REFUSALS: dict[str, tuple[int, type[SendError]]] = {
    "no such number": (21211, PermanentSendError),
    "our number may not call": (21210, MisconfiguredError),
    "our number is none": (21212, MisconfiguredError),
    "that country is switched off": (21215, MisconfiguredError),
}


@pytest.mark.parametrize(("code", "meaning"), REFUSALS.values(), ids=REFUSALS)
async def test_only_the_persons_own_number_can_be_what_is_broken(
    voice: TwilioVoiceChannel, twilio: FakeTwilio, code: int, meaning: type[SendError]
) -> None:
    twilio.refusal = Answer(status=400, body={"code": code, "message": NOOR})
    with pytest.raises(SendError) as caught:
        await voice.send(page())
    assert type(caught.value) is meaning
    assert NOOR not in str(caught.value)


async def test_a_name_or_short_code_is_not_called(voice: TwilioVoiceChannel, twilio: FakeTwilio) -> None:
    message = OutboundMessage(key="k", audience=Audience.RESPONDER, address="short:1300", text="x")
    with pytest.raises(PermanentSendError):
        await voice.send(message)
    assert twilio.calls == []
