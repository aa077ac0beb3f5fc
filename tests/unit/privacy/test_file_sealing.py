"""A sealed file comes out whole, or not at all."""

from __future__ import annotations

import pytest

from bot.errors import SealingError
from bot.privacy.file_sealing import PIECE_BYTES, FileSealer, open_pieces, seal_all

CONTENT = bytes(range(256)) * 3000


@pytest.mark.parametrize("content", [CONTENT, b"", b"x", b"y" * PIECE_BYTES, b"y" * (2 * PIECE_BYTES)])
def test_a_file_comes_out_as_it_went_in(content: bytes) -> None:
    secret, pieces = seal_all(content)
    assert b"".join(open_pieces(secret, pieces)) == content
    assert len(pieces) == max(1, -(-len(content) // PIECE_BYTES))


SECRET, PIECES = seal_all(CONTENT)
OTHER_SECRET, OTHER_PIECES = seal_all(CONTENT)
DAMAGED = {
    "the end is missing": PIECES[:-1],
    "the beginning is missing": PIECES[1:],
    "nothing is left": [],
    "two changed places": [PIECES[1], PIECES[0], PIECES[2]],
    "one came twice": [PIECES[0], PIECES[0], PIECES[1], PIECES[2]],
    "one of another file": [PIECES[0], OTHER_PIECES[1], PIECES[2]],
    "one bit is another": [PIECES[0], bytes([PIECES[1][0] ^ 1]) + PIECES[1][1:], PIECES[2]],
    "more behind the end": [*PIECES, PIECES[2]],
    "no piece at all": [b""],
}


@pytest.mark.parametrize("pieces", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_never_taken_for_the_file(pieces: list[bytes]) -> None:
    with pytest.raises(SealingError):
        b"".join(open_pieces(SECRET, pieces))


def test_another_files_secret_opens_nothing() -> None:
    with pytest.raises(SealingError):
        b"".join(open_pieces(OTHER_SECRET, PIECES))


def test_two_files_with_the_same_content_do_not_look_alike() -> None:
    assert set(PIECES).isdisjoint(OTHER_PIECES)
    assert FileSealer().secret != FileSealer().secret
