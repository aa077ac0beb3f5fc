"""An ntfy server on loopback, as the library Apprise talks to it (https://docs.ntfy.sh/publish/#publish-as-json)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from tests.fakes.http_provider import Answer, Fault, HttpProvider, Received

USER, PASSWORD, TOPIC = "noor", "PASSWORD-MARKER", "TOPIC-MARKER"


@dataclass(frozen=True, kw_only=True)
class Published:
    """One message somebody's telephone would show."""

    topic: str
    text: str


class FakeNtfy(HttpProvider):
    """`with FakeNtfy() as ntfy:` then send to `ntfy.address`."""

    def __init__(self) -> None:
        super().__init__()
        self.redirect: str | None = None  # where everything is sent on to
        self.sent: list[Published] = []

    @property
    def address(self) -> str:
        return f"ntfy://{USER}:{PASSWORD}@{self.url.removeprefix('http://')}/{TOPIC}"

    def answer(self, request: Received) -> Answer | None:
        if self.redirect is not None:
            return Answer(status=307, headers={"location": self.redirect})
        if (request.method, request.path) != ("POST", "/"):
            return self.refuse_unexpected(request)
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {login}":
            return Answer(status=401, body={"code": 40101, "error": "unauthorized"})
        fault, wait = self.next_fault()
        if fault in _REFUSALS:
            return _REFUSALS[fault]
        if fault is Fault.TOO_MANY:
            return Answer(status=429, body=b"limit reached: TEXT-MARKER", headers={"retry-after": str(wait)})
        if fault is Fault.HANG_UP:
            return None
        said = request.json
        assert isinstance(said, dict)
        self.sent.append(Published(topic=said["topic"], text=said["message"]))
        self.note()
        if fault is Fault.TAKEN_THEN_SILENT:
            self.say_nothing()
            return None
        return Answer(body={"id": "MESSAGE", "topic": said["topic"]})


_REFUSALS: dict[Fault | None, Answer] = {
    Fault.SERVER_ERROR: Answer(status=500, body=b"TEXT-MARKER"),
    Fault.UNAVAILABLE: Answer(status=503, body=b"TEXT-MARKER"),
    Fault.BAD_GATEWAY: Answer(status=502, body=b"<html>Bad Gateway</html>"),
    Fault.BAD_ADDRESS: Answer(status=404, body=b"no such topic TOPIC-MARKER"),
    Fault.BAD_CREDENTIALS: Answer(status=403, body=b"forbidden PASSWORD-MARKER"),
}
