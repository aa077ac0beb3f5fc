"""Draws a picture anew, from its pixels alone: place, time, device, names, thumbnails and whatever else lay in the file
are gone. It reads a stranger's file with a large decoder, so it runs as a process of its own without keys, settings or
database (bot/console/picture_process.py), under limits of memory and time: picture in on standard input, JPEG out."""

from __future__ import annotations

import io
import resource
import sys

MOST_PIXELS = 50_000_000  # a phone takes 12 to 50 million; a few kB can claim billions
_MOST_MEMORY_BYTES = 1024**3
_MOST_SECONDS = 20
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")  # no format that calls another program


class NotRedrawnError(Exception):
    """It is no picture of a kind known here, is damaged, or claims to be larger than any camera's."""


def redraw(content: bytes) -> bytes:
    """The first picture in the file as a JPEG of the same size, the right way up. NotRedrawnError."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # checked here, before anything is unpacked
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotRedrawnError
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, MemoryError, EOFError):
        raise NotRedrawnError from None
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    drawn = io.BytesIO()
    plain.save(drawn, format="JPEG", quality=90)
    return drawn.getvalue()


def _main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes to no file
    try:
        sys.stdout.buffer.write(redraw(sys.stdin.buffer.read()))
    except NotRedrawnError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
