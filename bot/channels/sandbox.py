"""The phones of the demo page and of `sampan chat`: the same doors as the real channels, with no provider behind.

The page's own server signs what it posts; what the bot says is put into a PhoneStore, from which the page draws.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pydantic import SecretStr

from bot.channels.addresses import telephone
from bot.channels.channel import DeletedResult, Delivery, ProviderRequest
from bot.channels.request_body import instant, json_object, optional_text, required_text
from bot.channels.signatures import demand, require_equal
from bot.channels.sms_segments import part_count
from bot.errors import MalformedRequestError
from bot.messages.message import Button, InboundMessage, MessageKind, OutboundMessage, SendResult

SIGNATURE_HEADER = "x-sandbox-signature"
# Kinds the page may post; the rest follows from what the message holds.
_SENDABLE = frozenset(kind.value for kind in MessageKind) - {MessageKind.TEXT, MessageKind.TAP}
_SENT, _OWN = "sent:", "own:"  # whose a message of a chat is: the two count apart
_HANDLE = re.compile(r"[A-Za-z0-9_+-]{1,64}")


class PhoneStore(Protocol):
    """Where the sandbox's phones keep what they were sent."""

    async def put(self, phone: str, text: str, buttons: tuple[Button, ...], key: str) -> str:
        """Show a message on a phone and return its id; the same `key` again shows nothing new, and returns that id."""
        ...

    async def remove(self, phone: str, keys: Sequence[str], own_keys: Sequence[str]) -> None:
        """Take messages off a phone, those it was sent under `keys` and those its holder wrote under `own_keys`."""
        ...


class SandboxChannel:
    """One kind of sandbox phone: "sandbox_sms", "sandbox_telegram" or "sandbox_staff". Like on the real ones, an SMS
    cannot be deleted from here, a chat message can."""

    most_deleted_at_once = 100

    def __init__(
        self,
        *,
        name: str,
        secret: SecretStr | None,
        store: PhoneStore,
        home_region: str,
        writes_as_sms: bool = False,
        taps: bool = False,
    ) -> None:
        """`taps`: a tapped button is a TAP (staff), not the words of its data (reporters)."""
        self.name = name
        self.writes_as_sms = writes_as_sms
        self._secret = demand(secret, f"the secret of {name}")
        self._store = store
        self._region = home_region
        self._taps = taps

    def verify(self, request: ProviderRequest) -> None:
        """HMAC-SHA256 of the body, in hex."""
        require_equal(request.headers.get(SIGNATURE_HEADER), signature(self._secret, request.body))

    def parse(self, request: ProviderRequest) -> Delivery:
        """{"id", "from", "text", "kind"?, "callback"?, "sent_at"?}; a kind we do not know is read as text."""
        posted = json_object(request.body)
        text = optional_text(posted, "text")
        callback = optional_text(posted, "callback")
        kind = MessageKind.TAP if callback and self._taps else self._kind(posted, text)
        inbound = InboundMessage(
            channel=self.name,
            provider_id=required_text(posted, "id"),
            address=self._address(required_text(posted, "from")),
            text="" if kind is MessageKind.START else text,
            kind=kind,
            sent_at=instant(posted.get("sent_at")),
            callback_id=callback or None,
            chat_message_id=None if self.writes_as_sms or callback else _OWN + required_text(posted, "id"),
        )
        return Delivery(messages=(inbound,))

    async def send(self, message: OutboundMessage) -> SendResult:
        """Put it on the phone."""
        shown = await self._store.put(message.address, message.text, message.buttons, message.key)
        if self.writes_as_sms:
            return SendResult(provider_id=shown, parts=part_count(message.text))
        return SendResult(provider_id=shown, chat_message_ids=(_SENT + message.key,))

    async def delete(self, address: str, message_ids: Sequence[str]) -> DeletedResult:
        """Take them off the phone."""
        sent = [each.removeprefix(_SENT) for each in message_ids if each.startswith(_SENT)]
        own = [each.removeprefix(_OWN) for each in message_ids if each.startswith(_OWN)]
        await self._store.remove(address, sent, own)
        return DeletedResult(deleted=len(message_ids))

    async def answer_tap(self, callback_id: str, text: str) -> None:
        """A sandbox phone's buttons do not spin."""

    async def close(self) -> None:
        """Nothing is held."""

    def _address(self, sender: str) -> str:
        if self.writes_as_sms:
            return telephone(sender, self._region)
        if not _HANDLE.fullmatch(sender):
            raise MalformedRequestError
        return sender

    def _kind(self, posted: Mapping[str, Any], text: str) -> MessageKind:
        named = optional_text(posted, "kind")
        if named in _SENDABLE:
            return MessageKind(named)
        if not self.writes_as_sms and text.strip().lower() == "/start":
            return MessageKind.START
        return MessageKind.TEXT if text.strip() else MessageKind.EMPTY


def signature(secret: str, body: bytes) -> str:
    """What the signature header must hold."""
    return hmac.digest(secret.encode(), body, "sha256").hex()
