"""What a failed HTTP call to a provider means for trying again; shared by the channels that speak plain HTTP.

Whether a message may already be with the person decides all: only what certainly was not taken may be sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

import httpx

from bot.errors import (
    MisconfiguredError,
    PermanentSendError,
    RetryAfterError,
    SendError,
    TemporarySendError,
    UncertainSendError,
)

# These happen before the first byte of the request is written.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
# A gateway in front of the provider speaks here: the provider behind it may have taken the message (RFC 9110, 15.6.3
# and 15.6.5).
ANSWERED_BY_A_GATEWAY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})


def after_no_answer(error: httpx.HTTPError) -> SendError:
    """The request got no answer: temporary if it never left, uncertain otherwise. The cause is named, never quoted."""
    if isinstance(error, NEVER_LEFT):
        return TemporarySendError(f"not connected ({type(error).__name__})")
    return UncertainSendError(f"no answer ({type(error).__name__})")


def after_status(status: int, headers: Mapping[str, str]) -> SendError:
    """The provider answered with something other than success, and its body says nothing more precise."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = headers.get("retry-after", "")
        if wait.isascii() and wait.isdigit():
            return RetryAfterError(timedelta(seconds=min(int(wait[:6]), 86_400)))
        return TemporarySendError("too many requests")
    if status in ANSWERED_BY_A_GATEWAY:
        return UncertainSendError(f"status {status} from a gateway")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return TemporarySendError(f"status {status}")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return MisconfiguredError(f"credentials refused with status {status}: correct the settings")
    return PermanentSendError(f"status {status}")
