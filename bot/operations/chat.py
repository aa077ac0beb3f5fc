"""`sampan chat`: write to the bot from a terminal or a pipe. It is one more sandbox phone and uses the same door as the
demo page: signed posts in, polling out. Nothing is called from within."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TextIO
from uuid import uuid4

import httpx

from bot.channels.addresses import telephone
from bot.errors import ConfigurationError, MalformedRequestError
from bot.operations.background_service import running_service
from bot.operations.installation import load_settings

ChatChannel = Literal["sms", "telegram"]
_SETTLED_AFTER = timedelta(seconds=0.7)
_PATIENCE = timedelta(seconds=10)
_POLL_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One message that reached the phone. `buttons` are (title, payload)."""

    id: int
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...] = field(repr=False, default=())


class SandboxPhone:
    """A phone at the sandbox door."""

    def __init__(
        self, client: httpx.Client, secret: str, name: str, channel: ChatChannel, patience: timedelta = _PATIENCE
    ) -> None:
        self._client = client
        self._secret = secret.encode()
        self._name = name
        self._channel = channel
        self._patience = patience
        self._last_id = 0

    def send(self, text: str) -> None:
        """Write to the bot. Raises ConfigurationError when the door refuses."""
        content = {"id": uuid4().hex, "from": self._name, "text": text}
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        headers = {
            "content-type": "application/json",
            "x-sandbox-signature": hmac.new(self._secret, body, hashlib.sha256).hexdigest(),
        }
        response = self._client.post(f"/webhooks/sandbox_{self._channel}", content=body, headers=headers)
        if not response.is_success:
            raise ConfigurationError(f"the service refused the message with status {response.status_code}")

    def new_answers(self) -> list[Answer]:
        """What arrived since the last look, in order."""
        headers = {"x-sandbox-token": self._secret.decode()}
        response = self._client.get(f"/sandbox/phones/{self._name}", params={"after": self._last_id}, headers=headers)
        if not response.is_success:
            raise ConfigurationError(f"the service answered the phone with status {response.status_code}")
        answers = [_answer(message) for message in response.json()["messages"]]
        self._last_id = max([self._last_id, *(answer.id for answer in answers)])
        return answers

    def settled_answers(self) -> Iterator[Answer]:
        """Answers as they come, until none followed the last for 0.7 s, or none came at all while patience lasted."""
        deadline = time.monotonic() + self._patience.total_seconds()
        quiet_at = deadline
        while time.monotonic() < min(deadline, quiet_at):
            for answer in self.new_answers():
                quiet_at = time.monotonic() + _SETTLED_AFTER.total_seconds()
                yield answer
            time.sleep(_POLL_S)


def chat_channel(name: str) -> ChatChannel:
    """The channel of that name; raises ConfigurationError when there is none."""
    if name == "sms":
        return "sms"
    if name == "telegram":
        return "telegram"
    raise ConfigurationError("--channel is sms or telegram")


def chat(channel: ChatChannel, name: str) -> int:
    """Talk until the input ends; the exit code is 0 when every line was answered."""
    settings = load_settings()
    with running_service(settings) as secret:
        address = f"http://{settings.host}:{settings.port}"
        with httpx.Client(base_url=address, timeout=10, trust_env=False) as client:
            phone = SandboxPhone(client, secret, phone_address(channel, name, settings.home_region), channel)
            phone.new_answers()  # of earlier chats
            return converse(phone, sys.stdin, sys.stdout)


def phone_address(channel: ChatChannel, name: str, home_region: str) -> str:
    """Under which address the service knows this phone. For SMS a name stands for a number that is always the same;
    nothing is ever sent to it. Raises ConfigurationError when it can be no address."""
    digits = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % 100_000
    named = channel == "sms" and any(character.isalpha() for character in name)
    try:
        if channel == "sms":
            return telephone(f"+4477009{digits:05d}" if named else name, home_region)
    except MalformedRequestError:
        raise ConfigurationError("--from is a name, or a telephone number") from None
    return name


def converse(phone: SandboxPhone, lines: TextIO, out: TextIO) -> int:
    """Line in, answers out. A line that is the number of a button is a tap on it."""
    unanswered = 0
    buttons: tuple[tuple[str, str], ...] = ()
    _prompt(lines, out)
    for line in lines:
        text = line.rstrip("\r\n")
        if text:
            phone.send(_tapped(text, buttons))
            answers = []
            for answer in phone.settled_answers():
                _show(answer, out)
                answers.append(answer)
            unanswered += not answers
            buttons = next((answer.buttons for answer in reversed(answers) if answer.buttons), ())
            if not answers:
                sys.stderr.write("no answer\n")
        _prompt(lines, out)
    return 1 if unanswered else 0


def _answer(message: dict[str, Any]) -> Answer:
    buttons = tuple((str(button["title"]), str(button["payload"])) for button in message.get("buttons", ()))
    return Answer(id=int(message["id"]), text=str(message["text"]), buttons=buttons)


def _tapped(text: str, buttons: tuple[tuple[str, str], ...]) -> str:
    """The payload of the button whose number was typed, else the text itself."""
    if text.isdecimal() and 1 <= int(text) <= len(buttons):
        return buttons[int(text) - 1][1]
    return text


def _show(answer: Answer, out: TextIO) -> None:
    out.write(f"{answer.text}\n")
    for number, (title, _payload) in enumerate(answer.buttons, start=1):
        out.write(f"  [{number}] {title}\n")
    out.flush()


def _prompt(lines: TextIO, out: TextIO) -> None:
    if lines.isatty() and out.isatty():
        out.write("> ")
        out.flush()
