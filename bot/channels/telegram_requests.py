"""The HTTP side of the Bot API: python-telegram-bot's request class, with errors that say whether to try again.

Two things in the library are replaced: it throws away the HTTP status of an error, and it logs an answer it cannot
read, which may hold what a person wrote (telegram/request/_baserequest.py, parse_json_payload).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx
from telegram.error import NetworkError, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.provider_answers import after_no_answer, after_status
from bot.channels.quiet_http import Timeouts
from bot.errors import (
    BlockedError,
    MisconfiguredError,
    RetryAfterError,
    SendError,
    TemporarySendError,
    UncertainSendError,
)


class CallFailed(TelegramError):
    """A call to the Bot API failed; `failure` says what that means for the message. `status` is that of the answer, 0
    when there was none."""

    def __init__(self, failure: SendError, status: int = 0) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.status = status


class QuietRequest(HTTPXRequest):
    """A connection pool for one bot: a broadcast of another bot cannot starve a page, and nothing it reads is logged.

    The library's pool timeout of 1 s makes a burst fail that would have waited 2 s, so it is raised.
    """

    def __init__(self, timeouts: Timeouts, connections: int = 32) -> None:
        super().__init__(
            connection_pool_size=connections,
            connect_timeout=timeouts.connect.total_seconds(),
            read_timeout=timeouts.answer.total_seconds(),
            write_timeout=timeouts.answer.total_seconds(),
            pool_timeout=timeouts.pool.total_seconds(),
        )

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As the library's, but anything other than success raises CallFailed."""
        failure: SendError | None = None
        status, payload = 0, b""
        try:
            status, payload = await super().do_request(*args, **kwargs)
        except NetworkError as error:
            cause = error.__cause__
            failure = after_no_answer(cause) if isinstance(cause, httpx.HTTPError) else UncertainSendError("no answer")
        if failure is None and not HTTPStatus(200) <= status < HTTPStatus(300):
            failure = refusal(status, payload)
        if failure is not None:
            raise CallFailed(failure, status)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as JSON; an unreadable one came with a 2xx, so the message may have been sent."""
        answer = _json_object(payload)
        if "result" not in answer:
            raise CallFailed(UncertainSendError("the answer could not be read"))
        return answer

    async def call(self, url: str, fields: Mapping[str, str], wait: timedelta) -> Any:
        """Call a method by its URL and return its result as plain JSON; `wait` is how long it may take."""
        _, payload = await self.do_request(f"{url}?{urlencode(fields)}", "POST", read_timeout=wait.total_seconds())
        return self.parse_json_payload(payload)["result"]


def refusal(status: int, payload: bytes) -> SendError:
    """What an error answer means (https://core.telegram.org/bots/api#making-requests and #responseparameters)."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        parameters = _json_object(payload).get("parameters")
        wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
        if isinstance(wait, int):  # 10,072 s has been seen (tdlib/td issue 1331); the outbox decides what to do then
            return RetryAfterError(timedelta(seconds=wait))
    if status == HTTPStatus.FORBIDDEN:
        return BlockedError()
    if status == HTTPStatus.CONFLICT:
        return TemporarySendError("another process polls with this token, or a webhook is set")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
        return MisconfiguredError("Telegram refused the bot's token: correct the settings")
    return after_status(status, {})


def _json_object(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
