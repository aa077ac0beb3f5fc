"""The held check, as the whole table: how long ago they wrote, what they said of their safety, and what is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot.database.states import Safety
from bot.messages.holding import must_be_held

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
AGES = {
    "never wrote": None,
    "wrote now": timedelta(0),
    "ten minutes ago exactly": TEN_MINUTES,
    "eleven minutes ago": timedelta(minutes=11),
    "a day ago": timedelta(days=1),
}
_RECENT = {"wrote now", "ten minutes ago exactly"}


@pytest.mark.parametrize(
    ("age", "safety", "opted_out", "reply"),
    list(product(AGES, Safety, (False, True), (False, True))),
    ids=lambda value: value.value if isinstance(value, Safety) else str(value),
)
def test_what_is_held(age: str, safety: Safety, opted_out: bool, reply: bool) -> None:
    interval = AGES[age]
    held = must_be_held(
        safety=safety,
        opted_out=opted_out,
        last_word_at=None if interval is None else NOW - interval,
        now=NOW,
        hold_after=TEN_MINUTES,
        reply=reply,
    )
    goes = age in _RECENT and (reply or (not opted_out and safety in (Safety.SAFE, Safety.UNKNOWN)))
    assert held is not goes
