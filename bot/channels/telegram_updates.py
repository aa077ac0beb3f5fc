"""What each kind of Telegram update means to us; docs/channels.md has the same as a table.

Updates are read as plain JSON and only the fields named here are touched, so names, usernames, language codes and
pictures of the writer are never even built into objects (https://core.telegram.org/bots/api#update). A kind Telegram
adds tomorrow is then an unreadable message a human is asked about, not an error that stops the queue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.request_body import instant, optional_text, required_text
from bot.database.states import FileKind
from bot.errors import MalformedRequestError
from bot.messages.file_types import UNKNOWN, kind_of, media_type_of
from bot.messages.message import InboundMessage, MessageKind, SentFile

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

# A deep link's payload (https://core.telegram.org/bots/features#deep-linking); anything else after /start is words.
_START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*", re.IGNORECASE)

# The first key present decides: an animation also carries "document", a venue also carries "location".
_UNREADABLE = (
    ("animation", MessageKind.STICKER),
    ("sticker", MessageKind.STICKER),
    ("dice", MessageKind.STICKER),
    ("game", MessageKind.STICKER),
    ("voice", MessageKind.VOICE),
    ("audio", MessageKind.VOICE),
    ("photo", MessageKind.PHOTO),
    ("video", MessageKind.PHOTO),
    ("video_note", MessageKind.PHOTO),
    ("document", MessageKind.PHOTO),
    ("story", MessageKind.PHOTO),
    ("paid_media", MessageKind.PHOTO),
    ("contact", MessageKind.CONTACT),
)

# What it is where Telegram does not say: it gives no type with photos and round videos, and need not with the others.
_FILES = {
    "voice": (FileKind.VOICE, "audio/ogg"),
    "audio": (FileKind.VOICE, "audio/mpeg"),
    "photo": (FileKind.PICTURE, "image/jpeg"),
    "video": (FileKind.VIDEO, "video/mp4"),
    "video_note": (FileKind.VIDEO, "video/mp4"),
    "document": (FileKind.DOCUMENT, UNKNOWN),
}
_LONGEST_CONTACT = 200  # characters of a card; longer names are no names

# Telegram's own notices in a private chat: nobody wrote them.
_SERVICE = frozenset(
    "boost_added chat_background_set chat_shared connected_website delete_chat_photo gift giveaway giveaway_created "
    "group_chat_created invoice left_chat_member message_auto_delete_timer_changed new_chat_members new_chat_photo "
    "new_chat_title passport_data pinned_message proximity_alert_triggered refunded_payment successful_payment "
    "unique_gift users_shared web_app_data write_access_allowed".split()
)


@dataclass(frozen=True, kw_only=True)
class _Content:
    kind: MessageKind
    text: str = ""
    files: tuple[SentFile, ...] = ()


def read_update(update: Mapping[str, Any], channel: str, *, taps: bool) -> tuple[InboundMessage, ...]:
    """The message in an update, or none when it is of a kind we have no use for.

    `taps` makes a button tapped a TAP (the staff bot); otherwise it is TEXT, as if the person had written the button's
    data. Raises MalformedRequestError when what every update must have is missing.
    """
    update_id = update.get("update_id")
    if not isinstance(update_id, int):
        raise MalformedRequestError
    if "callback_query" in update:
        found = _tapped(_object(update["callback_query"]), channel, str(update_id), taps=taps)
    elif "message" in update:
        found = _written(_object(update["message"]), channel, str(update_id))
    elif "edited_message" in update:
        edited = _object(update["edited_message"])
        # A live location edits its message every few seconds; its first position has been stored.
        found = None if "location" in edited else _written(edited, channel, str(update_id))
    else:
        found = None
    return (found,) if found else ()


def _written(message: Mapping[str, Any], channel: str, provider_id: str) -> InboundMessage | None:
    """Groups and channels are ignored: several people read there, and the one who wrote is not the one addressed."""
    chat = _object(message.get("chat"))
    if chat.get("type") != "private" or _object(message.get("from", {})).get("is_bot") is True:
        return None
    content = _content(message)
    if content is None:
        return None
    return InboundMessage(
        channel=channel,
        provider_id=provider_id,
        address=_chat_id(chat),
        text=content.text,
        kind=content.kind,
        sent_at=instant(message.get("edit_date") or message.get("date")),
        chat_message_id=_message_id(message),
        files=content.files,
    )


def _tapped(query: Mapping[str, Any], channel: str, provider_id: str, *, taps: bool) -> InboundMessage | None:
    """A tap counts only in a private chat with the one who tapped: in a group anyone could tap for another."""
    chat = _object(_object(query.get("message", {})).get("chat", {}))
    data = optional_text(query, "data")
    if chat.get("type") != "private" or not data or _object(query.get("from")).get("id") != chat.get("id"):
        return None
    return InboundMessage(
        channel=channel,
        provider_id=provider_id,
        address=_chat_id(chat),
        text=data,
        kind=MessageKind.TAP if taps else MessageKind.TEXT,
        callback_id=required_text(query, "id"),
    )


def _content(message: Mapping[str, Any]) -> _Content | None:
    """What was written or sent; None for Telegram's own notices."""
    if "text" in message:
        return _words(optional_text(message, "text"))
    if "location" in message:
        return _place(_object(message["location"]))
    if "poll" in message:
        return _words(_poll_text(_object(message["poll"])))
    for key, kind in _UNREADABLE:
        if key in message:
            if kind is MessageKind.CONTACT:
                return _Content(kind=kind, text=_card(message))
            return _Content(kind=kind, text=optional_text(message, "caption"), files=_files(key, message[key]))
    return None if _SERVICE & message.keys() else _Content(kind=MessageKind.EMPTY)


def _words(text: str) -> _Content:
    if start := _START.fullmatch(text.strip()):
        return _Content(kind=MessageKind.START, text=start.group(1) or "")
    return _Content(kind=MessageKind.TEXT, text=text) if text.strip() else _Content(kind=MessageKind.EMPTY)


def _place(location: Mapping[str, Any]) -> _Content:
    latitude, longitude = _degrees(location.get("latitude"), 90), _degrees(location.get("longitude"), 180)
    return _Content(kind=MessageKind.LOCATION, text=f"{latitude:.6f}, {longitude:.6f}")


def _degrees(value: object, most: int) -> float:
    # JSON can spell NaN and numbers no float holds; neither passes the comparison.
    if isinstance(value, int | float) and -most <= value <= most:
        return float(value)
    raise MalformedRequestError


def _files(key: str, sent: object) -> tuple[SentFile, ...]:
    """The handle, the announced size and type; of a photo the largest of its sizes. The file's name is never read."""
    if key not in _FILES:
        return ()
    sizes = [each for each in sent if isinstance(each, dict)] if isinstance(sent, list) else [sent]
    largest = max(sizes, key=lambda each: (_size(each) or 0) if isinstance(each, dict) else 0, default=None)
    found = largest if isinstance(largest, dict) else {}
    kind, default = _FILES[key]
    media_type = media_type_of(found.get("mime_type"), default)
    if key == "document":
        kind = kind_of(media_type)
    return (
        SentFile(
            kind=kind, media_type=media_type, ref=optional_text(found, "file_id") or None, size_bytes=_size(found)
        ),
    )


def _size(found: Mapping[str, Any]) -> int | None:
    size = found.get("file_size")
    return size if isinstance(size, int) and 0 <= size < 2**31 else None


def _card(message: Mapping[str, Any]) -> str:
    """A shared card as "number, name". Of somebody's own card only the number: what they are called is never asked. The
    vCard behind it (photo, address, notes) is not read."""
    card = _object(message["contact"])
    is_own = card.get("user_id") is not None and card.get("user_id") == _object(message.get("chat")).get("id")
    name = [] if is_own else [optional_text(card, "first_name"), optional_text(card, "last_name")]
    parts = [optional_text(card, "phone_number"), " ".join(each for each in name if each)]
    return ", ".join(part for part in parts if part)[:_LONGEST_CONTACT]


def _poll_text(poll: Mapping[str, Any]) -> str:
    """A poll is the person's own words: the question and the choices, a line each."""
    options = poll.get("options")
    choices = options if isinstance(options, list) else []
    lines = [optional_text(poll, "question"), *(optional_text(_object(choice), "text") for choice in choices)]
    return "\n".join(line for line in lines if line)


def _chat_id(chat: Mapping[str, Any]) -> str:
    chat_id = chat.get("id")
    if not isinstance(chat_id, int):
        raise MalformedRequestError
    return str(chat_id)


def _message_id(message: Mapping[str, Any]) -> str | None:
    """Without it a message can be read, but not be deleted later."""
    message_id = message.get("message_id")
    return str(message_id) if isinstance(message_id, int) and message_id > 0 else None


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedRequestError
    return value
