"""When a check-in is expected, read without a clock of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.conversation.check_in_times import chosen_time, heard_time, shown, written_time
from bot.conversation.engine import Entity, Understanding

ZONE = ZoneInfo("Asia/Phnom_Penh")
EVENING = datetime(2026, 11, 22, 20, 0, tzinfo=ZONE).astimezone(UTC)
NIGHT = datetime(2026, 11, 22, 21, 55, tzinfo=ZONE).astimezone(UTC)


def _heard(value: str) -> Understanding:
    return Understanding(entities=(Entity(entity="deadline", value=value, text="then"),))


@pytest.mark.parametrize(
    ("number", "now", "expected"),
    [
        (1, EVENING, "22:00"),
        (2, EVENING, "22:00"),
        (3, EVENING, "23.11. 08:00"),
        (2, NIGHT, None),  # over in five minutes
        (4, EVENING, None),
        (0, EVENING, None),
    ],
)
def test_what_a_number_stands_for(number: int, now: datetime, expected: str | None) -> None:
    when = chosen_time(number, now, ZONE)
    assert (shown(when, now, ZONE) if when else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21:30", "21:30"),
        ("at 21.30 please", "21:30"),
        ("21h", "21:00"),
        ("21h30", "21:30"),
        ("9:30 pm", "21:30"),
        ("ម៉ោង 21:30", "21:30"),
        ("เวลา 21.30 น.", "21:30"),
        ("19:00", "23.11. 19:00"),  # today's is over
        ("20:05", "23.11. 20:05"),  # too near to be expected at
        ("25:00", None),
        ("13:00 pm", None),
        ("room 21", None),
        ("21", None),
        ("21:30 or 22:30", None),
        ("", None),
    ],
)
def test_a_clock_time_is_the_next_one(text: str, expected: str | None) -> None:
    when = written_time(text, EVENING, ZONE)
    assert (shown(when, EVENING, ZONE) if when else None) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-22T23:00+07:00/2026-11-22T23:00+07:00", "23:00"),
        ("2026-11-22T20:00+07:00/2026-11-22T23:00+07:00", "23:00"),  # it has begun: its end
        ("2026-11-23T00:00+07:00/2026-11-24T00:00+07:00", None),  # a whole day
        ("2026-12-22T20:00+07:00/2026-12-22T20:00+07:00", None),  # a month away
        ("2026-11-22T23:00", None),
        ("someday", None),
    ],
)
def test_what_the_model_heard_is_used_where_it_is_a_moment(value: str, expected: str | None) -> None:
    when = heard_time(_heard(value), EVENING)
    assert (shown(when, EVENING, ZONE) if when else None) == expected


def test_nothing_heard_is_no_time() -> None:
    assert heard_time(Understanding(), EVENING) is None
    assert timedelta(0) == EVENING.utcoffset()
