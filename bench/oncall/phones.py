"""The providers and the phones behind them, in memory: a Channel that takes, refuses, dawdles, or takes and keeps
silent, as it is told; and everything that was handed over, with its time."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.channels.channel import Delivery, ProviderRequest
from bot.errors import (
    BadSignatureError,
    BlockedError,
    MalformedRequestError,
    RetryAfterError,
    TemporarySendError,
    UncertainSendError,
)
from bot.messages.message import OutboundMessage, SendResult

_NUMBERS = re.compile(r"\b(\d{6})(?:-(\d{6}))?\b")
_CODES = re.compile(r"ACK (\d{6}) ([0-9A-Z]{4})")


def numbers_in(text: str) -> frozenset[int]:
    """The cases a page names, written out or from one to another."""
    found = _NUMBERS.findall(text)
    return frozenset(each for first, last in found for each in range(int(first), int(last or first) + 1))


class Fate(StrEnum):
    """What becomes of the next message."""

    KILL_BEFORE = "kill_before"  # its sender dies before the request leaves
    KILL_AFTER = "kill_after"  # its sender dies after the provider took it
    SILENT = "silent"  # taken, no answer
    NEVER_RINGS = "never_rings"  # taken, lost on the way
    RECEIPT_FAILED = "receipt_failed"  # taken, and later given up by the carrier
    RECEIPTS_DISORDERED = "receipts_disordered"  # taken, and told of in any order
    ASKS_LONG = "asks_long"  # 429, five minutes
    ASKS_SHORT = "asks_short"  # 429, three seconds


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """One message a provider took. `cause` is the row's key, the same when it is sent again."""

    at: float
    began: float
    channel: str
    address: str = field(repr=False)
    cause: str
    numbers: frozenset[int]
    provider_id: str
    codes: tuple[tuple[int, str], ...] = field(repr=False)

    @property
    def is_page(self) -> bool:
        """Whether somebody can take a case with it."""
        return bool(self.codes)


class MemoryProvider:
    """One way to reach responders. `rings` is called when a phone rings; `ends_its_sender` when a worker is to die."""

    def __init__(self, name: str, chance: random.Random, *, writes_as_sms: bool = False) -> None:
        self.name, self.writes_as_sms = name, writes_as_sms
        self._chance = chance
        self.taken: list[HandedOver] = []
        self.fates: deque[Fate] = deque()
        self.struck: Counter[Fate] = Counter()
        self.blocked: set[str] = set()
        self.broken = False  # 5xx
        self.slow_by = 0.0
        self.refused = 0
        self.undeliverable: list[tuple[int, float]] = []
        self.rings: Callable[[HandedOver], None] = lambda _page: None
        self.tells_later: Callable[[HandedOver, Fate], None] = lambda _page, _fate: None
        self.ends_its_sender: Callable[[], None] = lambda: None

    def verify(self, request: ProviderRequest) -> None:
        """Nobody posts here."""
        raise BadSignatureError

    def parse(self, request: ProviderRequest) -> Delivery:
        """Nobody posts here."""
        raise MalformedRequestError

    async def close(self) -> None:
        """Nothing to give back."""

    async def send(self, message: OutboundMessage) -> SendResult:
        """Take it, or what else its fate is."""
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(self._chance.uniform(0.08, 0.35) + self.slow_by)
        fate = self.fates.popleft() if self.fates else None
        if fate is not None:
            self.struck[fate] += 1
        numbers = numbers_in(message.text)
        if fate is Fate.KILL_BEFORE:
            self.ends_its_sender()
            await asyncio.sleep(3600)
        self._refuse(message, fate, numbers)
        page = self._take(message, began, numbers)
        if fate is not Fate.NEVER_RINGS:
            self.rings(page)
        if fate is Fate.KILL_AFTER:
            self.ends_its_sender()
            await asyncio.sleep(3600)
        if fate is Fate.SILENT:
            await asyncio.sleep(5)
            raise UncertainSendError
        if fate in (Fate.RECEIPT_FAILED, Fate.RECEIPTS_DISORDERED):
            self.tells_later(page, fate)
        return SendResult(provider_id=page.provider_id)

    def _refuse(self, message: OutboundMessage, fate: Fate | None, numbers: frozenset[int]) -> None:
        self.refused += 1
        if message.address in self.blocked:
            self.undeliverable += [(number, asyncio.get_running_loop().time()) for number in numbers]
            raise BlockedError
        if self.broken:
            raise TemporarySendError("503")
        if fate is Fate.ASKS_LONG:
            raise RetryAfterError(timedelta(minutes=5))
        if fate is Fate.ASKS_SHORT:
            raise RetryAfterError(timedelta(seconds=3))
        self.refused -= 1

    def _take(self, message: OutboundMessage, began: float, numbers: frozenset[int]) -> HandedOver:
        now = asyncio.get_running_loop().time()
        written = " ".join([message.text, *(button.payload for button in message.buttons)])
        codes = tuple(dict.fromkeys((int(number), code) for number, code in _CODES.findall(written)))
        page = HandedOver(
            at=now,
            began=began,
            channel=self.name,
            address=message.address,
            cause=message.key.rpartition(":")[0],
            numbers=numbers | {number for number, _ in codes},
            provider_id=f"{self.name}-{len(self.taken)}",
            codes=codes,
        )
        self.taken.append(page)
        return page
