"""What all of Twilio's interfaces share: how they sign what they post, and what their refusals mean."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

import httpx

from bot.channels.channel import ProviderRequest
from bot.channels.provider_answers import after_status
from bot.channels.request_body import form_fields
from bot.channels.signatures import require_equal
from bot.errors import (
    BadSignatureError,
    MalformedRequestError,
    MisconfiguredError,
    OptedOutError,
    PermanentSendError,
    SendError,
    TemporarySendError,
    UncertainSendError,
)

OPTED_OUT = "21610"  # https://www.twilio.com/docs/api/errors/21610
QUEUE_FULL = "21611"  # https://www.twilio.com/docs/api/errors/21611: wait and repeat
# Our number may not send or call, or not to that country: the settings are at fault, not the person's number
# (https://www.twilio.com/docs/api/errors, by number).
_OURS = frozenset({"21210", "21212", "21213", "21215", "21408", "21603", "21606", "21659"})


def verify_signature(token: str, request: ProviderRequest) -> None:
    """BadSignatureError unless X-Twilio-Signature is the HMAC-SHA1 over public URL and sorted fields, in base64.

    Twilio signs the URL with or without the default port, so both are tried
    (https://www.twilio.com/docs/usage/security#validating-requests).
    """
    unreadable = False
    fields: tuple[tuple[str, str], ...] = ()
    try:
        fields = form_fields(request.body)
    except MalformedRequestError:
        unreadable = True
    if unreadable:
        raise BadSignatureError
    expected = [signature(token, url, fields) for url in _spellings(request.url)]
    require_equal(request.headers.get("x-twilio-signature"), *expected)


def signature(token: str, url: str, fields: tuple[tuple[str, str], ...]) -> str:
    """What X-Twilio-Signature must hold for a form posted to `url`; a field given twice counts once per value."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()


def _spellings(url: str) -> tuple[str, ...]:
    """The URL as it is, and with its scheme's default port written out or left out."""
    split = urlsplit(url)
    default = {"https": 443, "http": 80}.get(split.scheme)
    if default is None or not split.hostname:
        return (url,)
    host = split.netloc.removesuffix(f":{default}")
    if split.port not in (None, default):
        return (url,)
    return tuple({url, urlunsplit(split._replace(netloc=host)), urlunsplit(split._replace(netloc=f"{host}:{default}"))})


def refusal(answer: httpx.Response) -> SendError:
    """What an error answer means. Only the code is read of an error answer: its message quotes the number (https://www.twilio.com/docs/api/errors)."""
    code = json_answer(answer).get("code")
    named = str(code) if isinstance(code, int) else ""
    if named == OPTED_OUT:
        return OptedOutError()
    if named == QUEUE_FULL:
        return TemporarySendError(f"code {named}")
    if named in _OURS:
        return MisconfiguredError(f"code {named}: correct the settings")
    if answer.status_code == HTTPStatus.BAD_REQUEST and named:
        return PermanentSendError(f"code {named}")
    if answer.is_success:
        return UncertainSendError(f"status {answer.status_code}")
    return after_status(answer.status_code, answer.headers)


def json_answer(answer: httpx.Response) -> Mapping[str, object]:
    """The answer as an object; empty when it is none."""
    try:
        value = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
