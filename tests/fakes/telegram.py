"""A Bot API for one bot over loopback HTTP: `sent` holds what the bot said; what people do waits for getUpdates."""

from __future__ import annotations

import itertools
import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from tests.fakes.http_provider import Answer, Fault, HttpProvider, Posted, Received

TOKEN = "1000000001:test-token-of-nobody"
SECRET = "test-secret_token"


@dataclass(frozen=True, kw_only=True)
class SentByBot:
    """One message the bot sent; `buttons` are (title, data) in order."""

    message_id: int
    chat_id: str
    text: str
    buttons: tuple[tuple[str, str], ...]
    reply_to: int | None
    protected: bool
    preview: bool


class FakeTelegram(HttpProvider):
    """`with FakeTelegram() as telegram:` then give `telegram.url` to the channel as its base_url."""

    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.token = token
        self.sent: list[SentByBot] = []
        self.answered: list[tuple[str, str]] = []
        self.deleted: list[tuple[str, int]] = []
        self.known_ids: set[int] = set()
        self.too_old: set[int] = set()
        self.webhook: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.updates: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self._update_ids = itertools.count(900_000_001)
        self._lock = threading.Lock()

    def person_writes(self, chat_id: int, text: str, **more: object) -> dict[str, Any]:
        """Queue a private text and return the update; `more` replaces or adds fields of the message."""
        return self.person_sends(chat_id, text=text, **more)

    def person_sends(self, chat_id: int, **content: object) -> dict[str, Any]:
        """Queue a private message of any kind: `person_sends(7, voice={...})`."""
        message_id = next(self._ids)
        self.known_ids.add(message_id)
        message = {
            "message_id": message_id,
            "from": person(chat_id),
            "chat": {"id": chat_id, "type": "private", "first_name": "NAME-MARKER", "username": "USERNAME_MARKER"},
            "date": int(time.time()),
            **content,
        }
        return self.queue({"message": message})

    def holds_file(self, file_id: str, content: bytes) -> str:
        """Keep a file as Telegram does, for getFile; its id."""
        self.files[file_id] = content
        return file_id

    def person_taps(self, chat_id: int, data: str, message_id: int = 1) -> dict[str, Any]:
        """Queue a tap on a button under `message_id`."""
        chat = {"id": chat_id, "type": "private", "first_name": "NAME-MARKER"}
        message = {"message_id": message_id, "chat": chat, "date": int(time.time()), "text": "?"}
        query = {"from": person(chat_id), "message": message, "chat_instance": "1", "data": data}
        return self.queue({"callback_query": {"id": f"tap-{next(self._ids)}", **query}})

    def queue(self, update: dict[str, Any]) -> dict[str, Any]:
        """Give the update its id and let the next getUpdates have it."""
        numbered = {"update_id": next(self._update_ids), **update}
        with self.changed:
            self.updates.append(numbered)
            self.changed.notify_all()
        return numbered

    def answer(self, request: Received) -> Answer | None:
        prefix = f"/bot{self.token}/"
        if request.path.startswith("/file/"):
            return self._give_file(request)
        if request.path.startswith("/bot") and not request.path.startswith(prefix):
            return _error(401, "Unauthorized")
        method = request.path.removeprefix(prefix)
        if method == "getUpdates":
            return self._get_updates(request)
        if method == "getFile":
            return self._get_file(request.fields["file_id"])
        if method in _MAY_FAIL:
            return self._may_fail(method, request)
        if method in ("setWebhook", "deleteWebhook"):
            self.webhook = dict(request.fields)
            return _result(True)
        return self.refuse_unexpected(request)

    def _may_fail(self, method: str, request: Received) -> Answer | None:
        fault, wait = self.next_fault(_MAY_FAIL[method])
        if fault in _REFUSALS:
            return _REFUSALS[fault]
        if fault is Fault.TOO_MANY:
            return _error(429, "Too Many Requests: retry later", {"retry_after": wait})
        if fault is Fault.HANG_UP:
            return None
        take = {"sendMessage": self._take_message, "deleteMessages": self._delete_messages}.get(
            method, self._take_answer
        )
        answer = take(request)
        self.note()
        if fault is Fault.TAKEN_THEN_SILENT:
            self.say_nothing()
            return None
        return Answer(body=b"<html>") if fault is Fault.GARBAGE else answer

    def _take_message(self, request: Received) -> Answer:
        fields = request.fields
        keyboard = json.loads(fields.get("reply_markup", "{}")).get("inline_keyboard", [])
        reply = json.loads(fields.get("reply_parameters", "{}"))
        preview = json.loads(fields.get("link_preview_options", "{}"))
        message_id = next(self._ids)
        self.known_ids.add(message_id)
        self.sent.append(
            SentByBot(
                message_id=message_id,
                chat_id=fields["chat_id"],
                text=fields["text"],
                buttons=tuple((button["text"], button["callback_data"]) for row in keyboard for button in row),
                reply_to=reply.get("message_id"),
                protected=fields.get("protect_content") == "true",
                preview=not preview.get("is_disabled", False),
            )
        )
        chat = {"id": int(fields["chat_id"]), "type": "private"}
        return _result({"message_id": message_id, "date": int(time.time()), "chat": chat, "text": fields["text"]})

    def _delete_messages(self, request: Received) -> Answer:
        """All or nothing: an unknown id is skipped, one that is too old refuses the whole call
        (https://core.telegram.org/bots/api#deletemessages)."""
        message_ids = json.loads(request.fields["message_ids"])
        if not 0 < len(message_ids) <= 100:
            return _error(400, "Bad Request: too many messages to delete or none")
        if self.too_old.intersection(message_ids):
            return _error(400, "Bad Request: message can't be deleted for everyone")
        self.deleted += [(request.fields["chat_id"], each) for each in message_ids if each in self.known_ids]
        self.known_ids.difference_update(message_ids)
        return _result(True)

    def _get_file(self, file_id: str) -> Answer:
        """A path that is good for an hour; nothing over 20 MB (https://core.telegram.org/bots/api#getfile)."""
        if file_id not in self.files:
            return _error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id])
        if size > 20 * 1024 * 1024:
            return _error(400, "Bad Request: file is too big")
        return _result({"file_id": file_id, "file_unique_id": "u", "file_size": size, "file_path": f"voice/{file_id}"})

    def _give_file(self, request: Received) -> Answer | None:
        fails, answer = self.failing_file("file", _REFUSALS)
        if fails:
            return answer
        content = self.files.get(request.path.removeprefix(f"/file/bot{self.token}/voice/"))
        if content is None:
            return _error(404, "Not Found")
        return Answer(body=content, headers={"content-type": "application/octet-stream"})

    def _take_answer(self, request: Received) -> Answer:
        self.answered.append((request.fields["callback_query_id"], request.fields.get("text", "")))
        return _result(True)

    def _get_updates(self, request: Received) -> Answer:
        fault, wait = self.next_fault("poll")
        if fault is Fault.TOO_MANY:
            return _error(429, "Too Many Requests", {"retry_after": wait})
        if fault in _REFUSALS:
            return _REFUSALS[fault]
        offset = int(request.fields.get("offset", "0"))
        with self.changed:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
            if not self.updates and not self._released.is_set():
                self.changed.wait(timeout=int(request.fields.get("timeout", "0")))
            return _result(list(self.updates))


def person(chat_id: int) -> dict[str, Any]:
    """Who writes, with everything Telegram tells about them and nobody here may keep."""
    return {
        "id": chat_id,
        "is_bot": False,
        "first_name": "NAME-MARKER",
        "last_name": "SURNAME-MARKER",
        "username": "USERNAME_MARKER",
        "language_code": "zz-marker",
    }


def webhook_post(update: object, secret: str | None = SECRET) -> Posted:
    """An update as Telegram posts it."""
    headers = {"content-type": "application/json"}
    if secret is not None:
        headers["x-telegram-bot-api-secret-token"] = secret
    return Posted(headers=headers, body=json.dumps(update).encode())


def _result(result: object) -> Answer:
    return Answer(body={"ok": True, "result": result})


def _error(status: int, description: str, parameters: dict[str, int] | None = None) -> Answer:
    body: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    return Answer(status=status, body=body | ({"parameters": parameters} if parameters else {}))


_MAY_FAIL = {"sendMessage": "send", "answerCallbackQuery": "tap", "deleteMessages": "delete"}
_REFUSALS: dict[Fault | None, Answer] = {
    Fault.SERVER_ERROR: _error(500, "Internal Server Error: restart"),
    Fault.UNAVAILABLE: _error(503, "Service Unavailable"),
    Fault.BAD_GATEWAY: Answer(status=502, body=b"<html>Bad Gateway</html>"),
    Fault.BLOCKED: _error(403, "Forbidden: bot was blocked by the user"),
    Fault.BAD_ADDRESS: _error(400, "Bad Request: chat not found"),
    Fault.BAD_CREDENTIALS: _error(401, "Unauthorized"),
}
