"""Sealing a file in pieces (libsodium's secretstream, XChaCha20-Poly1305, through PyNaCl). Each file has a key of its
own, and the caller seals that key to the conversation. A piece that is missing, altered, moved or cut off is noticed
(https://doc.libsodium.org/secret-key_cryptography/secretstream)."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from nacl import bindings
from nacl.exceptions import CryptoError

from bot.errors import SealingError

PIECE_BYTES = 256 * 1024  # a file of 20 MB is 80 rows
_KEY_BYTES = bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES


class FileSealer:
    """Seals the pieces of one file, in order. `secret` opens them again: seal it before it is stored."""

    def __init__(self) -> None:
        key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        header = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        self._secret = base64.b64encode(key + header).decode()

    @property
    def secret(self) -> str:
        """The file's key, as text."""
        return self._secret

    def seal(self, piece: bytes, *, last: bool) -> bytes:
        """The next piece, sealed; `last` marks the end inside the seal."""
        tag = (
            bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
            if last
            else bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        )
        return bytes(bindings.crypto_secretstream_xchacha20poly1305_push(self._state, piece, None, tag))


def seal_all(content: bytes) -> tuple[str, list[bytes]]:
    """A whole file that is at hand: its secret and its sealed pieces."""
    sealer = FileSealer()
    pieces = [content[start : start + PIECE_BYTES] for start in range(0, len(content), PIECE_BYTES)] or [b""]
    return sealer.secret, [sealer.seal(each, last=number == len(pieces)) for number, each in enumerate(pieces, start=1)]


def open_pieces(secret: str, sealed: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces again. Raises SealingError when one was altered, lost or moved, or when the end is missing."""
    raw = base64.b64decode(secret)
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, raw[_KEY_BYTES:], raw[:_KEY_BYTES])
    ended = False
    for each in sealed:
        try:
            piece, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, each, None)
        except (CryptoError, RuntimeError, ValueError):
            raise SealingError("a piece of a file was altered, or is not in its place") from None
        if ended:
            raise SealingError("a piece comes after the end of the file")
        ended = tag == bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
        yield bytes(piece)
    if not ended:
        raise SealingError("the end of the file is missing")
