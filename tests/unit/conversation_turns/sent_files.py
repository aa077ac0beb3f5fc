"""Files as people send them, and what of them is stored."""

from __future__ import annotations

import itertools

from sqlalchemy import select

from bot.conversation.case_files import OpenedFile, open_file
from bot.database.states import FileKind
from bot.database.tables import Attachment, FileChunk
from bot.messages.message import MessageKind, SentFile
from tests.unit.house import House

SOUND = b"OggS" + bytes(range(256)) * 2500  # more than two sealed pieces
_numbers = itertools.count(1)


def a_file(house: House, kind: FileKind, media_type: str, content: bytes = SOUND, size: int | None = None) -> SentFile:
    """A file that lies at the provider, as a channel reads it."""
    ref = f"handle-{next(_numbers)}"
    house.telegram.files[ref] = house.sms.files[ref] = content
    return SentFile(kind=kind, media_type=media_type, ref=ref, size_bytes=size)


def sends(house: House, file: SentFile, caption: str = "", *, channel: str = "telegram") -> list[str]:
    """Somebody sends it; what they are told."""
    kind = MessageKind.VOICE if file.kind is FileKind.VOICE else MessageKind.PHOTO
    return house.hears(caption, channel=channel, kind=kind, files=(file,))


def sends_voice(house: House, content: bytes = SOUND) -> list[str]:
    return sends(house, a_file(house, FileKind.VOICE, "audio/ogg", content))


def sends_picture(house: House, content: bytes = b"\xff\xd8\xff picture", caption: str = "") -> list[str]:
    return sends(house, a_file(house, FileKind.PICTURE, "image/jpeg", content), caption)


def rows_of_files(house: House) -> list[Attachment]:
    with house.database.transaction() as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def newest_file(house: House) -> Attachment:
    return rows_of_files(house)[-1]


def pieces(house: House) -> list[bytes]:
    """Every sealed piece of every file."""
    with house.database.transaction() as session:
        return list(session.scalars(select(FileChunk.content_sealed)))


def opens(house: House, staff_id: int, file_id: int, *, number: int = 101, original: bool = False) -> OpenedFile:
    """A person opens a file."""
    with house.database.transaction() as session:
        return open_file(session, number, file_id, staff_id=staff_id, keys=house.keys, original=original)


def words(house: House, response: str, *, sms: bool = False) -> str:
    return house.wording.render(response, "en", sms=sms, arguments={"megabytes": "20"}).text
