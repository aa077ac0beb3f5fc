"""Reading what a provider posted: JSON and forms, without trusting their shape; nothing of them enters an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from bot.errors import MalformedRequestError

MOST_FORM_FIELDS = 200


def json_object(body: bytes) -> Mapping[str, Any]:
    """The JSON object in a body; MalformedRequestError for anything else, also for nesting too deep to read."""
    unreadable = False
    value: Any = None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        unreadable = True
    if unreadable or not isinstance(value, dict):
        raise MalformedRequestError
    return value


def form_fields(body: bytes) -> tuple[tuple[str, str], ...]:
    """Names and values of a urlencoded form, in order, blank ones kept; MalformedRequestError if it is not UTF-8."""
    fields: list[tuple[str, str]] | None = None
    try:
        text = body.decode("utf-8")
        fields = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FORM_FIELDS)
    except ValueError:
        fields = None
    if fields is None:
        raise MalformedRequestError
    return tuple(fields)


def required_text(fields: Mapping[str, Any], name: str) -> str:
    """A field that must be there and hold something; MalformedRequestError otherwise."""
    value = optional_text(fields, name)
    if not value:
        raise MalformedRequestError
    return value


def optional_text(fields: Mapping[str, Any], name: str) -> str:
    """A text field, or "" when it is missing, null or no text; half a surrogate pair becomes U+FFFD.

    JSON can spell half a pair, which no database and no seal can take: it would stop the whole conversation.
    """
    value = fields.get(name)
    if not isinstance(value, str):
        return ""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def instant(value: object) -> datetime | None:
    """An ISO 8601 text with its offset, or Unix seconds, in UTC; None when it is neither or says no offset."""
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
            return read.astimezone(UTC) if read.tzinfo else None
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
