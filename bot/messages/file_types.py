"""Which kinds of files are taken, and how each is handed to staff: pure. What is not listed is refused: programs and
archives are never evidence, and opening one on a staff machine is how that machine is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.database.states import FileKind

UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, kw_only=True)
class FileType:
    """One media type: what it is to a person, and how it is called when it is saved."""

    kind: FileKind
    suffix: str
    is_container: bool = False  # the file begins like an archive, and is none: office formats


def _of(kind: FileKind, *types: tuple[str, str], is_container: bool = False) -> dict[str, FileType]:
    return {name: FileType(kind=kind, suffix=suffix, is_container=is_container) for name, suffix in types}


TAKEN: Mapping[str, FileType] = {
    **_of(
        FileKind.VOICE,
        ("audio/ogg", "ogg"),
        ("audio/opus", "opus"),
        ("audio/mpeg", "mp3"),
        ("audio/mp4", "m4a"),
        ("audio/x-m4a", "m4a"),
        ("audio/aac", "aac"),
        ("audio/amr", "amr"),
        ("audio/3gpp", "3gp"),
        ("audio/wav", "wav"),
        ("audio/x-wav", "wav"),
        ("audio/flac", "flac"),
        ("audio/webm", "webm"),
    ),
    **_of(
        FileKind.PICTURE,
        ("image/jpeg", "jpg"),
        ("image/png", "png"),
        ("image/webp", "webp"),
        ("image/gif", "gif"),
        ("image/bmp", "bmp"),
        ("image/tiff", "tiff"),
        ("image/heic", "heic"),
        ("image/heif", "heif"),
    ),
    **_of(
        FileKind.VIDEO,
        ("video/mp4", "mp4"),
        ("video/3gpp", "3gp"),
        ("video/quicktime", "mov"),
        ("video/webm", "webm"),
        ("video/mpeg", "mpeg"),
        ("video/x-matroska", "mkv"),
    ),
    **_of(
        FileKind.DOCUMENT,
        ("application/pdf", "pdf"),
        ("text/plain", "txt"),
        ("application/msword", "doc"),
        ("application/vnd.ms-excel", "xls"),
        ("application/rtf", "rtf"),
    ),
    **_of(
        FileKind.DOCUMENT,
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        ("application/vnd.oasis.opendocument.text", "odt"),
        ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
        is_container=True,
    ),
}
_ALIASES = {"image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/x-wav": "audio/wav"}
# How programs and archives begin: Windows, Linux, macOS, Java, Android, scripts; zip, rar, 7z, gzip, bzip2, xz, cab.
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"dex\n", b"#!")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MSCF")
_MARKUP = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script")
_HEAD_BYTES = 16


def media_type_of(announced: object, default: str = UNKNOWN) -> str:
    """The provider's word for the type as one of ours; `default` when there is none, UNKNOWN when it is not taken."""
    if not isinstance(announced, str) or not announced.strip():
        return default
    plain = announced.partition(";")[0].strip().lower()
    plain = _ALIASES.get(plain, plain)
    return plain if plain in TAKEN else UNKNOWN


def kind_of(media_type: str) -> FileKind:
    """What a file of this type is; a document when nobody knows."""
    known = TAKEN.get(media_type)
    return known.kind if known else FileKind.DOCUMENT


def suffix_of(media_type: str) -> str:
    """The end of the name under which staff get it."""
    known = TAKEN.get(media_type)
    return known.suffix if known else "bin"


def is_taken(media_type: str) -> bool:
    """Whether a file of this announced type is fetched at all."""
    return media_type in TAKEN


def is_something_else(media_type: str, head: bytes) -> bool:
    """Whether its first bytes say that it is a program, an archive or a web page under another name."""
    if head.startswith(_PROGRAMS):
        return True
    if head.startswith(_ARCHIVES):
        return not (media_type in TAKEN and TAKEN[media_type].is_container)
    return head[:_HEAD_BYTES].lstrip().lower().startswith(_MARKUP)
