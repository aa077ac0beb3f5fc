"""`sampan chat` at the sandbox door: signed lines in, answers out, and an exit code that tells the truth."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.errors import ConfigurationError
from bot.operations.chat import ChatChannel, SandboxPhone, chat_channel, converse, phone_address


class SandboxDoor:
    """Answers each message at the next look with its upper case; "silence" is not answered."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return self._receive(request)
        assert request.headers["x-sandbox-token"] == "secret"
        after = int(request.url.params["after"])
        return httpx.Response(200, json={"messages": [one for one in self.messages if one["id"] > after]})

    def _receive(self, request: httpx.Request) -> httpx.Response:
        signature = hmac.new(b"secret", request.content, hashlib.sha256).hexdigest()
        if request.headers["x-sandbox-signature"] != signature:
            return httpx.Response(403)
        message = json.loads(request.content)
        self.received.append({**message, "path": request.url.path})
        if message["text"] != "silence":
            buttons = [{"title": "Yes", "payload": "/yes"}, {"title": "No", "payload": "/no"}]
            self.messages.append({"id": len(self.messages) + 1, "text": message["text"].upper(), "buttons": buttons})
        return httpx.Response(200)


def phone(door: SandboxDoor, secret: str = "secret", patience: timedelta = timedelta(seconds=10)) -> SandboxPhone:
    client = httpx.Client(transport=httpx.MockTransport(door), base_url="http://sandbox")
    return SandboxPhone(client, secret, "dara", "telegram", patience)


def test_each_line_is_answered_before_the_next_is_sent() -> None:
    door, out = SandboxDoor(), io.StringIO()
    assert converse(phone(door), io.StringIO("ជួយខ្ញុំផង\n\nhello\n"), out) == 0
    assert out.getvalue() == "ជួយខ្ញុំផង\n  [1] Yes\n  [2] No\nHELLO\n  [1] Yes\n  [2] No\n"
    assert [(one["from"], one["path"]) for one in door.received] == [("dara", "/webhooks/sandbox_telegram")] * 2
    assert len({one["id"] for one in door.received}) == 2


def test_the_number_of_a_button_is_a_tap_on_it() -> None:
    door = SandboxDoor()
    converse(phone(door), io.StringIO("hello\n2\n7\n"), io.StringIO())
    assert [one["text"] for one in door.received] == ["hello", "/no", "7"]


def test_a_line_without_an_answer_makes_the_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        converse(phone(SandboxDoor(), patience=timedelta(seconds=0.3)), io.StringIO("silence\nhello\n"), io.StringIO())
        == 1
    )
    assert "no answer" in capsys.readouterr().err


def test_a_door_that_refuses_is_an_error_and_not_silence() -> None:
    with pytest.raises(ConfigurationError, match="403"):
        converse(phone(SandboxDoor(), secret="wrong"), io.StringIO("hello\n"), io.StringIO())


def test_only_the_two_channels_there_are_can_be_chosen() -> None:
    assert [chat_channel("sms"), chat_channel("telegram")] == ["sms", "telegram"]
    with pytest.raises(ConfigurationError):
        chat_channel("fax")


@pytest.mark.parametrize(
    ("channel", "name", "address"),
    [
        pytest.param("telegram", "dara", "dara", id="a name on Telegram"),
        pytest.param("sms", "081 234 5678", "+66812345678", id="a number at home"),
        pytest.param("sms", "+85512345678", "+85512345678", id="a number abroad"),
    ],
)
def test_the_phone_is_read_under_the_address_the_service_knows(channel: ChatChannel, name: str, address: str) -> None:
    assert phone_address(channel, name, "TH") == address


def test_a_name_stands_for_the_same_number_every_time() -> None:
    numbers = {phone_address("sms", name, "TH") for name in ("dara", "dara", "ดารา")}
    assert len(numbers) == 2
    assert all(number.startswith("+4477009") for number in numbers)


def test_what_can_be_no_address_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        phone_address("sms", "0" * 70, "TH")
