"""A word of one's own in its one spelling, and what can be one."""

from __future__ import annotations

import unicodedata

import pytest

from bot.messages.own_words import Fault, bare_word, fault_of
from bot.privacy.sealing import ServiceKeys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Mango Tree", "mango   tree!", id="case, spaces, punctuation"),
        pytest.param("ｍａｎｇｏ", "mango", id="width"),
        pytest.param("man\u200bgo\u2060", "mango", id="invisible signs"),
        pytest.param("cây xoài", "cay xoai", id="Vietnamese without marks"),
        pytest.param("đường", "duong", id="the Vietnamese d"),
        pytest.param("cây xoài", unicodedata.normalize("NFD", "cây xoài"), id="decomposed"),
        pytest.param("ต้น มะม่วง", "ต้นมะม่วง", id="Thai with a space"),
        pytest.param("ដើម\u200bស្វាយ", "ដើមស្វាយ", id="Khmer with a hidden space"),
    ],
)
def test_what_is_written_in_haste_is_the_same_word(one: str, other: str) -> None:
    assert bare_word(one) == bare_word(other) != ""


@pytest.mark.parametrize(("one", "other"), [("mango", "mangos"), ("ปลาดำ", "ปลาดา"), ("ស្វាយ", "ស្វា"), ("သရက်", "သရက")])
def test_other_words_are_other_words(one: str, other: str) -> None:
    assert bare_word(one) != bare_word(other)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("abc", Fault.TOO_SHORT),
        ("a. b. c.", Fault.TOO_SHORT),
        ("...", Fault.TOO_SHORT),
        ("", Fault.TOO_SHORT),
        ("123456", Fault.NUMBER),
        ("១២៣៤៥", Fault.NUMBER),
        ("x" * 41, Fault.TOO_LONG),
        ("mango", None),
        ("ต้นไม้", None),
        ("room 12 blue", None),
    ],
)
def test_what_can_be_a_word(text: str, fault: Fault | None) -> None:
    assert fault_of(text) is fault


def test_the_hash_is_another_in_every_conversation_and_under_every_key() -> None:
    keys, others = ServiceKeys.generate(), ServiceKeys.generate()
    hashes = {keys.own_word_hash("a", "mango"), keys.own_word_hash("b", "mango"), others.own_word_hash("a", "mango")}
    assert len(hashes) == 3
    assert keys.own_word_hash("a", "mango") == keys.own_word_hash("a", "mango")
