"""The sandbox's phones in memory, and what their page posts."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages.message import Button
from tests.fakes.http_provider import Posted

SECRET = "test-sandbox-secret"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One message on a phone."""

    id: str
    phone: str
    text: str
    buttons: tuple[Button, ...]


class MemoryPhones:
    """A PhoneStore; a key seen before shows nothing new."""

    def __init__(self) -> None:
        self.shown: dict[str, Shown] = {}
        self.removed_own: list[str] = []

    async def put(self, phone: str, text: str, buttons: tuple[Button, ...], key: str) -> str:
        return self.shown.setdefault(key, Shown(id=f"shown-{key}", phone=phone, text=text, buttons=buttons)).id

    async def remove(self, phone: str, keys: Sequence[str], own_keys: Sequence[str]) -> None:
        for key in keys:
            assert self.shown[key].phone == phone
            del self.shown[key]
        self.removed_own += own_keys


def page_posts(posted: object, secret: str = SECRET) -> Posted:
    """What the page's server posts, signed; written apart from the channel's own code."""
    body = json.dumps(posted, ensure_ascii=False).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Posted(headers={"content-type": "application/json", "x-sandbox-signature": digest}, body=body)
