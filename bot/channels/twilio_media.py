"""The media of a Twilio message: which there are, and the handle by which each is fetched and deleted. Of the address
in the webhook only the two ids are kept, so that nothing a webhook says can send our login to another host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.database.states import FileKind
from bot.errors import FileUnavailableError
from bot.messages.file_types import kind_of, media_type_of
from bot.messages.message import MessageKind, SentFile

_MOST_MEDIA = 10  # https://www.twilio.com/docs/messaging/api/media-resource
_PATH = re.compile(r"/2010-04-01/Accounts/[A-Za-z0-9]{1,64}/Messages/([A-Za-z0-9]{1,64})/Media/([A-Za-z0-9]{1,64})")
_HANDLE = re.compile(r"([A-Za-z0-9]{1,64})/([A-Za-z0-9]{1,64})")


def media_in(fields: Mapping[str, str]) -> tuple[SentFile, ...]:
    """What NumMedia, MediaUrl0.. and MediaContentType0.. tell; a medium without an address that can be read came, and
    cannot be fetched."""
    announced = fields.get("NumMedia", "").strip() or "0"
    count = (
        min(int(announced), _MOST_MEDIA) if announced.isascii() and announced.isdigit() and len(announced) < 4 else 1
    )
    return tuple(_medium(fields, number) for number in range(count))


def _medium(fields: Mapping[str, str], number: int) -> SentFile:
    media_type = media_type_of(fields.get(f"MediaContentType{number}"), "image/jpeg")
    found = _PATH.fullmatch(urlsplit(fields.get(f"MediaUrl{number}", "")).path)
    return SentFile(
        kind=kind_of(media_type),
        media_type=media_type,
        ref=f"{found[1]}/{found[2]}" if found else None,
        stays_at_provider=True,
    )


def kind_of_message(text: str, files: tuple[SentFile, ...]) -> MessageKind:
    """A message of nothing but recordings is a voice message."""
    if files:
        return MessageKind.VOICE if all(each.kind is FileKind.VOICE for each in files) else MessageKind.PHOTO
    return MessageKind.TEXT if text.strip() else MessageKind.EMPTY


def path_of(ref: str) -> str:
    """The handle as a path below the account's messages. FileUnavailableError when it is none of ours."""
    found = _HANDLE.fullmatch(ref)
    if found is None:
        raise FileUnavailableError("not a handle")
    return f"{found[1]}/Media/{found[2]}"
