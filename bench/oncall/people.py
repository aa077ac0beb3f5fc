"""The responders of a simulated night: a model, with a speed and a probability that somebody chose. They take a case
with the product's own words and codes, as they stand on the phone."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from bench.oncall.clocked_database import ClockedDatabase
from bench.oncall.phones import HandedOver
from bench.oncall.virtual_time import VirtualLoop
from bot.database.tables import StaffContact
from bot.errors import DatabaseDownError
from bot.escalation.replies import ReplyOutcome, apply_reply, parse_reply
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings

_SPREAD = 0.6  # sigma of the logarithm of the time a person takes
_REPOSTED_AFTER_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How people answer: the chance that one page is heard, and the median time until the tap."""

    hears: float = 0.7
    median_seconds: float = 25.0


@dataclass(kw_only=True)
class People:
    """Everybody with a phone. `took` is told of each case somebody took; `taps` counts the acknowledgements posted."""

    database: ClockedDatabase
    settings: Settings
    loop: VirtualLoop
    chance: random.Random
    habits: Habits
    keys: ServiceKeys = field(repr=False)
    contacts: dict[str, int] = field(default_factory=dict)
    taken_at: dict[int, float] = field(default_factory=dict)
    took: Callable[[int, int], None] = lambda _number, _staff_id: None
    taps: int = 0
    posts_each: int = 1
    answers_first: int = 0  # how many taps come after the ready answer they belong before
    also_taps: int = 0  # how many taps come with one of somebody else's
    guesses: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    last_code: dict[int, tuple[int, str]] = field(default_factory=dict)

    def hear(self, page: HandedOver) -> None:
        """A phone rings. Not everybody wakes."""
        for number, code in page.codes:
            self.last_code[number] = (self.contacts[page.address], code)
        if not page.is_page or self.chance.random() >= self.habits.hears:
            return
        delay = math.exp(self.chance.gauss(math.log(self.habits.median_seconds), _SPREAD))
        for nth, (number, code) in enumerate(page.codes):
            self._later(delay + 4.0 * nth, self.contacts[page.address], number, code)

    def _later(self, delay: float, contact_id: int, number: int, code: str) -> None:
        self.loop.call_later(delay, self.tap, contact_id, number, code)

    def tap(self, contact_id: int, number: int, code: str) -> None:
        """Take it, as often and in what order as the faults of the night have it."""
        if self.answers_first > 0:
            self.answers_first -= 1
            self.post(contact_id, f"{number} {code} 1")
        if self.guesses > 0:
            self.guesses -= 1
            self.post(contact_id, f"ACK {number} {'2222' if code != '2222' else '3333'}")
        for _ in range(self.posts_each):
            self.taps += 1
            self.post(contact_id, f"ACK {number} {code}")
        if self.also_taps > 0 and self.last_code.get(number, (contact_id, code))[0] != contact_id:
            self.also_taps -= 1
            self.post(self.last_code[number][0], f"ACK {number} {self.last_code[number][1]}")

    def post(self, contact_id: int, words: str) -> str | None:
        """The provider posts it until it is taken in. What the person is told."""
        try:
            with self.database.transaction() as session:
                outcome = self._apply(session, contact_id, words)
        except DatabaseDownError:
            self.loop.call_later(_REPOSTED_AFTER_SECONDS, self.post, contact_id, words)
            return None
        if outcome is None:
            return None
        self.outcomes[outcome.template] = self.outcomes.get(outcome.template, 0) + 1
        return outcome.template

    def _apply(self, session: Session, contact_id: int, words: str) -> ReplyOutcome | None:
        reply = parse_reply(words)
        contact = session.get(StaffContact, contact_id)
        if reply is None or contact is None:
            return None
        outcome = apply_reply(session, reply, contact, keys=self.keys, settings=self.settings)
        if outcome.template == "taken_by_you":
            self.taken_at.setdefault(reply.number, self.loop.time())
            self.took(reply.number, contact.staff_id)
        return outcome
