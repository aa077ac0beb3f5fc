"""A redrawn picture holds its pixels and nothing else, and no file can harm whoever reads it."""

from __future__ import annotations

import io
import struct
import zlib

import anyio
import pytest
from PIL import Image

from bot.console.picture_process import redrawn
from bot.privacy.redraw_picture import NotRedrawnError, redraw


def made(picture: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_kind_becomes_a_plain_jpeg_of_the_same_size(kind: str) -> None:
    with Image.open(io.BytesIO(redraw(made(Image.new("RGB", (31, 17), "red"), kind)))) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (31, 17), {})


def test_a_picture_taken_on_its_side_is_turned_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(redraw(made(Image.new("RGB", (40, 30)), "JPEG", exif=exif)))) as picture:
        assert picture.size == (30, 40)


def test_words_behind_the_end_and_in_text_chunks_are_gone() -> None:
    content = made(Image.new("RGBA", (8, 8)), "PNG") + b"TRAILER-MARKER"
    assert b"MARKER" not in redraw(content)


def bomb() -> bytes:
    """A PNG of a few bytes that claims a hundred thousand by a hundred thousand."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


HARMFUL = {
    "nothing": b"",
    "no picture": b"MZ" * 100,
    "half a picture": made(Image.new("RGB", (400, 400), "red"), "JPEG")[:300],
    "a bomb": bomb(),
    "a drawing": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n",
}


@pytest.mark.parametrize("content", HARMFUL.values(), ids=HARMFUL)
def test_what_is_no_picture_of_a_camera_is_not_redrawn(content: bytes) -> None:
    with pytest.raises(NotRedrawnError):
        redraw(content)


@pytest.mark.parametrize("content", [HARMFUL["a bomb"], HARMFUL["half a picture"]], ids=["a bomb", "half"])
def test_the_process_apart_answers_with_nothing(content: bytes) -> None:
    assert anyio.run(redrawn, content) is None


def test_the_process_apart_redraws_under_its_limits() -> None:
    large = made(Image.effect_noise((3000, 2000), 50).convert("RGB"), "JPEG")
    drawn = anyio.run(redrawn, large)
    assert drawn is not None
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.size == (3000, 2000)
