"""Somebody who writes in one of five languages, on Telegram with buttons or by SMS with the digits of their phone: what
is promised to everybody is shown for each of these ten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from bench.chaos.words import CRIES
from bot.database.tables import Alarm
from bot.messages.message import Button
from tests.conversations.words import LANGUAGES, WORDS
from tests.unit.conversation_turns.two_phones import hears
from tests.unit.house import REPORTER, House

OWN_DIGITS: Mapping[str, str] = {"en": "12", "th": "๑๒", "km": "១២", "vi": "12", "my": "၁၂"}
# What the desks before the dialogue know in whole messages: safe word, check in, no check in, who is this.
PHRASES: Mapping[str, tuple[str, str, str, str]] = {
    "en": ("safe word", "check in", "no check in", "who is this?"),
    "th": ("คำลับ", "นัดเวลา", "ยกเลิกนัด", "นี่ใคร"),
    "km": ("ពាក្យសម្ងាត់", "ណាត់ម៉ោង", "លុបណាត់", "នេះអ្នកណា"),
    "vi": ("tu bi mat", "hen gio", "huy hen", "ai day"),
    "my": ("လျှို့ဝှက်စကား", "အချိန်ချိန်း", "ချိန်းတာဖျက်", "ဒါဘယ်သူလဲ"),
}
# Two words of their own, to open and for duress.
OWN_WORDS: Mapping[str, tuple[str, str]] = {
    "en": ("mango tree", "blue river"),
    "th": ("ต้นมะม่วง", "แม่น้ำสีฟ้า"),
    "km": ("ដើមស្វាយ", "ទន្លេខៀវ"),
    "vi": ("cây xoài", "sông xanh"),
    "my": ("သရက်ပင်", "မြစ်ပြာ"),
}


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """One phone and its holder's language. Every method that writes returns the texts that came because of it."""

    house: House
    language: str
    channel: str

    @property
    def sms(self) -> bool:
        """Whether it shows plain words, without buttons."""
        return self.channel == "sms"

    @property
    def phone(self) -> dict[str, str]:
        """As the house's door knows it."""
        return {"channel": self.channel, "sender": REPORTER if self.sms else "7000000001"}

    @property
    def cry(self) -> str:
        """What wakes somebody."""
        return CRIES[self.language]

    @property
    def own_words(self) -> tuple[str, str]:
        """A safe word and a duress word."""
        return OWN_WORDS[self.language]

    def word(self, name: str) -> str:
        """A word or sentence of tests/conversations/words.py."""
        return WORDS[self.language][f"<{name}>"]

    def writes(self, text: str) -> list[str]:
        """In words."""
        return hears(self.house, text, **self.phone)

    def says(self, name: str) -> list[str]:
        """The word of this name in their language."""
        return self.writes(self.word(name))

    def chooses(self, number: int) -> list[str]:
        """A tap on Telegram; by SMS the digit that a phone in their language writes."""
        if self.sms:
            return self.writes(OWN_DIGITS[self.language][number - 1])
        return self.taps(str(number))

    def taps(self, payload: str) -> list[str]:
        """The newest button that stands for it."""
        assert payload in {button.payload for sent in self.house.telegram.sent for button in sent.buttons}
        return hears(self.house, payload, **self.phone, callback_id="tap")

    def asks(self, which: int) -> list[str]:
        """One of PHRASES."""
        return self.writes(PHRASES[self.language][which])

    def reads(self, response: str, **arguments: str) -> str:
        """How a response reads on this phone."""
        return self.house.wording.render(f"utter_{response}", self.language, sms=self.sms, arguments=arguments).text

    def buttons(self) -> tuple[Button, ...]:
        """Under the last message."""
        return self.house.telegram.sent[-1].buttons

    def is_told(self, replies: list[str], *responses: str) -> bool:
        """Exactly these, in this order; an AssertionError shows what came instead."""
        assert replies == [self.reads(each) for each in responses]
        return True

    def in_danger(self) -> Somebody:
        """Has cried out and said that it is safe; Dara was paged, nothing else is on its way."""
        self.house.on_call("Dara")
        assert self.is_told(self.writes(self.cry), "urgent_received", "ask_safe_now")
        assert self.house.rows(Alarm) == 1
        self.chooses(1)
        return self

    def at_ease(self) -> Somebody:
        """Has said hello and that it is safe, and nothing more."""
        self.house.on_call("Dara")
        self.says("tip")
        self.chooses(1)
        return self


def _each(*channels: str) -> pytest.MarkDecorator:
    writers = [(language, channel) for language in LANGUAGES for channel in channels]
    return pytest.mark.parametrize("writer", writers, ids=["-".join(each) for each in writers], indirect=True)


EVERYBODY, ON_TELEGRAM, BY_SMS = _each("telegram", "sms"), _each("telegram"), _each("sms")
