"""A telephone call by way of Twilio, to wake a responder: a voice reads the page, and the key 1 takes the case.

Nothing of a case is in it but number and urgency, as the page has no more. The key comes back to an address of ours
that holds the number of the case and the code of the page, and enters like the same words by SMS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.sax.saxutils import escape, quoteattr

import httpx
from pydantic import SecretStr

from bot.channels.addresses import can_be_answered, telephone
from bot.channels.channel import Delivery, ProviderRequest
from bot.channels.provider_answers import after_no_answer
from bot.channels.quiet_http import Timeouts, http_client
from bot.channels.request_body import form_fields, optional_text, required_text
from bot.channels.signatures import demand
from bot.channels.twilio_requests import json_answer, refusal, verify_signature
from bot.errors import MalformedRequestError, PermanentSendError, SendError, UncertainSendError
from bot.messages.message import Audience, InboundMessage, OutboundMessage, Receipt, ReceiptState, SendResult

TAKE_KEY, REFUSE_KEY = "1", "2"
_TIMES_READ = 3  # once, and repeated twice: whoever is torn from sleep hears the first half of it
_RINGS_FOR = timedelta(seconds=25)  # mailboxes answer at about 30 s, and the next step is due at 60
_MOST_WRONG_KEYS = 3
# What the key 1 says. Who is asked by name may also say no, with 2: the page is then the first of two buttons.
_TAKE = re.compile(r"(ACK|YES) (\d{1,9}) ([A-Z0-9]{4})\Z")
_ASKED_BY_NAME = "YES"
# Voices of https://www.twilio.com/docs/voice/twiml/say/text-speech; none there speaks Khmer or Burmese.
_VOICES = {
    "th": ("th-TH", "Google.th-TH-Standard-A"),
    "vi": ("vi-VN", "Google.vi-VN-Standard-A"),
    "en": ("en-US", "Polly.Joanna"),
}
_AFTER_KEY = {
    "th": ("รับทราบแล้ว กรุณาเปิดคอนโซล", "กด 1 เพื่อรับเรื่อง", "รับทราบแล้ว จะแจ้งคนที่ขอมา", "กด 1 ถ้ารับ กด 2 ถ้าไม่สะดวก"),
    "vi": (
        "Đã nghe. Xin mở bảng điều khiển.",
        "Nhấn phím 1 để nhận vụ việc.",
        "Đã nghe. Người hỏi sẽ được báo.",
        "Nhấn phím 1 nếu nhận, phím 2 nếu không.",
    ),
    "en": (
        "Heard. Please open the console.",
        "Press 1 to take the case.",
        "Heard. Whoever asked is told.",
        "Press 1 for yes, 2 for no.",
    ),
}
# How a call ended: https://www.twilio.com/docs/voice/api/call-resource#call-status-values. "completed" says that
# something picked up, perhaps a mailbox; only the key acknowledges.
_STATES = {
    "queued": ReceiptState.ACCEPTED,
    "initiated": ReceiptState.ACCEPTED,
    "ringing": ReceiptState.SENT,
    "in-progress": ReceiptState.SENT,
    "completed": ReceiptState.DELIVERED,
    "busy": ReceiptState.FAILED,
    "no-answer": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}


class TwilioVoiceChannel:
    """Calls from one Twilio number. It takes no calls: whoever rings it has no way in."""

    writes_as_sms = False

    def __init__(
        self,
        *,
        account_sid: str | None,
        auth_token: SecretStr | None,
        caller: str | None,
        webhook_url: str,
        home_region: str,
        name: str = "voice_twilio",
        base_url: str = "https://api.twilio.com",
        timeouts: Timeouts | None = None,
    ) -> None:
        """`caller` is a number of the account that may make calls; `webhook_url` takes keys and receipts."""
        self.name = name
        account = demand(account_sid, f"the account of {name}")
        self._token = demand(auth_token, f"the auth token of {name}")
        self._caller = telephone(demand(caller, f"the number of {name}"), home_region)
        self._region = home_region
        self._webhook_url = webhook_url
        self._calls_url = f"{base_url.rstrip('/')}/2010-04-01/Accounts/{account}/Calls.json"
        self._client = http_client(timeouts=timeouts or Timeouts(), auth=httpx.BasicAuth(account, self._token))

    def verify(self, request: ProviderRequest) -> None:
        """By the account's auth token; the signature covers the address with its number and code too."""
        verify_signature(self._token, request)

    def parse(self, request: ProviderRequest) -> Delivery:
        """A pressed key, or how the call went. The caller's town and name are never read."""
        fields = dict(form_fields(request.body))
        call_id = required_text(fields, "CallSid")
        if "Digits" in fields:
            return self._key(request, call_id, fields)
        state = _STATES.get(required_text(fields, "CallStatus").lower())
        if state is None:
            return Delivery()
        code = optional_text(fields, "SipResponseCode") or optional_text(fields, "ErrorCode")
        error_code = code if code.isascii() and code.isdigit() else None
        return Delivery(receipts=(Receipt(channel=self.name, provider_id=call_id, state=state, error_code=error_code),))

    def _key(self, request: ProviderRequest, call_id: str, fields: Mapping[str, str]) -> Delivery:
        """The key 1 is the acknowledgement of the page whose number and code we wrote into the address, or a yes to
        whoever asks by name; the key 2 is a no to that."""
        asked = _asked(request.url)
        word, number, code = asked.get("word", "ACK"), asked.get("number", ""), asked.get("code", "")
        if not _TAKE.match(f"{word} {number} {code}"):
            raise MalformedRequestError
        address = telephone(required_text(fields, "To"), self._region)  # of a call that we made, "To" is the responder
        if fields["Digits"] != TAKE_KEY and not _refuses(fields, asked):
            return Delivery()
        said = "NO" if _refuses(fields, asked) else word
        answered = InboundMessage(
            channel=self.name, provider_id=f"{call_id}:key", address=address, text=f"{said} {number} {code}"
        )
        return Delivery(messages=(answered,))

    def answer(self, request: ProviderRequest) -> str:
        """What Twilio says next in the call, once the key is stored."""
        fields = dict(form_fields(request.body))
        if "Digits" not in fields:
            return _spoken("")
        asked = _asked(request.url)
        language = asked.get("language", "en")
        thanks, press, refused, press_either = _AFTER_KEY.get(language, _AFTER_KEY["en"])
        wrong = int(asked["wrong"]) + 1 if asked.get("wrong", "").isdecimal() and len(asked["wrong"]) == 1 else 1
        if fields["Digits"] == TAKE_KEY:
            return _spoken(_said(thanks, language))
        if _refuses(fields, asked):
            return _spoken(_said(refused, language))
        if wrong > _MOST_WRONG_KEYS:
            return _spoken("")
        press = press_either if asked.get("word") == _ASKED_BY_NAME else press
        return _spoken(_asking(press, language, self._action(asked | {"wrong": str(wrong)}), times=1))

    async def send(self, message: OutboundMessage) -> SendResult:
        """One call. Only a responder is ever called: a ringing telephone would betray a reporter."""
        if message.audience is not Audience.RESPONDER:
            raise PermanentSendError("only responders are called")
        if not can_be_answered(message.address):
            raise PermanentSendError("there is no number to call")
        failure: SendError | None = None
        answer = httpx.Response(HTTPStatus.NO_CONTENT)
        try:
            answer = await self._client.post(self._calls_url, data=self._form(message))
        except httpx.HTTPError as error:
            failure = after_no_answer(error)
        if failure is None and answer.status_code != HTTPStatus.CREATED:
            failure = refusal(answer)
        if failure is not None:
            raise failure
        call_id = optional_text(json_answer(answer), "sid")
        if not call_id:
            raise UncertainSendError("the answer could not be read")
        return SendResult(provider_id=call_id)

    async def close(self) -> None:
        """Give back connections."""
        await self._client.aclose()

    def _form(self, message: OutboundMessage) -> dict[str, str]:
        """The fields of https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource. Without
        StatusCallbackEvent Twilio posts once, when the call has ended in whatever way."""
        return {
            "To": message.address,
            "From": self._caller,
            "Twiml": self._words(message),
            "StatusCallback": f"{self._webhook_url}/receipt",
            "Timeout": str(int(_RINGS_FOR.total_seconds())),
        }

    def _words(self, message: OutboundMessage) -> str:
        """Read three times over, listening for the key all the while; without a page nothing is asked."""
        take = next((match for button in message.buttons if (match := _TAKE.match(button.payload))), None)
        if take is None:
            return _spoken(_said(message.text, message.language, times=_TIMES_READ))
        action = self._action({"word": take[1], "number": take[2], "code": take[3], "language": message.language})
        return _spoken(_asking(message.text, message.language, action, times=_TIMES_READ))

    def _action(self, asked: Mapping[str, str]) -> str:
        return f"{self._webhook_url}?{urlencode(asked)}"


def _asked(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def _refuses(fields: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    """Only who is asked by name can say no: an urgent page goes on until somebody takes it."""
    return fields["Digits"] == REFUSE_KEY and asked.get("word") == _ASKED_BY_NAME


def _asking(text: str, language: str, action: str, *, times: int) -> str:
    said = _said(text, language, times=times)
    return f'<Gather input="dtmf" numDigits="1" timeout="10" method="POST" action={quoteattr(action)}>{said}</Gather>'


def _said(text: str, language: str, *, times: int = 1) -> str:
    locale, voice = _VOICES.get(language, _VOICES["en"])
    said = f'<Say language="{locale}" voice="{voice}">{escape(text)}</Say>'
    return '<Pause length="1"/>'.join([said] * times)


def _spoken(verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'
