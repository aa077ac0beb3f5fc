"""The held check, as the whole table: how long ago they wrote, what they said of their safety, and what is sent."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from bot.database.states import Safety
from bot.messages.holding import SafeWindow, must_be_held

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


BANGKOK = ZoneInfo("Asia/Bangkok")
EVENING = SafeWindow(zone=BANGKOK, opens=time(18), closes=time(20))
NIGHT = SafeWindow(zone=BANGKOK, opens=time(22), closes=time(2))
A_WEEK = timedelta(days=7)
WINDOWS = {
    "any time": (SafeWindow(zone=BANGKOK), 3, True),
    "inside": (EVENING, 19, True),
    "as it opens": (EVENING, 18, True),
    "before": (EVENING, 12, False),
    "as it closes": (EVENING, 20, False),
    "before midnight": (NIGHT, 23, True),
    "after midnight": (NIGHT, 1, True),
    "outside the night": (NIGHT, 12, False),
    "none named": (None, 19, False),
}


def _held(hour: int = 19, minute: int = 0, **changed: object) -> bool:
    now = datetime(2026, 11, 22, hour, minute, tzinfo=BANGKOK)
    standing: dict[str, object] = {
        "safety": Safety.SAFE,
        "opted_out": False,
        "last_word_at": now - timedelta(hours=8),
        "now": now.astimezone(UTC),
        "hold_after": TEN_MINUTES,
        "reply": False,
        "window": EVENING,
        "window_kept_for": A_WEEK,
    }
    return must_be_held(**(standing | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(("window", "hour", "goes"), WINDOWS.values(), ids=WINDOWS)
def test_old_as_the_last_word_is_a_message_leaves_in_the_window_they_named(
    window: SafeWindow | None, hour: int, goes: bool
) -> None:
    assert _held(hour, window=window) is not goes


REFUSALS = {
    "not safe": {"safety": Safety.UNSAFE},
    "came back": {"safety": Safety.RETURNED},
    "never asked": {"safety": Safety.UNKNOWN},
    "said stop": {"opted_out": True},
    "never wrote": {"last_word_at": None},
    "more than a week": {"last_word_at": datetime(2026, 11, 15, 18, 59, tzinfo=BANGKOK)},
    "a late reply": {"reply": True},
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_in_the_window_all_the_same_nothing_leaves(refusal: dict[str, object]) -> None:
    assert not _held()
    assert _held(**refusal)  # type: ignore[arg-type]


def test_a_window_counts_to_the_end_of_its_week() -> None:
    assert not _held(last_word_at=datetime(2026, 11, 15, 19, 0, tzinfo=BANGKOK))


def test_what_a_provider_may_still_try_to_deliver_after_the_window_does_not_set_out() -> None:
    assert not _held(19, 49)
    assert _held(19, 51)


def test_a_window_says_when_it_opens_next_by_its_own_clock() -> None:
    noon = datetime(2026, 11, 22, 12, 0, tzinfo=BANGKOK)
    assert f"{EVENING.next_opening(noon):%d. %H:%M %z}" == "22. 18:00 +0700"
    assert f"{EVENING.next_opening(noon + timedelta(hours=9)):%d. %H:%M}" == "23. 18:00"
