"""Twilio's Messages API for one account over loopback HTTP, and the webhooks Twilio would post, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

from tests.fakes.http_provider import Answer, Fault, HttpProvider, Posted, Received

ACCOUNT = "ACtest00000000000000000000000000ff"
AUTH_TOKEN = "test-auth-token-of-nobody"
OUR_NUMBER = "+12025550199"  # 555-01xx: reserved for fiction


@dataclass(frozen=True, kw_only=True)
class SentByTwilio:
    """One message the channel asked Twilio to send."""

    sid: str
    to: str
    sender: str
    text: str
    status_callback: str
    validity_seconds: int | None


@dataclass(frozen=True, kw_only=True)
class CallByTwilio:
    """One call the channel asked Twilio to make: what is read, how often, by which voice, and where the key goes."""

    sid: str
    to: str
    caller: str
    twiml: str
    status_callback: str
    rings_seconds: int

    @property
    def text(self) -> str:
        return unescape(self.readings[0])

    @property
    def readings(self) -> list[str]:
        return re.findall(r"<Say[^>]*>([^<]*)</Say>", self.twiml)

    @property
    def voices(self) -> set[str]:
        return set(re.findall(r'<Say language="([^"]*)"', self.twiml))

    @property
    def action(self) -> str:
        """The address Twilio posts the key to; empty when no key is asked for."""
        found = re.search(r'action="([^"]*)"', self.twiml)
        return unescape(found[1]) if found else ""


class FakeTwilio(HttpProvider):
    """`with FakeTwilio() as twilio:` then give `twilio.url` to the channel as its base_url."""

    def __init__(self, account: str = ACCOUNT, auth_token: str = AUTH_TOKEN) -> None:
        super().__init__()
        self.account = account
        self.auth_token = auth_token
        self.sent: list[SentByTwilio] = []
        self.refusal: Answer | None = None  # said to everything from now on
        self.calls: list[CallByTwilio] = []
        self.media: dict[str, bytes] = {}
        self.media_deleted: list[str] = []
        self._ids = itertools.count(1)

    def inbound(self, url: str, sender: str, text: str, **more: str) -> Posted:
        """A message somebody wrote, as Twilio posts it to `url`, with all it knows of them."""
        fields = {
            "ToCountry": "US",
            "SmsMessageSid": f"SM-in-{next(self._ids)}",
            "NumMedia": "0",
            "FromCity": "CITY-MARKER",
            "FromState": "STATE-MARKER",
            "FromZip": "ZIP-MARKER",
            "FromCountry": "TH",
            "SmsStatus": "received",
            "Body": text,
            "To": OUR_NUMBER,
            "NumSegments": "1",
            "AccountSid": self.account,
            "From": sender,
            "ApiVersion": "2010-04-01",
        }
        fields["MessageSid"] = fields["SmsSid"] = fields["SmsMessageSid"]
        return self.signed(url, fields | more)

    def holds_media(self, content: bytes) -> str:
        """Keep a medium as Twilio does; its handle, "message/medium"."""
        number = next(self._ids)
        handle = f"MMtest{number}/MEtest{number}"
        self.media[handle] = content
        return handle

    def media_fields(self, handle: str, content_type: str) -> dict[str, str]:
        """What the webhook of a message with this medium says of it."""
        message, medium = handle.split("/")
        url = f"https://api.twilio.com/2010-04-01/Accounts/{self.account}/Messages/{message}/Media/{medium}"
        return {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": content_type}

    def receipt(self, url: str, sid: str, status: str, error_code: str | None = None) -> Posted:
        """What Twilio later says of a message it took."""
        fields = {
            "MessageSid": sid,
            "SmsSid": sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": "+12025550111",
            "From": OUR_NUMBER,
            "AccountSid": self.account,
            "ApiVersion": "2010-04-01",
        }
        return self.signed(url, fields | ({"ErrorCode": error_code} if error_code else {}))

    def key(self, url: str, key: str, *, to: str = "+12025550111", call: str = "CA-test", **more: str) -> Posted:
        """A key pressed in a call we made to `to`, with all Twilio tells of where that telephone is."""
        fields = {
            "AccountSid": self.account,
            "ApiVersion": "2010-04-01",
            "CallSid": call,
            "CallStatus": "in-progress",
            "Called": to,
            "CalledCity": "CITY-MARKER",
            "Caller": OUR_NUMBER,
            "Digits": key,
            "Direction": "outbound-api",
            "FinishedOnKey": "",
            "From": OUR_NUMBER,
            "To": to,
            "ToCity": "CITY-MARKER",
            "msg": "Gather End",
        }
        return self.signed(url, fields | more)

    def call_ended(self, url: str, sid: str, status: str, **more: str) -> Posted:
        """How a call we made ended."""
        fields = {
            "AccountSid": self.account,
            "CallSid": sid,
            "CallStatus": status,
            "CallDuration": "0",
            "To": "+12025550111",
            "ToCity": "CITY-MARKER",
            "From": OUR_NUMBER,
            "Direction": "outbound-api",
        }
        return self.signed(url, fields | more)

    def signed(self, url: str, fields: dict[str, str]) -> Posted:
        """Any form, signed as Twilio does it; written apart from the channel's own code."""
        text = url
        for name in sorted(fields):
            text += name + fields[name]
        digest = hmac.new(self.auth_token.encode(), text.encode(), hashlib.sha1).digest()
        return Posted(
            headers={
                "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
                "x-twilio-signature": base64.b64encode(digest).decode(),
            },
            body=urlencode(fields).encode(),
        )

    def answer(self, request: Received) -> Answer | None:
        if self.refusal is not None:
            return self.refusal
        if request.path.startswith("/stored/"):
            return self._give_stored(request)
        if "/Media/" in request.path:
            return self._answer_media(request)
        account = f"/2010-04-01/Accounts/{self.account}"
        if request.path not in (f"{account}/Messages.json", f"{account}/Calls.json"):
            return self.refuse_unexpected(request)
        credentials = base64.b64encode(f"{self.account}:{self.auth_token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {credentials}":
            return _error(401, 20003, "Authenticate")
        fault, wait = self.next_fault()
        if fault in _REFUSALS:
            return _REFUSALS[fault]
        if fault is Fault.TOO_MANY:
            limited = _error(429, 20429, "Too Many Requests")
            return Answer(status=429, body=limited.body, headers={"retry-after": str(wait)})
        if fault is Fault.HANG_UP:
            return None
        answer = self._call(request) if request.path.endswith("/Calls.json") else self._take(request)
        if fault is Fault.TAKEN_THEN_SILENT:
            self.say_nothing()
            return None
        return Answer(status=201, body=b"<html>") if fault is Fault.GARBAGE else answer

    def _answer_media(self, request: Received) -> Answer | None:
        """With a login only; to fetch redirects to where it is stored, to delete answers 204
        (https://www.twilio.com/docs/messaging/api/media-resource)."""
        credentials = base64.b64encode(f"{self.account}:{self.auth_token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {credentials}":
            return _error(401, 20003, "Authenticate")
        below = request.path.removeprefix(f"/2010-04-01/Accounts/{self.account}/Messages/")
        handle = below.removesuffix(".json").replace("/Media/", "/")
        fails, answer = self.failing_file("delete_file" if request.method == "DELETE" else "file", _REFUSALS)
        if fails:
            return answer
        if handle not in self.media:
            return _error(404, 20404, "The requested resource was not found")
        if request.method == "DELETE":
            del self.media[handle]
            self.media_deleted.append(handle)
            self.note()
            return Answer(status=204, body=b"")
        return Answer(status=307, headers={"location": f"{self.url}/stored/{handle}"})

    def _give_stored(self, request: Received) -> Answer:
        """The store is another company's; it refuses a login that is not its own."""
        if "authorization" in request.headers:
            return Answer(status=400)
        return Answer(body=self.media[request.path.removeprefix("/stored/")], headers={"content-type": "image/jpeg"})

    def _call(self, request: Received) -> Answer:
        fields = request.fields
        sid = f"CA-out-{next(self._ids)}"
        self.calls.append(
            CallByTwilio(
                sid=sid,
                to=fields["To"],
                caller=fields["From"],
                twiml=fields["Twiml"],
                status_callback=fields["StatusCallback"],
                rings_seconds=int(fields["Timeout"]),
            )
        )
        self.note()
        return Answer(status=201, body={"sid": sid, "status": "queued", "to": fields["To"]})

    def _take(self, request: Received) -> Answer:
        fields = request.fields
        sid = f"SM-out-{next(self._ids)}"
        validity = fields.get("ValidityPeriod")
        self.sent.append(
            SentByTwilio(
                sid=sid,
                to=fields["To"],
                sender=fields.get("From") or fields["MessagingServiceSid"],
                text=fields["Body"],
                status_callback=fields["StatusCallback"],
                validity_seconds=int(validity) if validity else None,
            )
        )
        self.note()
        return Answer(status=201, body={"sid": sid, "status": "queued", "to": fields["To"], "num_segments": "1"})


def _error(status: int, code: int, message: str) -> Answer:
    return Answer(status=status, body={"code": code, "message": message, "status": status})


_REFUSALS: dict[Fault | None, Answer] = {
    Fault.SERVER_ERROR: _error(500, 20500, "Internal Server Error"),
    Fault.UNAVAILABLE: _error(503, 20503, "Service Unavailable"),
    Fault.BAD_GATEWAY: Answer(status=502, body=b"<html>Bad Gateway</html>"),
    Fault.BLOCKED: _error(400, 21610, "Attempt to send to unsubscribed recipient +12025550111"),
    Fault.BAD_ADDRESS: _error(400, 21211, "The 'To' number +12025550111 is not a valid phone number."),
    Fault.BAD_CREDENTIALS: _error(401, 20003, "Authenticate"),
}
