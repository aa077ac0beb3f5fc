"""When a page may leave for a telephone: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.messages.paging_limits import FIRST_PAGES_APART, LIMITS, REPEATED_PAGES_APART, may_leave_at

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


CASES = {
    "a first page, and nothing ever left": (True, 0, None, 0),
    "a first page, long after the last": (True, 60, 0, 1),
    "a first page, half a second after the last": (True, 0.5, 0, 1),
    "a first page that waited while another left": (True, 0, 1, 1),
    "a page again, and nothing ever left": (False, 0, None, 0),
    "a page again, ten seconds after the last": (False, 10, 0, 30),
    "a page again, a minute after the last": (False, 60, 0, 30),
    "a page again that waited while first pages left": (False, 0, 29, 30),
}


@pytest.mark.parametrize(("first", "written", "left", "leaves"), CASES.values(), ids=CASES)
def test_when_a_page_may_leave(first: bool, written: float, left: float | None, leaves: float) -> None:
    last = None if left is None else _at(left)
    assert may_leave_at(first=first, written_at=_at(written), last_left_at=last) == _at(leaves)


@pytest.mark.parametrize("left", [-100, -1, 0, 1, 100])
def test_no_page_waits_longer_than_its_limit(left: float) -> None:
    for first, limit in ((True, FIRST_PAGES_APART), (False, REPEATED_PAGES_APART)):
        assert may_leave_at(first=first, written_at=NOON, last_left_at=_at(left)) - NOON <= limit


def test_every_limit_stands_in_the_operators_guide() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "operators.md").read_text(encoding="utf-8")
    for limit in LIMITS:
        assert f"| {limit.what} | {limit.value} | {limit.why} |" in guide
