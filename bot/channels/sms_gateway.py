"""SMS by way of a phone with a SIM that runs SMS Gateway for Android (https://docs.sms-gate.app).

Webhooks: https://docs.sms-gate.app/features/webhooks/. Sending: https://docs.sms-gate.app/features/sending-messages/.
Both read in the sources of the app (July 2026) and of its server.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import SecretStr

from bot.channels.addresses import can_be_answered, telephone
from bot.channels.channel import Delivery, ProviderRequest
from bot.channels.provider_answers import after_no_answer, after_status
from bot.channels.quiet_http import Timeouts, http_client
from bot.channels.request_body import instant, json_object, optional_text, required_text
from bot.channels.signatures import demand, require_equal
from bot.channels.sms_gateway_media import attachments_in
from bot.channels.sms_segments import part_count
from bot.clock import Clock
from bot.errors import BadSignatureError, MalformedRequestError, PermanentSendError, SendError, UncertainSendError
from bot.messages.message import (
    Audience,
    InboundMessage,
    MessageKind,
    OutboundMessage,
    Receipt,
    ReceiptState,
    SendResult,
)

MOST_PARTS = 10
LONGEST_ID = 36  # the server's limit for a message's id
_INBOUND = {
    "sms:received": MessageKind.TEXT,
    "sms:data-received": MessageKind.EMPTY,  # binary: nothing a person typed, and nobody can read it
    "mms:received": MessageKind.PHOTO,
    "mms:downloaded": MessageKind.PHOTO,
}
_RECEIPTS = {
    "sms:sent": ReceiptState.SENT,
    "sms:delivered": ReceiptState.DELIVERED,
    "sms:failed": ReceiptState.FAILED,
    "sms:cancelled": ReceiptState.FAILED,
}
_REASON = re.compile(r"[A-Za-z_]{1,64}")  # "RESULT_ERROR_NO_SERVICE"; a sentence could quote the number
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


class SmsGatewayChannel:
    """One phone. Every webhook is signed with the app's signing key and refused outside the replay window."""

    writes_as_sms = True

    def __init__(
        self,
        *,
        username: str | None,
        password: SecretStr | None,
        signing_key: SecretStr | None,
        base_url: str,
        home_region: str,
        clock: Clock,
        name: str = "sms_gateway",
        replay_window: timedelta = timedelta(minutes=5),
        reporter_validity: timedelta = timedelta(minutes=10),
        timeouts: Timeouts | None = None,
    ) -> None:
        """A reporter's message the phone could not send within `reporter_validity` is dropped by the phone."""
        self.name = name
        self._key = demand(signing_key, f"the signing key of {name}")
        self._region = home_region
        self._clock = clock
        self._window = replay_window
        self._reporter_validity = reporter_validity
        self._messages_url = f"{demand(base_url, f'the address of {name}').rstrip('/')}/messages"
        auth = httpx.BasicAuth(demand(username, f"the user of {name}"), demand(password, f"the password of {name}"))
        self._client = http_client(timeouts=timeouts or Timeouts(), auth=auth)

    def verify(self, request: ProviderRequest) -> None:
        """HMAC-SHA256, in hex, over the body followed by X-Timestamp; a retry by the phone is signed anew."""
        timestamp = request.headers.get("x-timestamp", "")
        if not _TIMESTAMP.fullmatch(timestamp):
            raise BadSignatureError
        expected = signature(self._key, request.body, timestamp)
        require_equal(request.headers.get("x-signature", "").lower(), expected)
        if abs(self._clock().timestamp() - int(timestamp)) > self._window.total_seconds():
            raise BadSignatureError

    def parse(self, request: ProviderRequest) -> Delivery:
        """One event. Pings, starts of the app and kinds of tomorrow are dropped."""
        event = json_object(request.body)
        name = required_text(event, "event")
        if name not in _INBOUND and name not in _RECEIPTS:
            return Delivery()
        payload = event.get("payload")
        if not isinstance(payload, dict):
            raise MalformedRequestError
        if name in _RECEIPTS:
            return Delivery(receipts=(self._receipt(name, payload),))
        return Delivery(messages=self._message(name, event, payload))

    async def send(self, message: OutboundMessage) -> SendResult:
        """Queue it on the phone under an id made of our key: 409 says an earlier try arrived; a repeat is harmless."""
        parts = part_count(message.text)
        if not can_be_answered(message.address):
            raise PermanentSendError("the sender has no number one can answer")
        if not 1 <= parts <= MOST_PARTS:
            detail = f"{parts} parts"
            raise PermanentSendError(detail)
        message_id = message_id_for(message.key)
        failure: SendError | None = None
        try:
            answer = await self._client.post(self._messages_url, json=self._order(message_id, message))
            if answer.status_code not in (HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.CREATED, HTTPStatus.CONFLICT):
                failure = _refusal(answer)
        except httpx.HTTPError as error:
            failure = after_no_answer(error)
        if failure is not None:
            raise failure
        return SendResult(provider_id=message_id, parts=parts)

    async def close(self) -> None:
        """Give back connections."""
        await self._client.aclose()

    def _message(self, name: str, event: Mapping[str, Any], payload: Mapping[str, Any]) -> tuple[InboundMessage, ...]:
        """The event's own id is kept over retries; the app says its `messageId` is made of the content, not unique."""
        sender = optional_text(payload, "sender") or required_text(payload, "phoneNumber")
        if sender == payload.get("recipient"):  # the phone's own words sent back to it
            return ()
        text = optional_text(payload, "message") or optional_text(payload, "body") or optional_text(payload, "subject")
        files = attachments_in(payload) if name == "mms:downloaded" else ()
        if name == "mms:downloaded" and not text.strip() and not files:
            return ()  # mms:received has already told of it
        kind = _INBOUND[name]
        if kind is MessageKind.TEXT and not text.strip():
            kind = MessageKind.EMPTY
        inbound = InboundMessage(
            channel=self.name,
            provider_id=required_text(event, "id"),
            address=telephone(sender, self._region),
            text=text,
            kind=kind,
            sent_at=instant(payload.get("receivedAt")),
            files=files,
            completes_earlier=bool(files) and not text.strip(),
        )
        return (inbound,)

    def _receipt(self, name: str, payload: Mapping[str, Any]) -> Receipt:
        reason = optional_text(payload, "reason")
        return Receipt(
            channel=self.name,
            provider_id=required_text(payload, "messageId"),
            state=_RECEIPTS[name],
            error_code=reason if _REASON.fullmatch(reason) else None,
        )

    def _order(self, message_id: str, message: OutboundMessage) -> dict[str, Any]:
        """A page goes before everything that waits on the phone: priorities from 100 skip its own rate limit."""
        order: dict[str, Any] = {
            "id": message_id,
            "phoneNumbers": [message.address],
            "textMessage": {"text": message.text},
            "withDeliveryReport": True,
        }
        if message.audience is Audience.REPORTER:
            # At least 5 s, says the server; later than that the phone may be in another hand.
            return order | {"ttl": max(5, int(self._reporter_validity.total_seconds()))}
        return order | {"priority": 100}


def signature(key: str, body: bytes, timestamp: str) -> str:
    """What X-Signature must hold."""
    return hmac.digest(key.encode(), body + timestamp.encode(), "sha256").hex()


def message_id_for(key: str) -> str:
    """The gateway's id for our idempotency key: always the same, and never longer than it takes."""
    return key if len(key) <= LONGEST_ID else hashlib.sha256(key.encode()).hexdigest()[:LONGEST_ID]


def _refusal(answer: httpx.Response) -> SendError:
    if answer.is_success:
        return UncertainSendError(f"status {answer.status_code}")
    return after_status(answer.status_code, answer.headers)
