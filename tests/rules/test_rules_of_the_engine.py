"""The 33 rules of the on-call engine: each has tests that carry its number, and a change that takes it out, which still
fits the code as it is. That the tests then fail is `make mutants-oncall`, which takes minutes."""

from __future__ import annotations

import ast

import pytest

from tests.rules.source_files import ROOT
from tests.unit.escalation.check_mutants import mutated, numbered_tests
from tests.unit.escalation.mutants import MUTANTS, RULES, Mutant


def test_every_rule_has_a_test_that_carries_its_number() -> None:
    assert sorted(numbered_tests()) == list(RULES)


def test_every_rule_has_a_change_that_takes_it_out() -> None:
    assert sorted({mutant.rule for mutant in MUTANTS}) == list(RULES)


def test_no_change_is_made_twice() -> None:
    assert len({(each.rule, each.file, each.old, each.new) for each in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: f"{each.rule} {each.takes_out}")
def test_what_is_taken_out_stands_there_exactly_once_and_leaves_python_behind(mutant: Mutant) -> None:
    before = (ROOT / mutant.file).read_text(encoding="utf-8")
    after = mutated(before, mutant)
    assert ast.dump(ast.parse(after)) != ast.dump(ast.parse(before))


@pytest.mark.parametrize("times", [0, 2])
def test_a_change_that_fits_nowhere_or_twice_is_an_error(times: int) -> None:
    mutant = Mutant(rule=1, takes_out="nothing", file="nowhere.py", old="here", new="there")
    with pytest.raises(ValueError, match=f"rule 1: found {times} times in nowhere.py"):
        mutated("here " * times, mutant)
