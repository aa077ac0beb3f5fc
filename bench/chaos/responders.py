"""The people on call: they tap "I take it", type "ACK ..." on a phone without the app, and send a ready answer. Some
pages they sleep through, so that alarms have to move on."""

from __future__ import annotations

import random
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from bench.installation import Installation

DARA_CHAT, SOKHA_CHAT = 8001, 8002
MINA_NUMBER = "+12025550122"
_SMS_PAGE = re.compile(r"ACK (\d+) ([0-9A-Z]{4})")
_SLEEPS_THROUGH = 0.25  # of first pages; a repeated page is always heard
_ANSWERS = 0.5  # of alarms taken
_PATIENCE_SECONDS = 20.0


def put_on_call(installation: Installation) -> None:
    """Two on Telegram at the first two steps, one by SMS at the third."""
    installation.on_call("Dara", step=1, channel="telegram_staff", address=str(DARA_CHAT))
    installation.on_call("Sokha", step=2, channel="telegram_staff", address=str(SOKHA_CHAT))
    installation.on_call("Mina", step=3, channel="sms_gateway", address=MINA_NUMBER)


@dataclass
class Responders:
    """One thread for all of them. While `asleep` they let every page pass; afterwards they read all they missed."""

    installation: Installation
    seed: int
    taps: int = 0
    asleep: bool = False
    take_all: bool = False  # every case a page has a button for, not only its first
    _heard: set[str] = field(default_factory=set)
    _seen: dict[str, int] = field(default_factory=dict)
    _taken_at: dict[tuple[str, str], float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch the phones."""
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Put the phones down."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(20)

    def _watch(self) -> None:
        chance = random.Random(self.seed)
        with httpx.Client(timeout=15, trust_env=False) as http:
            while not self._stop.wait(0.05):
                if not self.asleep:
                    self._look_at_chats(chance)
                    self._look_at_phone(http)

    def _look_at_chats(self, chance: random.Random) -> None:
        staff_bot = self.installation.providers.staff_bot
        new = staff_bot.sent[self._seen.get("chats", 0) :]
        self._seen["chats"] = self._seen.get("chats", 0) + len(new)
        for sent in new:
            data = [payload for _, payload in sent.buttons]
            takes = [each for each in data if each.startswith("ACK ")]
            for take in takes if self.take_all else takes[:1]:
                number = take.split()[1]
                again = number in self._heard
                self._heard.add(number)
                if (again or chance.random() >= _SLEEPS_THROUGH) and self._takes_now(sent.chat_id, number):
                    self._tap(int(sent.chat_id), take, sent.message_id)
            if not takes and data and chance.random() < _ANSWERS:
                self._tap(int(sent.chat_id), chance.choice(data), sent.message_id)

    def _takes_now(self, phone: str, number: str) -> bool:
        """Who has just taken it does not take it again because the same page rings once more."""
        now = time.monotonic()
        if now - self._taken_at.get((phone, number), -_PATIENCE_SECONDS) < _PATIENCE_SECONDS:
            return False
        self._taken_at[phone, number] = now
        return True

    def _tap(self, chat: int, data: str, message_id: int) -> None:
        self.taps += 1
        self.installation.providers.staff_bot.person_taps(chat, data, message_id)

    def _look_at_phone(self, http: httpx.Client) -> None:
        gateway = self.installation.providers.gateway
        new = gateway.sent[self._seen.get("phone", 0) :]
        self._seen["phone"] = self._seen.get("phone", 0) + len(new)
        for sent in new:
            found = _SMS_PAGE.search(sent.text) if sent.to == MINA_NUMBER else None
            if found is not None and self._takes_now(sent.to, found[1]):
                self.taps += 1
                self._type(http, f"ACK {found[1]} {found[2]}", f"ack-{sent.id}")

    def _type(self, http: httpx.Client, text: str, event_id: str) -> None:
        url = self.installation.door("sms_gateway")
        while not self._stop.is_set():
            posted = self.installation.providers.gateway.inbound(MINA_NUMBER, text, datetime.now(UTC), event_id)
            try:
                if http.post(url, content=posted.body, headers=dict(posted.headers)).status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            self._stop.wait(0.25)
