"""The pictures and recordings of an MMS as SMS Gateway for Android posts them: whole, in base64, in `mms:downloaded`
(https://docs.sms-gate.app/features/webhooks/). They cannot be fetched later, so they come in with the message."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from bot.messages.file_types import UNKNOWN, kind_of, media_type_of
from bot.messages.message import SentFile

_MOST = 10
_LAYOUT = frozenset({"application/smil", "text/plain", "text/x-vcard", "text/vcard"})  # the words are in `body`


def attachments_in(payload: Mapping[str, Any]) -> tuple[SentFile, ...]:
    """Every attachment but layout and words; one whose data is missing or damaged came, and cannot be got."""
    found = payload.get("attachments")
    parts = [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []
    return tuple(_file(part) for part in parts[:_MOST] if part.get("contentType") not in _LAYOUT)


def _file(part: Mapping[str, Any]) -> SentFile:
    media_type = media_type_of(part.get("contentType"), UNKNOWN)
    size = part.get("size")
    return SentFile(
        kind=kind_of(media_type),
        media_type=media_type,
        size_bytes=size if isinstance(size, int) and 0 <= size < 2**31 else None,
        content=_content(part.get("data")),
    )


def _content(data: object) -> bytes | None:
    if not isinstance(data, str) or not data:
        return None
    try:
        return base64.b64decode(data)
    except (binascii.Error, ValueError):
        return None
