"""What the public phrases need is shipped beside them; it saves time, and never changes an answer."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.reports import phrase_index
from bot.reports.literals import parse_tree, requirements
from bot.reports.needed_words import ALWAYS_TRIED
from bot.reports.phrase_book import every_phrase, load
from bot.reports.phrase_index import packed, unpacked
from bot.reports.phrases import Phrase
from bot.reports.write_phrase_index import fresh


def test_the_committed_index_is_a_fresh_one() -> None:
    same = phrase_index.FILE.read_text(encoding="utf-8") == fresh()
    assert same, "the phrases have changed: run python -m bot.reports.write_phrase_index"


def test_every_public_expression_compiles() -> None:
    """They are compiled when first tried; nobody who writes may be the one to find out."""
    for phrase in every_phrase(load()):
        re.compile(phrase.expression, re.IGNORECASE)


def test_what_is_read_back_is_what_was_written() -> None:
    found = [(each, requirements(each)) for each in (r"\b(?:help|save) me", "^x*", "(?=.*ช่วย)[a-z]{2,}", "a\nb c")]
    assert unpacked(packed(found)) == {phrase_index.digest(expression): needed for expression, needed in found}


def test_an_expression_that_the_index_does_not_know_is_read_at_once() -> None:
    unknown = r"the blue (?:lorry|van) sings"
    assert phrase_index.find(unknown) is None
    assert Phrase(unknown).needed == requirements(unknown)


@pytest.mark.parametrize("broken", ["(gun", "[z-a]", "(?<=a*)b", "a{2,1}"])
def test_an_unknown_expression_that_does_not_compile_is_refused_when_it_is_read(broken: str) -> None:
    with pytest.raises(re.error):
        Phrase(broken)


class Renamed:
    """An operation that this Python calls otherwise."""

    def __str__(self) -> str:
        return "LETTER"


def renamed(expression: str) -> Any:
    return [(Renamed(), argument) for _, argument in parse_tree(expression)]


def with_a_third_part(expression: str) -> Any:
    return [(operation, argument, None) for operation, argument in parse_tree(expression)]


def without_its_beginning(expression: str) -> Any:
    """The same shape with another meaning: only what it makes of a known expression can tell."""
    return list(parse_tree(expression))[1:]


def nowhere(expression: str) -> Any:
    raise ImportError(expression)


def without_sequences(expression: str) -> Any:
    return object()


@pytest.mark.parametrize("parse", [renamed, with_a_third_part, without_its_beginning, nowhere, without_sequences])
def test_on_a_python_with_other_trees_everything_is_tried_everywhere(parse: Callable[[str], Any]) -> None:
    for expression in (r"\bhelp (?:me|us)\b", "Gun", "ช่วยด้วย"):
        assert requirements(expression, parse) == ALWAYS_TRIED
    assert (ALWAYS_TRIED.low, ALWAYS_TRIED.high) == (0, math.inf)
    assert ALWAYS_TRIED.cases_matter
    assert ALWAYS_TRIED.rarest is None


def test_one_unknown_operation_makes_the_whole_expression_always_tried() -> None:
    def with_one_more(expression: str) -> Any:
        tree = list(parse_tree(expression))
        return [*tree, (Renamed(), None)] if expression == "help" else tree

    assert requirements("help", with_one_more) == ALWAYS_TRIED
    assert requirements("save", with_one_more) == requirements("save")


def test_a_broken_expression_is_told_by_any_python() -> None:
    with pytest.raises(re.error):
        requirements("(gun")
