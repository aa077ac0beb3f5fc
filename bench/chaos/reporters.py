"""People who write, and providers that behave as providers do: what is not answered with 200 is posted again, with the
same id, until it is; a Telegram update waits until the offset has moved past it."""

from __future__ import annotations

import itertools
import random
import threading
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from bench.chaos.words import CRIES, LANGUAGES, Line, conversation
from bench.chaos.words import line as read_line
from bench.installation import Installation
from tests.fakes.http_provider import Posted

CHANNELS = ("telegram", "sms_twilio", "sms_gateway")
_AREA_CODES = (201, 202, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229)
_RETRY_SECONDS = 0.25
_WRITERS = 8


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A message that its provider need not repeat: answered with 200, or waiting for the offset."""

    channel: str
    provider_id: str
    address: str
    urgent: bool


@dataclass
class Reporter:
    """One person with one address and lines still to write."""

    channel: str
    address: str
    lines: deque[Line]


def draw_reporters(count: int, lines_each: int, *, seed: int) -> list[Reporter]:
    """People on all channels, in all languages."""
    chance = random.Random(seed)
    numbers = (f"+1{area}55501{last:02}" for last, area in itertools.product(range(100), _AREA_CODES))
    reporters = []
    for index in range(count):
        channel = CHANNELS[index % len(CHANNELS)]
        language = LANGUAGES[index // len(CHANNELS) % len(LANGUAGES)]
        address = str(10_001 + index) if channel == "telegram" else next(numbers)
        lines = deque(conversation(chance, language, lines_each))
        reporters.append(Reporter(channel=channel, address=address, lines=lines))
    return reporters


@dataclass
class Writers:
    """Threads that post the reporters' lines, each person's in order, at most `rate` a second in all and never more
    than `allowance` in all, which the conductor raises."""

    installation: Installation
    reporters: list[Reporter]
    rate_per_second: float
    seed: int
    allowance: int = 0
    accepted: list[Accepted] = field(default_factory=list)
    posts: int = 0
    _begun: int = 0
    _next_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to write."""
        self._threads = [threading.Thread(target=self._write, args=(index,), daemon=True) for index in range(_WRITERS)]
        for thread in self._threads:
            thread.start()

    @property
    def finished(self) -> bool:
        """Whether everything that was begun has been accepted and nothing more may be begun."""
        with self._lock:
            everything = not any(reporter.lines for reporter in self.reporters)
            return len(self.accepted) == self._begun and (everything or self._begun >= self.allowance)

    def stop(self) -> None:
        """End the threads; what is under way is given up."""
        self._stop.set()
        for thread in self._threads:
            thread.join(20)

    def cry(self) -> None:
        """One more person, who cries for help now: for points that only an alarm comes to."""
        language = LANGUAGES[len(self.reporters) % len(LANGUAGES)]
        channel = CHANNELS[len(self.reporters) % len(CHANNELS)]
        index = len(self.reporters)
        address = str(10_001 + index) if channel == "telegram" else f"+1303555{index:04}"
        person = Reporter(channel=channel, address=address, lines=deque([read_line(CRIES[language])]))
        with self._lock:
            self.reporters.insert(0, person)
            self.allowance += 1

    def _write(self, number: int) -> None:
        chance = random.Random(self.seed * 1000 + number)
        with httpx.Client(timeout=15, trust_env=False) as http:
            while not self._stop.is_set():
                waiting = [each for each in self._mine(number) if each.lines]
                if not waiting or not self._may_begin():
                    self._stop.wait(0.02)
                    continue
                reporter = chance.choice(waiting[:12])  # a dozen conversations at a time
                self._send(http, reporter, reporter.lines[0])

    def _mine(self, number: int) -> list[Reporter]:
        """One thread writes for one person, so that their lines are posted in order."""
        with self._lock:
            return [each for each in self.reporters if zlib.crc32(each.address.encode()) % _WRITERS == number]

    def _may_begin(self) -> bool:
        with self._lock:
            if self._begun >= self.allowance or time.monotonic() < self._next_at:
                return False
            self._begun += 1
            self._next_at = time.monotonic() + 1 / self.rate_per_second
            return True

    def _send(self, http: httpx.Client, reporter: Reporter, line: Line) -> None:
        if reporter.channel == "telegram":
            update = self.installation.providers.telegram.person_writes(int(reporter.address), line.text)
            provider_id: str | None = str(update["update_id"])
        else:
            provider_id = self._post_until_accepted(http, reporter, line.text)
        if provider_id is None:
            return
        with self._lock:
            reporter.lines.popleft()
            self.accepted.append(
                Accepted(
                    channel=reporter.channel, provider_id=provider_id, address=reporter.address, urgent=line.urgent
                )
            )

    def _post_until_accepted(self, http: httpx.Client, reporter: Reporter, text: str) -> str | None:
        providers, url = self.installation.providers, self.installation.door(reporter.channel)
        provider_id = f"bench-{reporter.address}-{len(reporter.lines)}"
        while not self._stop.is_set():
            if reporter.channel == "sms_twilio":
                posted = providers.twilio.inbound(url, reporter.address, text, MessageSid=provider_id)
            else:  # the app signs each of its tries anew
                posted = providers.gateway.inbound(reporter.address, text, datetime.now(UTC), provider_id)
            if self._post(http, url, posted):
                return provider_id
            self._stop.wait(_RETRY_SECONDS)
        return None

    def _post(self, http: httpx.Client, url: str, posted: Posted) -> bool:
        self.posts += 1
        try:
            return http.post(url, content=posted.body, headers=dict(posted.headers)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False
