"""Passwords: hashed, verified, and costing the same whoever asks."""

from __future__ import annotations

import asyncio
import threading

import pytest
from argon2 import PasswordHasher

from bot.console.passwords import BusyError, Passwords, WeakPasswordError

TIME_COST, MEMORY_COST = 1, 8


class CountingHasher(PasswordHasher):
    """Counts how often it verified."""

    def __init__(self) -> None:
        super().__init__(TIME_COST, MEMORY_COST, 1)
        self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        self.verified += 1
        return super().verify(hash, password)


class WaitingHasher(PasswordHasher):
    """Verifies when it is let."""

    def __init__(self) -> None:
        super().__init__(TIME_COST, MEMORY_COST, 1)
        self.at_once = self.most_at_once = 0
        self.go_on = threading.Event()
        self._lock = threading.Lock()

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.go_on.wait(10)
        with self._lock:
            self.at_once -= 1
        return super().verify(hash, password)


def test_the_right_password_is_right_and_another_is_not(passwords: Passwords) -> None:
    hashed = passwords.hash_now("a quiet river runs")
    assert asyncio.run(passwords.verify(hashed, "a quiet river runs")).right
    assert not asyncio.run(passwords.verify(hashed, "a quiet river run")).right


def test_a_hash_is_argon2id_with_the_librarys_defaults() -> None:
    hashed = Passwords().hash_now("a quiet river runs")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_an_unknown_name_costs_the_same_work() -> None:
    hasher = CountingHasher()
    passwords = Passwords(hasher)
    assert not asyncio.run(passwords.verify(None, "a quiet river runs")).right
    assert hasher.verified == 1


def test_a_hash_with_old_parameters_is_made_again() -> None:
    old = Passwords(PasswordHasher(TIME_COST, MEMORY_COST, 1)).hash_now("a quiet river runs")
    verdict = asyncio.run(
        Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)).verify(old, "a quiet river runs")
    )
    assert verdict.right
    assert verdict.new_hash is not None
    assert ",t=2," in verdict.new_hash


def test_one_password_typed_on_two_keyboards_is_one_password(passwords: Passwords) -> None:
    hashed = passwords.hash_now("cafe\u0301 cafe\u0301 cafe\u0301")
    assert asyncio.run(passwords.verify(hashed, "caf\u00e9 caf\u00e9 caf\u00e9")).right


@pytest.mark.parametrize("password", ["", "elevensigns", "x" * 257], ids=["none", "short", "long"])
def test_a_password_too_short_or_too_long_is_refused(passwords: Passwords, password: str) -> None:
    with pytest.raises(WeakPasswordError):
        passwords.hash_now(password)


def test_two_at_once_and_a_flood_is_turned_away() -> None:
    hasher = WaitingHasher()
    passwords = Passwords(hasher, at_once=2)

    async def flood() -> list[object]:
        tries = [asyncio.create_task(passwords.verify(None, "a quiet river runs")) for _ in range(40)]
        await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)  # those turned away are done first
        hasher.go_on.set()
        return await asyncio.gather(*tries, return_exceptions=True)

    outcomes = asyncio.run(flood())
    assert len([each for each in outcomes if isinstance(each, BusyError)]) == 8
    assert hasher.most_at_once <= 2
