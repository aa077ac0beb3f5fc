"""The server of SMS Gateway for Android over loopback HTTP, and the webhooks the phone would post, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.fakes.http_provider import Answer, Fault, HttpProvider, Posted, Received

USERNAME = "TESTER"
PASSWORD = "test-password-of-nobody"
SIGNING_KEY = "test-signing-key-of-nobody"


@dataclass(frozen=True, kw_only=True)
class SentByPhone:
    """One message the phone was asked to send."""

    id: str
    to: str
    text: str
    priority: int
    ttl_seconds: int | None
    wants_receipt: bool


class FakeSmsGateway(HttpProvider):
    """`with FakeSmsGateway() as gateway:` then give `gateway.url` to the channel as its base_url.

    Like the real server it answers 409 to an id it knows, and `sent` does not grow.
    """

    def __init__(self, username: str = USERNAME, password: str = PASSWORD, signing_key: str = SIGNING_KEY) -> None:
        super().__init__()
        self.username = username
        self.password = password
        self.signing_key = signing_key
        self.sent: list[SentByPhone] = []
        self._ids = itertools.count(1)

    def inbound(self, sender: str, text: str, at: datetime, event_id: str | None = None) -> Posted:
        """An SMS somebody wrote, as the phone posts it at the instant `at`."""
        payload = {
            "messageId": "c0ffee",
            "message": text,
            "sender": sender,
            "phoneNumber": sender,
            "recipient": "+12025550199",
            "simNumber": 1,
            "receivedAt": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        }
        return self.event("sms:received", payload, at, event_id)

    def receipt(self, kind: str, message_id: str, at: datetime, reason: str | None = None) -> Posted:
        """`kind` is "sent", "delivered" or "failed"."""
        payload: dict[str, Any] = {"messageId": message_id, "recipient": "+12025550111", "phoneNumber": "+12025550111"}
        return self.event(f"sms:{kind}", payload | ({"reason": reason} if reason else {}), at)

    def event(self, name: str, payload: dict[str, Any], at: datetime, event_id: str | None = None) -> Posted:
        """Any event, signed at the instant `at`."""
        posted = {
            "deviceId": "device-of-nobody",
            "event": name,
            "id": event_id or f"event-{next(self._ids)}",
            "payload": payload,
            "webhookId": "webhook-of-nobody",
        }
        return self.signed(json.dumps(posted, ensure_ascii=False).encode(), at)

    def signed(self, body: bytes, at: datetime) -> Posted:
        """Any body, signed as the app does it."""
        return self.signed_with(body, str(int(at.timestamp())))

    def signed_with(self, body: bytes, timestamp: str) -> Posted:
        """Any body under any timestamp; written apart from the channel's own code."""
        digest = hmac.new(self.signing_key.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-signature": digest, "x-timestamp": timestamp}
        return Posted(headers=headers, body=body)

    def answer(self, request: Received) -> Answer | None:
        if request.path != "/messages" or request.method != "POST":
            return self.refuse_unexpected(request)
        credentials = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {credentials}":
            return Answer(status=401, body={"message": "Unauthorized"})
        fault, wait = self.next_fault()
        if fault in _REFUSALS:
            return _REFUSALS[fault]
        if fault is Fault.TOO_MANY:
            return Answer(status=429, body={"message": "too many"}, headers={"retry-after": str(wait)})
        if fault is Fault.HANG_UP:
            return None
        answer = self._take(request)
        if fault is Fault.TAKEN_THEN_SILENT:
            self.say_nothing()
            return None
        return Answer(status=202, body=b"<html>") if fault is Fault.GARBAGE else answer

    def _take(self, request: Received) -> Answer:
        order = request.json
        assert isinstance(order, dict)
        if any(order["id"] == known.id for known in self.sent):
            return Answer(status=409, body={"message": "message with the same id already exists"})
        self.sent.append(
            SentByPhone(
                id=order["id"],
                to=order["phoneNumbers"][0],
                text=order["textMessage"]["text"],
                priority=order.get("priority", 0),
                ttl_seconds=order.get("ttl"),
                wants_receipt=order["withDeliveryReport"],
            )
        )
        self.note()
        return Answer(status=202, body={"id": order["id"], "state": "Pending"})


_REFUSALS: dict[Fault | None, Answer] = {
    Fault.SERVER_ERROR: Answer(status=500, body={"message": "failed to handle request"}),
    Fault.UNAVAILABLE: Answer(status=503, body={"message": "queue limits exceeded"}),
    Fault.BAD_GATEWAY: Answer(status=502, body=b"<html>Bad Gateway</html>"),
    Fault.BAD_ADDRESS: Answer(status=400, body={"message": "invalid phone number +12025550111"}),
    Fault.BAD_CREDENTIALS: Answer(status=401, body={"message": "Unauthorized"}),
}
