"""A provider on loopback: real HTTP, everything it was sent recorded, and failures on demand. Nothing here sleeps."""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from bot.channels.channel import ProviderRequest


class Fault(StrEnum):
    """What can go wrong with the next request; for a refused connection see HttpProvider.down()."""

    TOO_MANY = "too_many"  # 429, with the seconds to wait
    SERVER_ERROR = "server_error"  # 500, the message not taken
    UNAVAILABLE = "unavailable"  # 503, the message not taken
    BAD_GATEWAY = "bad_gateway"  # 502: nobody knows
    TAKEN_THEN_SILENT = "taken_then_silent"  # the message is taken, the answer never comes
    HANG_UP = "hang_up"  # the connection closes without an answer, the message not taken
    GARBAGE = "garbage"  # the message is taken, the answer cannot be read
    BLOCKED = "blocked"  # the person blocked the bot, or told the carrier to stop
    BAD_ADDRESS = "bad_address"  # no such chat or number
    BAD_CREDENTIALS = "bad_credentials"  # the token or password is wrong


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request as the fake saw it; form fields and query are merged, JSON stands apart."""

    method: str
    path: str
    headers: Mapping[str, str]
    fields: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the fake says; a dict becomes JSON."""

    status: int = 200
    body: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A webhook request as the provider would post it."""

    headers: Mapping[str, str]
    body: bytes

    def to(self, url: str) -> ProviderRequest:
        return ProviderRequest(method="POST", url=url, headers=self.headers, body=self.body)


class HttpProvider:
    """Use as a context manager. `unexpected` holds requests no route knows; a test should assert that it is empty."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.unexpected: list[Received] = []
        self.changed = threading.Condition()
        self._faults: defaultdict[str, deque[tuple[Fault, int]]] = defaultdict(deque)
        self._released = threading.Event()
        self._port = 0
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._close()

    def fail_next(self, fault: Fault, *, times: int = 1, retry_after: int = 7, of: str = "send") -> None:
        """Let the next request that sends something (or `times` of them) fail so; Telegram also knows "poll", "tap" and
        "delete"; "file" and "delete_file" are about the files of messages."""
        self._faults[of].extend([(fault, retry_after)] * times)

    def fail_no_more(self, of: str = "send") -> None:
        """Forget the failures that are still planned."""
        self._faults[of].clear()

    @contextmanager
    def down(self) -> Iterator[None]:
        """The port is closed: connections are refused."""
        self._close()
        try:
            yield
        finally:
            self._listen()

    def wait_until(self, count: int, of: Sized, timeout: float = 10.0) -> bool:
        """Wait until `of` (such as `.sent`) holds at least `count`; False when it took too long."""
        with self.changed:
            return self.changed.wait_for(lambda: len(of) >= count, timeout)

    def answer(self, request: Received) -> Answer | None:
        """What to say; None: close without a word. Subclasses route here; this one knows nothing."""
        return self.refuse_unexpected(request)

    def next_fault(self, of: str = "send") -> tuple[Fault | None, int]:
        """Take the next planned failure of this kind of request, if there is one."""
        return self._faults[of].popleft() if self._faults[of] else (None, 0)

    def failing_file(self, of: str, refusals: Mapping[Fault | None, Answer]) -> tuple[bool, Answer | None]:
        """Whether the next request about a file is planned to fail; then also what is said to it, None for nothing."""
        fault, wait = self.next_fault(of)
        if fault is Fault.TOO_MANY:
            return True, Answer(status=429, headers={"retry-after": str(wait)})
        if fault is Fault.TAKEN_THEN_SILENT:
            self.say_nothing()
        return fault is not None, refusals.get(fault)

    def say_nothing(self) -> None:
        """Hold the request until the fake goes down; the caller's own timeout ends it sooner."""
        self._released.wait(timeout=30)

    def refuse_unexpected(self, request: Received) -> Answer:
        self.unexpected.append(request)
        return Answer(status=404, body={"ok": False, "error_code": 404, "description": "Not Found"})

    def note(self) -> None:
        """Tell waiters that something was recorded."""
        with self.changed:
            self.changed.notify_all()

    def _listen(self) -> None:
        self._released.clear()
        self._server = _Server(self, self._port)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def _close(self) -> None:
        self._released.set()
        self.note()
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = self._thread = None


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, provider: HttpProvider, port: int) -> None:
        self.provider = provider
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        provider = self.server.provider
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        split = urlsplit(self.path)
        fields = dict(parse_qsl(split.query, keep_blank_values=True))
        if "urlencoded" in self.headers.get("content-type", ""):
            fields |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Received(method=self.command, path=split.path, headers=headers, fields=fields, body=body)
        provider.received.append(request)
        answer = provider.answer(request)
        self.close_connection = True
        if answer is not None:
            self._write(answer)

    do_GET = do_DELETE = do_POST

    def _write(self, answer: Answer) -> None:
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        try:
            self.send_response(answer.status)
            for name, value in {"content-type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # the caller has gone: its timeout ran out

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The fake keeps what it was sent; nothing goes to stderr."""
