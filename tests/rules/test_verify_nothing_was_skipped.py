"""The check that continuous integration ends with."""

from __future__ import annotations

import pytest

from tests.rules.verify_nothing_was_skipped import complaints


def junit(*cases: str) -> str:
    return f"<testsuites><testsuite name='pytest'>{''.join(cases)}</testsuite></testsuites>"


def case(name: str, outcome: str = "") -> str:
    return f"<testcase classname='tests.test_x' name='{name}'>{outcome}</testcase>"


def test_a_run_in_which_everything_passed_is_accepted() -> None:
    assert complaints(junit(case("a"), case("b"))) == []


@pytest.mark.parametrize(
    ("run", "complaint"),
    [
        pytest.param(junit(), "no test ran", id="nothing ran"),
        pytest.param(junit(case("a"), case("b", "<skipped/>")), "skipped: tests.test_x::b", id="skipped"),
        pytest.param(junit(case("a", "<failure/>")), "failure: tests.test_x::a", id="failed"),
        pytest.param(junit(case("a", "<error/>")), "error: tests.test_x::a", id="broken fixture"),
    ],
)
def test_a_run_is_refused_when(run: str, complaint: str) -> None:
    assert complaints(run) == [complaint]
