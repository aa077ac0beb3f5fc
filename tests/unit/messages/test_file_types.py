"""Which files are taken."""

from __future__ import annotations

import pytest

from bot.database.states import FileKind
from bot.messages.file_types import TAKEN, UNKNOWN, is_something_else, is_taken, kind_of, media_type_of, suffix_of


@pytest.mark.parametrize(
    ("announced", "read"),
    [
        ("image/jpeg", "image/jpeg"),
        ("IMAGE/JPG", "image/jpeg"),
        ("audio/ogg; codecs=opus", "audio/ogg"),
        ("text/html", UNKNOWN),
        ("image/svg+xml", UNKNOWN),
        ("application/vnd.android.package-archive", UNKNOWN),
        ("application/x-msdownload", UNKNOWN),
        ("application/zip", UNKNOWN),
        ("application/vnd.ms-word.document.macroenabled.12", UNKNOWN),
        ("NAME-MARKER", UNKNOWN),
        ("", "image/png"),
        (None, "image/png"),
        (7, "image/png"),
    ],
)
def test_an_announced_type_is_one_of_ours_or_unknown(announced: object, read: str) -> None:
    assert media_type_of(announced, "image/png") == read


def test_nothing_that_a_browser_or_a_machine_would_run_is_taken() -> None:
    assert not is_taken(UNKNOWN)
    assert not {name for name in TAKEN if any(word in name for word in ("html", "svg", "xml;", "script", "zip", "exe"))}
    assert kind_of(UNKNOWN) is FileKind.DOCUMENT
    assert suffix_of(UNKNOWN) == "bin"


@pytest.mark.parametrize(
    "head", [b"MZ", b"\x7fELF", b"PK\x03\x04", b"Rar!", b"\x1f\x8b", b"#!/bin", b"<svg ", b"  <HTML"]
)
def test_a_file_that_begins_as_something_else_is_noticed(head: bytes) -> None:
    assert is_something_else("image/jpeg", head)


def test_office_documents_may_begin_as_archives_and_nothing_else_may() -> None:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert not is_something_else(word, b"PK\x03\x04")
    assert is_something_else(word, b"MZ")
    assert is_something_else("application/pdf", b"PK\x03\x04")
    assert not is_something_else("application/pdf", b"%PDF-1.7")
