"""SMS by way of Twilio: a number of their own or a messaging service.

Twilio-class numbers cannot carry free two-way SMS in Thailand, Viet Nam or Cambodia (docs/channels.md); there a phone
with a SIM does (sms_gateway.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from http import HTTPStatus

import httpx
import structlog
from pydantic import SecretStr

from bot.channels.addresses import can_be_answered, telephone
from bot.channels.channel import Delivery, ProviderRequest
from bot.channels.file_download import judged, pieces_of
from bot.channels.provider_answers import after_no_answer
from bot.channels.quiet_http import Timeouts, http_client
from bot.channels.request_body import form_fields, optional_text, required_text
from bot.channels.signatures import demand
from bot.channels.sms_segments import part_count
from bot.channels.twilio_media import kind_of_message, media_in, path_of
from bot.channels.twilio_requests import OPTED_OUT, json_answer, refusal, verify_signature
from bot.errors import PermanentSendError, SendError, UncertainSendError
from bot.messages.message import (
    Audience,
    InboundMessage,
    OutboundMessage,
    Receipt,
    ReceiptState,
    SendResult,
)

_log = structlog.get_logger(__name__)

MOST_PARTS = 10  # beyond it Twilio's limit of 1,600 characters and the carriers' own limits are near (error 21617)
# https://www.twilio.com/docs/api/errors/30005, .../30006: no such telephone, or one that no SMS reaches. 30003 (out of
# coverage, or switched off) is none of them: it may be reached tomorrow.
_GONE = frozenset({"30005", "30006"})
# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
_STATES = {
    "accepted": ReceiptState.ACCEPTED,
    "scheduled": ReceiptState.ACCEPTED,
    "queued": ReceiptState.ACCEPTED,
    "sending": ReceiptState.ACCEPTED,
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.DELIVERED,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}


class TwilioChannel:
    """One Twilio sender. The account's auth token signs webhooks; the account's id is no secret and proves nothing."""

    writes_as_sms = True

    def __init__(
        self,
        *,
        account_sid: str | None,
        auth_token: SecretStr | None,
        sender: str | None,
        webhook_url: str,
        home_region: str,
        name: str = "sms_twilio",
        base_url: str = "https://api.twilio.com",
        reporter_validity: timedelta = timedelta(minutes=10),
        timeouts: Timeouts | None = None,
    ) -> None:
        """`webhook_url` takes receipts. A reporter's message not handed over within `reporter_validity` is dropped."""
        self.name = name
        account = demand(account_sid, f"the account of {name}")
        self._token = demand(auth_token, f"the auth token of {name}")
        self._sender = demand(sender, f"the sender of {name}")
        self._region = home_region
        # A messaging service ("MG...") picks its own number; then there is no number of ours to recognise.
        self._own_number = None if self._sender.startswith("MG") else telephone(self._sender, home_region)
        self._webhook_url = webhook_url
        self._reporter_validity = reporter_validity
        account_url = f"{base_url.rstrip('/')}/2010-04-01/Accounts/{account}"
        self._messages_url, self._media_url = f"{account_url}/Messages.json", f"{account_url}/Messages"
        self._auth = httpx.BasicAuth(account, self._token)
        self._client = http_client(timeouts=timeouts or Timeouts(), auth=self._auth)
        self._downloads = httpx.AsyncClient(timeout=(timeouts or Timeouts()).for_httpx())  # redirects go without login

    def verify(self, request: ProviderRequest) -> None:
        """By the account's auth token."""
        verify_signature(self._token, request)

    def parse(self, request: ProviderRequest) -> Delivery:
        """A message, or a receipt when MessageStatus is there. FromCity, FromZip and such are never read."""
        fields = dict(form_fields(request.body))
        message_id = optional_text(fields, "MessageSid") or required_text(fields, "SmsSid")
        if "MessageStatus" in fields:
            return self._receipt(message_id, fields)
        if "Body" not in fields and "NumMedia" not in fields:
            return Delivery()
        address = telephone(required_text(fields, "From"), self._region)
        if address == self._own_number:  # our own words sent back to us would start an endless talk
            return Delivery()
        if fields.get("OptOutType"):
            # Twilio itself blocks or unblocks the number; the words still reach the dialogue, which knows "stop".
            _log.info("opt_out_word_received", channel=self.name)
        text = optional_text(fields, "Body")
        files = media_in(fields)
        inbound = InboundMessage(
            channel=self.name,
            provider_id=message_id,
            address=address,
            text=text,
            kind=kind_of_message(text, files),
            files=files,
        )
        return Delivery(messages=(inbound,))

    async def send(self, message: OutboundMessage) -> SendResult:
        """One request; Twilio cuts and joins the parts. Refused without sending: over 10 parts, or no number."""
        parts = part_count(message.text)
        if not can_be_answered(message.address):
            raise PermanentSendError("the sender has no number one can answer")
        if not 1 <= parts <= MOST_PARTS:
            detail = f"{parts} parts"
            raise PermanentSendError(detail)
        failure: SendError | None = None
        answer = httpx.Response(HTTPStatus.NO_CONTENT)
        try:
            answer = await self._client.post(self._messages_url, data=self._form(message))
        except httpx.HTTPError as error:
            failure = after_no_answer(error)
        if failure is None and answer.status_code != HTTPStatus.CREATED:
            failure = refusal(answer)
        if failure is not None:
            raise failure
        message_id = optional_text(json_answer(answer), "sid")
        if not message_id:
            raise UncertainSendError("the answer could not be read")
        return SendResult(provider_id=message_id, parts=parts)

    async def fetch_file(self, ref: str, most_bytes: int) -> AsyncIterator[bytes]:
        """With the account's login; the redirect to where the file lies is followed without it
        (https://www.twilio.com/docs/messaging/api/media-resource)."""
        address = f"{self._media_url}/{path_of(ref)}"
        async for piece in pieces_of(self._downloads, address, most_bytes, auth=self._auth):
            yield piece

    async def delete_file(self, ref: str) -> None:
        """Delete Twilio's own copy, which it would keep for ever."""
        failure: SendError | None = None
        try:
            answer = await self._client.delete(f"{self._media_url}/{path_of(ref)}.json")
            if answer.status_code not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
                failure = judged(answer.status_code, answer.headers)
        except httpx.HTTPError as error:
            failure = after_no_answer(error)
        if failure is not None:
            raise failure

    async def close(self) -> None:
        """Give back connections."""
        await self._client.aclose()
        await self._downloads.aclose()

    def _form(self, message: OutboundMessage) -> dict[str, str]:
        """The fields of https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource."""
        origin = "From" if self._own_number else "MessagingServiceSid"
        form = {
            "To": message.address,
            origin: self._own_number or self._sender,
            "Body": message.text,
            "StatusCallback": self._webhook_url,
        }
        if message.audience is Audience.REPORTER:
            # 1 to 36,000 s (https://www.twilio.com/docs/api/errors/21624); later the phone may be in another hand.
            form["ValidityPeriod"] = str(min(36_000, max(1, int(self._reporter_validity.total_seconds()))))
        return form

    def _receipt(self, message_id: str, fields: Mapping[str, str]) -> Delivery:
        state = _STATES.get(fields["MessageStatus"].lower())
        if state is None:
            return Delivery()
        code = optional_text(fields, "ErrorCode")
        if code == OPTED_OUT:
            state = ReceiptState.OPTED_OUT
        elif code in _GONE:
            state = ReceiptState.GONE
        # A code is digits; anything else could be words with an address in them.
        error_code = code if code.isascii() and code.isdigit() else None
        return Delivery(
            receipts=(Receipt(channel=self.name, provider_id=message_id, state=state, error_code=error_code),)
        )
