"""Comparing what a request carries with what it must carry, in constant time, and demanding the secret first."""

from __future__ import annotations

import hmac

from pydantic import SecretStr

from bot.errors import BadSignatureError, ConfigurationError


def demand(secret: SecretStr | str | None, setting: str) -> str:
    """The value of a setting a channel cannot be safe without; ConfigurationError names it when it is empty."""
    value = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    if not value or not value.strip():
        message = f"{setting} is not set"
        raise ConfigurationError(message)
    return value


def require_equal(given: str | None, *expected: str) -> None:
    """Raise BadSignatureError unless `given` is one of the expected values; nothing given and "" never match.

    Every expected value is compared whatever the outcome, so that time says nothing about which one was near.
    """
    received = (given or "").encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(received, value.encode()) for value in expected if value]
    if not received or not any(matches):
        raise BadSignatureError
