"""Open-loop traffic: messages are posted at the moments a clock decides, however slow the answers are, and latency
counts from that moment. What arrives at a fake is stamped on arrival."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from bench.installation import Installation

Sent = TypeVar("Sent")
_numbers = (f"+1{area}555{last:04}" for area, last in itertools.product(range(303, 999), range(10_000)))


class Stamped(list[Sent]):
    """A list that remembers when each of its items came."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[float] = []

    def append(self, item: Sent) -> None:
        """Stamp, then keep."""
        self.at.append(time.monotonic())
        super().append(item)


@dataclass(kw_only=True)
class Posted:
    """One message of a run."""

    number: str
    urgent: bool
    due: float  # when the clock said it should leave
    answered: float | None = None
    status: int = 0
    text: str = field(repr=False, default="")

    @property
    def latency(self) -> float:
        """From the moment it was due to the 200."""
        assert self.answered is not None
        return self.answered - self.due


def new_number() -> str:
    """A number nobody has written from yet."""
    return next(_numbers)


def post_at_rate(
    installation: Installation,
    per_second: float,
    seconds: float,
    words: Callable[[int], tuple[str, bool]],
    numbers: Sequence[str] = (),
    *,
    seed: int = 1,
) -> list[Posted]:
    """Post SMS through Twilio's webhook at exponentially spaced moments; blocks until all are answered. Every message
    comes from somebody new unless `numbers` are given. `words` gives the text of a message and whether it is urgent."""
    chance = random.Random(seed)
    run: list[Posted] = []
    moment = time.monotonic() + 0.2
    end = moment + seconds
    while (moment := moment + chance.expovariate(per_second)) < end:
        index = len(run)
        text, urgent = words(index)
        number = numbers[index % len(numbers)] if numbers else new_number()
        run.append(Posted(number=number, urgent=urgent, due=moment, text=text))
    asyncio.run(_post_all(installation, run))
    refused = [each.status for each in run if each.status != httpx.codes.OK]
    if refused:
        raise RuntimeError(f"{len(refused)} of {len(run)} posts were not answered with 200")
    return run


async def _post_all(installation: Installation, run: Sequence[Posted]) -> None:
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(timeout=30, trust_env=False, limits=limits) as client, asyncio.TaskGroup() as group:
        for each in run:
            await asyncio.sleep(max(0.0, each.due - time.monotonic()))
            group.create_task(_post(client, installation, each))


async def _post(client: httpx.AsyncClient, installation: Installation, each: Posted) -> None:
    url = installation.door("sms_twilio")
    posted = installation.providers.twilio.inbound(url, each.number, each.text)
    answer = await client.post(url, content=posted.body, headers=dict(posted.headers))
    each.answered, each.status = time.monotonic(), answer.status_code
