"""Has a picture redrawn in a process of its own: a fault in the decoder then finds no keys, no database and no other
case. Its environment is empty, and its standard error goes nowhere."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.privacy import redraw_picture

_PROGRAM = Path(redraw_picture.__file__)
_MOST_SECONDS = 30.0
_AT_ONCE = 2  # decoders take memory
_free = asyncio.Semaphore(_AT_ONCE)


async def redrawn(content: bytes) -> bytes | None:
    """The picture as a JPEG without anything but its pixels; None when it cannot be read, or takes too long."""
    async with _free:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(_PROGRAM),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                drawn, _ = await process.communicate(content)
        except TimeoutError:
            process.kill()
            await process.wait()
            return None
    return drawn if process.returncode == 0 and drawn else None
