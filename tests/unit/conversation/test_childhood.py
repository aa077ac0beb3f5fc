"""Who writes as a child, in five languages: said of themselves, never of somebody else."""

from __future__ import annotations

import pytest

from bot.conversation.directives import parse_directive
from bot.dialogue.childhood import PERHAPS, SURELY, child_who_writes, is_under_18
from bot.dialogue.hearing import Hearing
from bot.dialogue.message import NOT_UNDERSTOOD, Message
from bot.dialogue.questions import urgencies_of
from bot.dialogue.state import empty_state
from bot.messages.normalising import read

OF_THEMSELVES = (
    "I am 13",
    "i'm only 15 years old and scared",
    "I’m 17, they took my passport",
    "i am a 13 year old girl",
    "hi i am 13 and i want to die",
    "im 14 pls help",
    "I am still a child",
    "หนูอายุ 13 ปี",
    "หนูยังเป็นเด็ก",
    "ผมอายุ ๑๗",
    "ខ្ញុំអាយុ ១៤ ឆ្នាំ",
    "ខ្ញុំនៅក្មេង",
    "em mới 15 tuổi",
    "con 12 tuoi",
    "cháu còn là trẻ con",
    "သမီး အသက် ၁၃ နှစ်ပါ",
    "ကျွန်တော်က ကလေးပါ",
)
NOTHING_BUT_AN_AGE = ("13 years old", "อายุ ๑๓ ปี", "អាយុ ១៥ ឆ្នាំ", "15 tuổi", "အသက် ၁၅ နှစ်")
OF_OTHERS = (
    "my sister is 13",
    "there are girls of 15 here",
    "I am 25",
    "i am 13 hours away from home",
    "I am 12 km from the border",
    "เพื่อนหนูอายุ 13",
    "ผมอายุ 33",
    "น้องสาวอายุ 15 ปี",
    "ប្អូនខ្ញុំអាយុ 13",
    "ខ្ញុំអាយុ 30 ឆ្នាំ",
    "em gái em 13 tuổi",
    "em 25 tuổi",
    "ညီမလေး အသက် 13",
    "ကျွန်တော် 5 နှစ်ရှိပြီ",
    "I saw a child",
    "",
)


@pytest.mark.parametrize("words", OF_THEMSELVES)
def test_who_says_it_of_themselves_is_heard(words: str) -> None:
    assert child_who_writes(read(words).text) == SURELY


@pytest.mark.parametrize("words", NOTHING_BUT_AN_AGE)
def test_a_bare_age_is_perhaps_the_writers(words: str) -> None:
    assert child_who_writes(read(words).text) == PERHAPS


@pytest.mark.parametrize("words", OF_OTHERS)
def test_an_adult_or_somebody_elses_age_is_no_child_who_writes(words: str) -> None:
    assert child_who_writes(read(words).text) is None


@pytest.mark.parametrize("value", ["13", "17", "15-17", "14~", "<18"])
def test_ages_below_18_as_entities_tell_them(value: str) -> None:
    assert is_under_18(value)


@pytest.mark.parametrize("value", ["18", "16-20", "<25", "10+", "24+", ""])
def test_other_ages_as_entities_tell_them(value: str) -> None:
    assert not is_under_18(value)


def _heard(words: str, **slots: object) -> Hearing:
    hearing = Hearing({**empty_state()["slots"], "safe_now": True, **slots})
    hearing.hear(Message(intent=NOT_UNDERSTOOD, text=words, child=child_who_writes(words)), "danger_now")
    return hearing


def test_a_child_is_told_to_staff_once_and_remembered() -> None:
    hearing = _heard("i am 13", topic="help")
    assert hearing.slots["child"] is True
    [told] = [each for each in hearing.directives() if each["directive"] == "record_facts"]
    assert told["child"] is True
    assert parse_directive(told).facts["child"] == "yes"  # type: ignore[union-attr]
    again = _heard("i am 13", topic="help", child=True)
    assert not any("child" in each for each in again.directives())


@pytest.mark.parametrize(("whose", "young"), [("self", True), ("other", None), (None, None)])
def test_a_bare_age_counts_when_the_case_is_about_the_writer(whose: str | None, young: bool | None) -> None:
    assert _heard("13 years old", topic="help", whose=whose).slots["child"] is young


@pytest.mark.parametrize(
    ("slots", "urgency"),
    [
        ({"topic": "help", "whose": "self"}, ("URGENT", "minor_exploited")),
        ({"topic": "help", "whose": "other"}, None),
        ({"topic": "tip"}, None),
    ],
)
def test_a_child_who_asks_for_help_for_themselves_is_urgent(
    slots: dict[str, object], urgency: tuple[str, str] | None
) -> None:
    assert urgencies_of({**empty_state()["slots"], "child": True, **slots})[:1] == ([urgency] if urgency else [])


def test_that_a_child_writes_outlives_the_case() -> None:
    hearing = _heard("i am 13", topic="help")
    hearing.conclude()
    assert hearing.slots["filed"]
    assert hearing.slots["child"] is True
