"""A message as data, in both directions. Texts and addresses never appear in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.database.states import FileKind


class Audience(StrEnum):
    """Whom an outbound message is for."""

    REPORTER = "reporter"  # held until it is safe; never sent twice
    RESPONDER = "responder"  # never lost; sent twice rather than not at all


class MessageKind(StrEnum):
    """What came in. No machine reads anything but text and location; a voice message or a file is at least HIGH."""

    TEXT = "text"  # written words, also of an edited message and of a button tapped
    START = "start"  # Telegram's bare /start: shows the choice of languages
    LOCATION = "location"  # a shared place, its text "latitude, longitude"
    VOICE = "voice"  # a voice note or audio file
    PHOTO = "photo"  # a picture, video or document
    STICKER = "sticker"  # a sticker, animation, die or emoji game
    CONTACT = "contact"  # a shared contact card, its text "number, name"
    EMPTY = "empty"  # nothing in it
    TAP = "tap"  # a responder's button; its text is the button's data

    @property
    def readable(self) -> bool:
        """Whether its words can be understood by an engine."""
        return self in (MessageKind.TEXT, MessageKind.START, MessageKind.LOCATION, MessageKind.TAP)

    @property
    def may_tell_something(self) -> bool:
        """Unread, but perhaps a cry for help by somebody who cannot write: at least HIGH."""
        return self in (MessageKind.VOICE, MessageKind.PHOTO)


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file that came with a message: `ref` is the provider's handle to fetch it by, `content` the file itself where
    the provider sends it along. Neither: it came, and there is no way to get it. Its name is never taken."""

    kind: FileKind
    media_type: str  # one of file_types.py
    ref: str | None = field(repr=False, default=None)
    size_bytes: int | None = None  # as the provider announces it
    content: bytes | None = field(repr=False, default=None)
    stays_at_provider: bool = False  # a copy lies there until we delete it


@dataclass(frozen=True, kw_only=True)
class InboundMessage:
    """One message from the outside, as a channel parsed it; unknown fields of the provider are already dropped.

    `provider_id` is unique within `channel`. `address` is normalised (E.164 for telephones, the chat id for
    Telegram), so that one person is one reporter. `callback_id` is the provider's handle of a tapped button.
    `chat_message_id` is its id in the chat, where the channel can delete messages there. `completes_earlier`: it is no
    new message of the person's, only brings the files of one that was announced before.
    """

    channel: str
    provider_id: str = field(repr=False)
    address: str = field(repr=False)
    text: str = field(repr=False, default="")
    kind: MessageKind = MessageKind.TEXT
    sent_at: datetime | None = None
    callback_id: str | None = field(repr=False, default=None)
    chat_message_id: str | None = field(repr=False, default=None)
    files: tuple[SentFile, ...] = ()
    completes_earlier: bool = False


class ReceiptState(StrEnum):
    """What a provider later said of a message it took; the order below never runs backwards."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    OPTED_OUT = "opted_out"  # the person had told the carrier to stop
    GONE = "gone"  # the carrier knows no such telephone

    @property
    def breaks_the_address(self) -> bool:
        """Whether nothing will ever arrive there, until a human looks into it."""
        return self in (ReceiptState.OPTED_OUT, ReceiptState.GONE)

    @property
    def rank(self) -> int:
        """Later states never give way to earlier ones; a failure is final."""
        return {"accepted": 0, "sent": 1, "delivered": 2, "failed": 3, "opted_out": 3, "gone": 3}[self.value]


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A delivery receipt: never safety-critical, only shown."""

    channel: str
    provider_id: str = field(repr=False)
    state: ReceiptState
    error_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Button:
    """A choice under a message. `payload` is what comes back; on SMS it is written out as "1 = Yes"."""

    title: str
    payload: str


@dataclass(frozen=True, kw_only=True)
class OutboundMessage:
    """What a channel is asked to send: words in their final language, and whom to.

    `key` is the outbox row's idempotency key: a channel whose provider supports one passes it on.
    `reply_to` is the provider's id of an earlier message in the same chat (a re-page must sound again). `language` is
    that of the words: a channel that reads them aloud needs the right voice.
    """

    key: str
    audience: Audience
    address: str = field(repr=False)
    text: str = field(repr=False)
    buttons: tuple[Button, ...] = field(repr=False, default=())
    reply_to: str | None = field(repr=False, default=None)
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class SendResult:
    """The provider took it. `provider_id` is the handle receipts will carry; `parts` is what an SMS cost;
    `chat_message_ids` are the ids of all its parts in the chat, where the channel can delete messages there."""

    provider_id: str = field(repr=False)
    parts: int = 1
    chat_message_ids: tuple[str, ...] = field(repr=False, default=())
