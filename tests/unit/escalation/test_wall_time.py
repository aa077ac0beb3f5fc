"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.escalation.wall_time import RosterError, typed_day, typed_hour, typed_instant, zone_named

TYPED = {
    "local": ("2026-11-22T20:00", "Asia/Bangkok", "2026-11-22T13:00", None),
    "with a space": ("2026-11-22 20:00", "Asia/Yangon", "2026-11-22T13:30", None),
    "with an offset the zone says nothing": ("2026-11-22T20:00+01:00", "Asia/Bangkok", "2026-11-22T19:00", None),
    "in summer": ("2026-07-01T20:00", "Europe/London", "2026-07-01T19:00", None),
    "twice": ("2026-10-25T01:30", "Europe/London", "2026-10-25T00:30", "the first one is taken, 00:30 UTC"),
    "twice in Sydney": ("2026-04-05T02:30", "Australia/Sydney", "2026-04-04T15:30", "(the second is 16:30 UTC)"),
}


@pytest.mark.parametrize(("written", "zone", "expected", "remark"), TYPED.values(), ids=TYPED)
def test_a_typed_time_is_local_and_of_two_the_first_which_is_said(
    written: str, zone: str, expected: str, remark: str | None
) -> None:
    typed = typed_instant(written, ZoneInfo(zone))
    assert typed.instant == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert (typed.remark is None) if remark is None else (remark in (typed.remark or ""))


LEFT_OUT = {
    "London": ("2026-03-29T01:30", "Europe/London", "put forward to 02:00"),
    "Sydney": ("2026-10-04T02:00", "Australia/Sydney", "put forward to 03:00"),
    "New York": ("2026-03-08T02:59", "America/New_York", "put forward to 03:00"),
}


@pytest.mark.parametrize(("written", "zone", "said"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_rule_10_a_time_that_no_clock_shows_is_refused(written: str, zone: str, said: str) -> None:
    with pytest.raises(RosterError, match=f"does not exist in {zone}.*{said}"):
        typed_instant(written, ZoneInfo(zone))


@pytest.mark.parametrize("written", ["tonight", "2026-11-22", "2026-13-01T20:00", "20:00", ""])
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(RosterError, match="write it"):
        typed_instant(written, ZoneInfo("Asia/Bangkok"))


@pytest.mark.parametrize("written", ["24:00", "8", "20.00", "noon"])
def test_what_is_no_time_of_day_is_refused(written: str) -> None:
    with pytest.raises(RosterError, match="20:00"):
        typed_hour(written)


@pytest.mark.parametrize("name", ["Bangkok", "../etc/passwd", "", "Asia/"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(RosterError, match="no time zone"):
        zone_named(name)


def test_days_and_hours_are_read() -> None:
    assert typed_day(" 2026-11-22 ").isoformat() == "2026-11-22"
    assert typed_hour("8:05").isoformat() == "08:05:00"
    with pytest.raises(RosterError):
        typed_day("22.11.2026")
