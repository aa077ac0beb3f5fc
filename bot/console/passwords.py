"""Passwords of staff: argon2id with the library's own defaults, in threads, a few at once. No database here."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import SampanError

SHORTEST_PASSWORD = 12  # length is what counts, no rules about signs (NIST SP 800-63B, 3.1.1)
LONGEST_PASSWORD = 256
_MOST_WAITING = 32  # one hash takes 64 MiB and about 0.1 s; a flood of sign-ins must not pile up


class WeakPasswordError(SampanError):
    """The password is too short or too long; another one helps."""


class BusyError(SampanError):
    """Too many sign-ins at this moment; trying again in a few seconds helps."""


@dataclass(frozen=True, kw_only=True)
class PasswordVerdict:
    """Whether it was the password; `new_hash` is set when it should be stored with today's parameters."""

    right: bool
    new_hash: str | None = field(repr=False, default=None)


class Passwords:
    """Hashes and verifies; one per process."""

    def __init__(self, hasher: PasswordHasher | None = None, *, at_once: int = 2) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="passwords")
        self._waiting = 0
        # Verified instead when a name is unknown, so that the time taken does not tell which names exist.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(24))

    def hash_now(self, password: str) -> str:
        """The hash to store; for the command line. WeakPasswordError when it is too short or too long."""
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise WeakPasswordError(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
        return self._hasher.hash(_bytes(password))

    async def verify(self, password_hash: str | None, password: str) -> PasswordVerdict:
        """Compare; the same work whether there is a hash or not. BusyError when too many are waiting."""
        if self._waiting >= _MOST_WAITING:
            raise BusyError("too many sign-ins at once")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._verify, password_hash, password)
        finally:
            self._waiting -= 1

    def _verify(self, password_hash: str | None, password: str) -> PasswordVerdict:
        written = _bytes(password[:LONGEST_PASSWORD])
        try:
            self._hasher.verify(password_hash or self._nobody, written)
        except (VerificationError, InvalidHashError):
            return PasswordVerdict(right=False)
        if password_hash is None:
            return PasswordVerdict(right=False)
        stale = self._hasher.check_needs_rehash(password_hash)
        return PasswordVerdict(right=True, new_hash=self._hasher.hash(written) if stale else None)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _bytes(password: str) -> bytes:
    """One spelling for what two keyboards may encode differently (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
