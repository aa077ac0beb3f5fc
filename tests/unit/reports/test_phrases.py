"""Many expressions held against one text find what `re` finds; only those are tried whose words are there."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reports.alternatives import alternatives
from bot.reports.needed_words import fold
from bot.reports.phrases import Lexicon, Phrases, Scan

EXPRESSIONS = (
    r"\b(?:help|save) (?:me|us)\b",
    r"(?:they|he)\b[^.!?]{0,12}\b(?:beat|hits?|lock(?:ed)?)\b",
    r"(?<!not )lock(?:ed)?(?! ?out)|door",
    r"(?-i:\b(?:a|b|the) ?(?:he|me){1,2}\b)",
    r"[^.]{0,4}beat",
    r"ช่วย(?:ด้?วย)?|ခ[ိီ]ု?",
    r"^(?=.*door).{0,9}me",
    r"(?:they )*sold",
)
WORDS: tuple[str, ...] = (
    "help",
    "save",
    " ",
    " me",
    "they ",
    "beat",
    "hit",
    "lock",
    "ed",
    " out",
    "door",
    "not ",
    ".",
    "a he",
    "sold",
)
WORDS += ("ช่วย", "ด้วย", "ခ", "ိ", "ı", "ſ", "h\u0131t", "x")


def spans(expressions: tuple[str, ...], text: str) -> tuple[list[tuple[int, int]], int]:
    phrases = Phrases.of([f"(?:{part})" for each in expressions for part in alternatives(each)])
    scan = Scan(text, Lexicon(phrases.each))
    return [match.span() for match in phrases.matches(scan)], scan.tried


@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
def test_what_is_found_is_what_one_joined_expression_finds(text: str) -> None:
    joined = re.compile("|".join(f"(?:{each})" for each in EXPRESSIONS), re.IGNORECASE)
    assert spans(EXPRESSIONS, text)[0] == [match.span() for match in joined.finditer(text)]


def test_an_expression_that_may_take_no_sign_is_left_to_re() -> None:
    assert spans(("(?=me)", "help"), "help me")[0] == [(0, 4), (5, 5)]


@pytest.mark.parametrize("text", ["the weather is fine " * 75, "\u1000\u1031" * 750, "a " * 750])
def test_a_text_without_the_words_costs_no_search(text: str) -> None:
    assert spans(EXPRESSIONS[:3], text) == ([], 0)


def test_an_expression_is_taken_apart_only_where_nothing_changes() -> None:
    assert alternatives(r"\b(?:a|b[|)]|c\|)\b") == [r"\b(?:a)\b", r"\b(?:b[|)])\b", r"\b(?:c\|)\b"]
    for whole in (r"(?:a|b)?", r"(a|b)\1", "(?:a|b)c", r"[]|a]", r"[\]|a]"):
        assert alternatives(whole) == [whole]


def test_letters_that_re_takes_for_one_another_are_looked_up_as_one() -> None:
    letters = [chr(code) for code in range(0x250) if chr(code).isalpha() and chr(code).islower()]
    for one, other in product("iskµ", letters):
        if re.fullmatch(one, other, re.IGNORECASE):
            assert fold(one) == fold(other)
