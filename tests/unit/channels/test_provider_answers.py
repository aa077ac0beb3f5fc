"""What an HTTP status or a broken connection means for sending again."""

from __future__ import annotations

import json

import httpx
import pytest

from bot.channels.provider_answers import after_no_answer, after_status
from bot.channels.telegram_requests import refusal
from bot.errors import (
    BlockedError,
    MisconfiguredError,
    PermanentSendError,
    RetryAfterError,
    SendError,
    TemporarySendError,
    UncertainSendError,
)


@pytest.mark.parametrize(
    ("status", "headers", "meaning"),
    [
        (400, {}, PermanentSendError),
        (401, {}, MisconfiguredError),
        (403, {}, MisconfiguredError),
        (404, {}, PermanentSendError),
        (408, {}, TemporarySendError),
        (429, {"retry-after": "30"}, RetryAfterError),
        (429, {"retry-after": "Tue, 22 Sep 2026 02:14:00 GMT"}, TemporarySendError),
        (429, {"retry-after": "²"}, TemporarySendError),
        (429, {}, TemporarySendError),
        (500, {}, TemporarySendError),
        (502, {}, UncertainSendError),
        (503, {}, TemporarySendError),
        (504, {}, UncertainSendError),
        (302, {"location": "https://other.example"}, PermanentSendError),
    ],
)
def test_each_status_has_one_meaning(status: int, headers: dict[str, str], meaning: type[SendError]) -> None:
    assert type(after_status(status, headers)) is meaning


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (httpx.ConnectError("x"), TemporarySendError),
        (httpx.ConnectTimeout("x"), TemporarySendError),
        (httpx.PoolTimeout("x"), TemporarySendError),
        (httpx.ProxyError("x"), TemporarySendError),
        (httpx.ReadTimeout("x"), UncertainSendError),
        (httpx.WriteTimeout("x"), UncertainSendError),
        (httpx.ReadError("x"), UncertainSendError),
        (httpx.WriteError("x"), UncertainSendError),
        (httpx.RemoteProtocolError("x"), UncertainSendError),
        (httpx.DecodingError("x"), UncertainSendError),
    ],
)
def test_rule_16_only_what_certainly_never_left_is_temporary(error: httpx.HTTPError, meaning: type[SendError]) -> None:
    assert type(after_no_answer(error)) is meaning


@pytest.mark.parametrize(
    ("status", "answer", "meaning"),
    [
        (400, {"description": "Bad Request: chat not found"}, PermanentSendError),
        (401, {"description": "Unauthorized"}, MisconfiguredError),
        (403, {"description": "Forbidden: user is deactivated"}, BlockedError),
        (404, {"description": "Not Found"}, MisconfiguredError),
        (409, {"description": "Conflict: can't use getUpdates while a webhook is active"}, TemporarySendError),
        (429, {"parameters": {"retry_after": 10_072}}, RetryAfterError),
        (429, {"parameters": {"retry_after": "soon"}}, TemporarySendError),
        (429, {"parameters": []}, TemporarySendError),
        (429, [], TemporarySendError),
        (500, {}, TemporarySendError),
        (502, {}, UncertainSendError),
    ],
)
def test_telegrams_refusals_have_one_meaning_each(status: int, answer: object, meaning: type[SendError]) -> None:
    assert type(refusal(status, json.dumps(answer).encode())) is meaning
    assert "chat" not in str(refusal(status, json.dumps(answer).encode()))
