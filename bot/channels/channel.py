"""The one shape every way to reach a person has. A channel knows its provider and nothing else of the house:
no database, no conversation, no other channel. Adding one is one file, one line in registry.py, payloads,
one line in the contract suite and one page of docs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.messages.message import InboundMessage, OutboundMessage, Receipt, SendResult


@dataclass(frozen=True, kw_only=True)
class ProviderRequest:
    """An HTTP request as it stands at the public door; header names are lower-case.

    `url` is the full public address the provider signed: scheme, host and path as configured, never as a proxy
    rewrote them.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What one provider request held: messages, receipts, or neither (something we have no use for)."""

    messages: tuple[InboundMessage, ...] = ()
    receipts: tuple[Receipt, ...] = ()


class Channel(Protocol):
    """A way to reach a person, in both directions."""

    name: str  # stands in every row and in the webhook's path: /webhooks/<name>
    writes_as_sms: bool  # whether buttons are written out and texts are counted in SMS parts

    def verify(self, request: ProviderRequest) -> None:
        """Raise BadSignatureError unless the provider itself sent this. Runs before anything is parsed or logged."""
        ...

    def parse(self, request: ProviderRequest) -> Delivery:
        """Read a verified request. Raises MalformedRequestError; unknown kinds and fields are dropped, not errors."""
        ...

    async def send(self, message: OutboundMessage) -> SendResult:
        """Hand a message to the provider. Raises a SendError subclass that says whether trying again is safe."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...


class PollingChannel(Channel, Protocol):
    """A channel that fetches instead of being posted to. The offset moves only after the messages are committed."""

    async def poll(self, offset: int) -> tuple[tuple[InboundMessage, ...], int]:
        """Wait for updates at or after `offset`; the messages and the offset to commit with them.

        Raises a SendError when the provider could not be asked; nothing is lost by asking again.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class DeletedResult:
    """What became of messages that were to be deleted. One that was gone already counts as deleted."""

    deleted: int = 0
    not_deletable: int = 0  # the provider says that it never will: too old, or the person blocked us


class DeletesHistory(Protocol):
    """A channel that can delete messages of a chat on both sides; it gives each message its `chat_message_id`."""

    most_deleted_at_once: int

    async def delete(self, address: str, message_ids: Sequence[str]) -> DeletedResult:
        """Delete at most `most_deleted_at_once` messages, received and sent ones. Raises a SendError when nobody knows
        or trying again may help; deleting twice is harmless."""
        ...


class FetchesFiles(Protocol):
    """A channel whose messages bring handles of files (`SentFile.ref`) that lie at the provider."""

    def fetch_file(self, ref: str, most_bytes: int) -> AsyncIterator[bytes]:
        """The file in pieces. Raises FileTooLargeError before more than `most_bytes` were given, FileUnavailableError
        when the provider has none, another SendError when asking again later helps. Nothing is written to a disk."""
        ...


class DeletesFiles(Protocol):
    """A channel whose provider keeps the files of messages until they are deleted (`SentFile.stays_at_provider`)."""

    async def delete_file(self, ref: str) -> None:
        """Delete the provider's copy; one that is gone already counts as deleted. Raises a SendError."""
        ...


class AnswersTaps(Protocol):
    """A channel whose buttons keep spinning until they are answered."""

    async def answer_tap(self, callback_id: str, text: str) -> None:
        """Answer a tapped button; `text` is cut to the provider's limit. Failure is logged, never raised."""
        ...


class AnswersRequests(Protocol):
    """A channel whose provider waits for words in answer to what it posted, as in the middle of a telephone call."""

    def answer(self, request: ProviderRequest) -> str:
        """XML, once all that the request held is stored."""
        ...


class TellsItsProvider(Protocol):
    """A channel whose provider must be told, by us, whether to post here or to wait until we fetch."""

    async def set_webhook(self, url: str) -> None:
        """Have messages posted to `url`. Raises a SendError."""
        ...

    async def delete_webhook(self) -> None:
        """Have messages wait for polling; nothing that waits is dropped. Raises a SendError."""
        ...
