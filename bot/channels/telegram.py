"""Telegram: one object per bot, for reporters ("telegram") and for staff ("telegram_staff"), each with its own pool.

What each kind of update means is in telegram_updates.py; how a failed call is judged, in telegram_requests.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from http import HTTPStatus

import httpx
import structlog
from pydantic import SecretStr
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import CallbackQueryLimit, InlineKeyboardButtonLimit, MessageLimit
from telegram.error import TelegramError

from bot.channels.channel import DeletedResult, Delivery, ProviderRequest
from bot.channels.file_download import pieces_of
from bot.channels.quiet_http import Timeouts, silence_http_logs
from bot.channels.request_body import json_object
from bot.channels.signatures import demand, require_equal
from bot.channels.sms_segments import cut, utf16_units
from bot.channels.telegram_requests import CallFailed, QuietRequest
from bot.channels.telegram_updates import ALLOWED_UPDATES, read_update
from bot.errors import (
    BlockedError,
    ConfigurationError,
    FileTooLargeError,
    FileUnavailableError,
    MalformedRequestError,
    PermanentSendError,
    SendError,
    UncertainSendError,
)
from bot.messages.message import Audience, Button, InboundMessage, OutboundMessage, SendResult

_log = structlog.get_logger(__name__)
_CHAT_ID = re.compile(r"[1-9][0-9]{0,19}")  # private chats only: groups have negative ids
_FILE_PATH = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*", re.ASCII)  # below the bot's own folder
_SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")  # https://core.telegram.org/bots/api#setwebhook


class TelegramChannel:
    """One bot. In webhook mode it refuses to start without a secret token: the URL alone proves nothing."""

    writes_as_sms = False
    most_deleted_at_once = 100  # https://core.telegram.org/bots/api#deletemessages

    def __init__(
        self,
        *,
        name: str,
        token: SecretStr | None,
        secret_token: SecretStr | None = None,
        by_webhook: bool = False,
        taps: bool = False,
        base_url: str = "https://api.telegram.org",
        timeouts: Timeouts | None = None,
        long_poll: timedelta = timedelta(seconds=25),
    ) -> None:
        """`taps`: a tapped button is a TAP (staff), not the words of its data (reporters)."""
        silence_http_logs()
        self.name = name
        self._taps = taps
        self._long_poll = long_poll
        self._timeouts = timeouts or Timeouts()
        self._secret = secret_token.get_secret_value() if secret_token else ""
        if by_webhook:
            demand(secret_token, f"the secret token of {name}")
        if self._secret and not _SECRET_TOKEN.fullmatch(self._secret):
            message = f"the secret token of {name} may hold only A-Z, a-z, 0-9, _ and -"
            raise ConfigurationError(message)
        key = demand(token, f"the token of {name}")
        root = f"{base_url.rstrip('/')}/bot"
        self._api = root + key
        self._requests = QuietRequest(self._timeouts)
        self._files = f"{base_url.rstrip('/')}/file/bot{key}"
        self._downloads = httpx.AsyncClient(timeout=self._timeouts.for_httpx())
        # The library appends the token to this address itself.
        self._bot = Bot(key, base_url=root, request=self._requests, get_updates_request=self._requests)

    def verify(self, request: ProviderRequest) -> None:
        """Telegram repeats our secret in a header; without one on our side every request is refused."""
        require_equal(request.headers.get("x-telegram-bot-api-secret-token"), self._secret)

    def parse(self, request: ProviderRequest) -> Delivery:
        """One Update per request. Telegram sends no receipts."""
        return Delivery(messages=read_update(json_object(request.body), self.name, taps=self._taps))

    async def poll(self, offset: int) -> tuple[tuple[InboundMessage, ...], int]:
        """Wait for updates; Telegram forgets those before `offset`, so commit the messages first.

        Raises a SendError: temporary (also when a webhook is set or another process polls) or, for a refused token,
        permanent. An update that cannot be read is stepped over, with an error in the log, or it would stop the rest.
        """
        fields = {
            "offset": str(offset),
            "timeout": str(int(self._long_poll.total_seconds())),
            "allowed_updates": json.dumps(ALLOWED_UPDATES),
        }
        failure: SendError | None = None
        updates: object = None
        try:
            # bot.get_updates is not used: when one update cannot be read it logs the whole batch and loses it.
            wait = self._long_poll + self._timeouts.answer
            updates = await self._requests.call(f"{self._api}/getUpdates", fields, wait)
        except CallFailed as error:
            failure = error.failure
        if failure is not None:
            raise failure
        return self._read_batch(updates if isinstance(updates, list) else [], offset)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Plain text, no formatting and no link preview; pages cannot be forwarded. Over 4,096 units it is split.

        Once a part has left, a failure is uncertain whatever it was: repeating would show the first part twice.
        """
        parts = cut(message.text, MessageLimit.MAX_TEXT_LENGTH, utf16_units)
        if not parts or not _CHAT_ID.fullmatch(message.address):
            detail = "nothing to say" if not parts else "not a chat id"
            raise PermanentSendError(detail)
        keyboard = _keyboard(message.buttons)
        sent: list[str] = []
        for number, part in enumerate(parts, start=1):
            is_last = number == len(parts)
            sent.append(await self._send_part(message, part, keyboard if is_last else None, first=number == 1))
        return SendResult(provider_id=sent[-1], parts=len(parts), chat_message_ids=tuple(sent))

    async def delete(self, address: str, message_ids: Sequence[str]) -> DeletedResult:
        """Delete messages of a private chat on both sides; Telegram skips those that are gone already.

        One message that cannot be deleted (older than 48 hours) makes it refuse the whole call, so that a refused one
        is asked for again in halves. Raises a SendError only where asking again later may help.
        """
        failed: CallFailed | None = None
        fields = {"chat_id": address, "message_ids": json.dumps([int(each) for each in message_ids])}
        try:
            await self._requests.call(f"{self._api}/deleteMessages", fields, self._timeouts.answer)
        except CallFailed as error:
            failed = error
        if failed is None:
            return DeletedResult(deleted=len(message_ids))
        refused = failed.status == HTTPStatus.BAD_REQUEST
        if isinstance(failed.failure, BlockedError) or (refused and len(message_ids) == 1):
            return DeletedResult(not_deletable=len(message_ids))
        if not refused:
            raise failed.failure
        middle = len(message_ids) // 2
        halves = [await self.delete(address, half) for half in (message_ids[:middle], message_ids[middle:])]
        return DeletedResult(
            deleted=sum(half.deleted for half in halves), not_deletable=sum(half.not_deletable for half in halves)
        )

    async def fetch_file(self, ref: str, most_bytes: int) -> AsyncIterator[bytes]:
        """getFile names a path that is good for an hour, so it is asked for anew with every try; beyond 20 MB Telegram
        gives a bot nothing (https://core.telegram.org/bots/api#getfile)."""
        failure: SendError | None = None
        answer: object = None
        try:
            answer = await self._requests.call(f"{self._api}/getFile", {"file_id": ref}, self._timeouts.answer)
        except CallFailed as error:
            failure = FileUnavailableError() if error.status == HTTPStatus.BAD_REQUEST else error.failure
        if failure is not None:
            raise failure
        path = answer.get("file_path") if isinstance(answer, dict) else None
        size = answer.get("file_size") if isinstance(answer, dict) else None
        if isinstance(size, int) and size > most_bytes:
            raise FileTooLargeError("announced")
        if not isinstance(path, str) or not _FILE_PATH.fullmatch(path):
            raise FileUnavailableError("no path that can be used")
        async for piece in pieces_of(self._downloads, f"{self._files}/{path}", most_bytes):
            yield piece

    async def answer_tap(self, callback_id: str, text: str) -> None:
        """Stop the button's spinning and show `text` briefly; too late an answer is refused and only logged."""
        shown = text[: CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH]
        try:
            await self._bot.answer_callback_query(callback_id, text=shown or None)
        except TelegramError as error:
            kind = error.failure.kind if isinstance(error, CallFailed) else "unreadable"
            _log.warning("tap_not_answered", channel=self.name, error=kind)

    async def set_webhook(self, url: str) -> None:
        """Have Telegram post updates to `url`, with the secret; waiting ones are kept. Only on an operator's word."""
        await self._set_up("setWebhook", {"url": url, "secret_token": demand(self._secret, "the secret token")})

    async def delete_webhook(self) -> None:
        """Go back to polling; waiting updates are kept. Only on an operator's word."""
        await self._set_up("deleteWebhook", {})

    async def close(self) -> None:
        """Give back connections."""
        await self._requests.shutdown()
        await self._downloads.aclose()

    async def _set_up(self, method: str, fields: dict[str, str]) -> None:
        fields |= {"allowed_updates": json.dumps(ALLOWED_UPDATES), "drop_pending_updates": "false"}
        failure: SendError | None = None
        try:
            await self._requests.call(f"{self._api}/{method}", fields, self._timeouts.answer)
        except CallFailed as error:
            failure = error.failure
        if failure is not None:
            raise failure

    async def _send_part(
        self, message: OutboundMessage, text: str, keyboard: InlineKeyboardMarkup | None, *, first: bool
    ) -> str:
        failure: SendError | None = None
        try:
            sent = await self._bot.send_message(
                int(message.address),
                text,
                reply_markup=keyboard,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                protect_content=message.audience is Audience.RESPONDER,
                reply_parameters=_reply(message.reply_to) if first else None,
            )
        except CallFailed as error:
            failure = error.failure
        except (TelegramError, KeyError, TypeError, ValueError):
            # The answer was a success in a shape the library cannot read.
            failure = UncertainSendError("the answer could not be read")
        if failure is None:
            return str(sent.message_id)
        raise failure if first else UncertainSendError(f"a later part failed ({failure.kind})")

    def _read_batch(self, updates: list[object], offset: int) -> tuple[tuple[InboundMessage, ...], int]:
        messages: list[InboundMessage] = []
        for update in updates:
            if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
                _log.error("update_unreadable", channel=self.name)
                continue
            offset = max(offset, update["update_id"] + 1)
            try:
                messages.extend(read_update(update, self.name, taps=self._taps))
            except MalformedRequestError:
                _log.error("update_unreadable", channel=self.name)
        return tuple(messages), offset


def _keyboard(buttons: tuple[Button, ...]) -> InlineKeyboardMarkup | None:
    """A button a line, so that long titles in every script stay readable."""
    if any(len(button.payload.encode()) > InlineKeyboardButtonLimit.MAX_CALLBACK_DATA for button in buttons):
        raise PermanentSendError("a button's payload is over 64 bytes")
    rows = [[InlineKeyboardButton(button.title, callback_data=button.payload)] for button in buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def _reply(reply_to: str | None) -> ReplyParameters | None:
    if reply_to is None or not reply_to.isdecimal():
        return None
    return ReplyParameters(int(reply_to), allow_sending_without_reply=True)
