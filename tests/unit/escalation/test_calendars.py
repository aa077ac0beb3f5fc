"""The roster as iCalendar, out and in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bot.escalation.calendar_export import calendar_of
from bot.escalation.calendar_import import MOST_BYTES, read_calendar
from bot.escalation.duty import Duty
from bot.escalation.wall_time import RosterError

START = datetime(2026, 10, 20, tzinfo=UTC)
END = START + timedelta(days=90)
HOUR = timedelta(hours=1)
NAMES = ("Noor", "Dara", "Sok San")
BANGKOK = ZoneInfo("Asia/Bangkok")
HEAD = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test"]
AT = ["DTSTART:20261101T130000Z", "DTEND:20261101T150000Z"]


def _file(*events: list[str]) -> bytes:
    lines = list(HEAD)
    for number, event in enumerate(events, start=1):
        lines += ["BEGIN:VEVENT", f"UID:{number}", "DTSTAMP:20261001T000000Z", *event, "END:VEVENT"]
    return ("\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n").encode()


def _read(*events: list[str], zone: ZoneInfo = BANGKOK) -> list[tuple[str | None, str | None, int | None, str, str]]:
    return [
        (
            each.absent,
            each.present,
            each.step_no,
            f"{each.hours.starts_at:%m-%d %H:%M}",
            f"{each.hours.ends_at:%m-%d %H:%M}",
        )
        for each in read_calendar(_file(*events), NAMES, zone, START, END)
    ]


MEANT = {
    "a name": ("SUMMARY:Noor", (None, "Noor", 1)),
    "in other capitals": ("SUMMARY:  nOOR ", (None, "Noor", 1)),
    "a name of two words": ("SUMMARY:Sok San", (None, "Sok San", 1)),
    "a step": ("SUMMARY:Sok San\\, step 2", (None, "Sok San", 2)),
    "a step without comma": ("SUMMARY:Noor step 3", (None, "Noor", 3)),
    "in somebody's place": ("SUMMARY:Noor for Sok San", ("Sok San", "Noor", None)),
    "away": ("SUMMARY:Dara away", ("Dara", None, None)),
    "an attendee": ("SUMMARY:Night shift\r\nATTENDEE;CN=Dara:mailto:dara@example.org", (None, "Dara", 1)),
    "the one attendee who works here": (
        "SUMMARY:Night\r\nATTENDEE;CN=Someone:mailto:x@example.org\r\nATTENDEE;CN=Dara:mailto:y@example.org",
        (None, "Dara", 1),
    ),
}


@pytest.mark.parametrize(("title", "expected"), MEANT.values(), ids=MEANT)
def test_an_event_says_who_is_on_call(title: str, expected: tuple[str | None, str | None, int | None]) -> None:
    assert _read([*AT, title]) == [(*expected, "11-01 13:00", "11-01 15:00")]


TIMES = {
    "a zone of its own": (
        ["DTSTART;TZID=Europe/London:20261024T200000", "DTEND;TZID=Europe/London:20261025T060000"],
        [("10-24 19:00", "10-25 06:00")],
    ),
    "no zone: local here": (["DTSTART:20261101T200000", "DURATION:PT2H"], [("11-01 13:00", "11-01 15:00")]),
    "whole days": (["DTSTART;VALUE=DATE:20261101", "DTEND;VALUE=DATE:20261103"], [("10-31 17:00", "11-02 17:00")]),
    "a whole day without an end": (["DTSTART;VALUE=DATE:20261101"], [("10-31 17:00", "11-01 17:00")]),
    "under way": (["DTSTART:20261019T200000Z", "DTEND:20261020T060000Z"], [("10-19 20:00", "10-20 06:00")]),
    "over": (["DTSTART:20261019T100000Z", "DTEND:20261020T000000Z"], []),
    "beyond the time that is read": (["DTSTART:20270301T100000Z", "DTEND:20270301T120000Z"], []),
    "called off": ([*AT, "STATUS:CANCELLED"], []),
    "nightly, with an exception, over a change of clocks": (
        [
            "DTSTART;TZID=Europe/London:20261023T200000",
            "DTEND;TZID=Europe/London:20261024T060000",
            "RRULE:FREQ=DAILY;COUNT=4",
            "EXDATE;TZID=Europe/London:20261025T200000",
        ],
        [("10-23 19:00", "10-24 05:00"), ("10-24 19:00", "10-25 06:00"), ("10-26 20:00", "10-27 06:00")],
    ),
}


@pytest.mark.parametrize(("fields", "expected"), TIMES.values(), ids=TIMES)
def test_times_are_those_that_were_meant(fields: list[str], expected: list[tuple[str, str]]) -> None:
    assert [each[3:] for each in _read([*fields, "SUMMARY:Noor"])] == expected


def test_an_occurrence_that_was_moved_is_where_it_was_moved_to() -> None:
    series = ["DTSTART:20261101T130000Z", "DTEND:20261101T150000Z", "RRULE:FREQ=WEEKLY;COUNT=2", "SUMMARY:Noor"]
    moved = ["RECURRENCE-ID:20261108T130000Z", "DTSTART:20261109T130000Z", "DTEND:20261109T150000Z", "SUMMARY:Dara"]
    raw = _file(series, moved).replace(b"UID:2", b"UID:1")
    found = read_calendar(raw, NAMES, BANGKOK, START, END)
    assert [(each.present, each.hours.starts_at.day) for each in found] == [("Noor", 1), ("Dara", 9)]


def test_a_rule_without_end_ends_with_the_time_that_is_read() -> None:
    found = _read(["DTSTART:20200101T130000Z", "DTEND:20200101T150000Z", "RRULE:FREQ=DAILY", "SUMMARY:Noor"])
    assert len(found) == 90


REFUSED = {
    "nobody of us": ([*AT, "SUMMARY:Somebody"], "line 4: .* names no account"),
    "no title": (AT, "line 4: .* names no account"),
    "for somebody unknown": ([*AT, "SUMMARY:Noor for Bob"], "line 4: .* names no account"),
    "for themselves": ([*AT, "SUMMARY:Noor for Noor"], "line 4: .* names no account"),
    "step 0": ([*AT, "SUMMARY:Noor step 0"], "line 4: .* names no account"),
    "two attendees": (
        [*AT, "SUMMARY:Night", "ATTENDEE;CN=Noor:mailto:a@example.org", "ATTENDEE;CN=Dara:mailto:b@example.org"],
        "line 4: .* names no account",
    ),
    "no beginning": (["DTEND:20261101T150000Z", "SUMMARY:Noor"], "line 4: .* cannot be read"),
    "no time": (["DTSTART:20261101Tgarbage", "SUMMARY:Noor"], "line 4: .* cannot be read"),
    "an unknown zone": (["DTSTART;TZID=Nowhere/Land:20261101T130000", "SUMMARY:Noor"], "line 4: the time zone"),
    "no length": (["DTSTART:20261101T130000Z", "SUMMARY:Noor"], "line 4: the end must be after the start"),
    "a day to an hour": (
        ["DTSTART;VALUE=DATE:20261101", "DTEND:20261102T150000Z", "SUMMARY:Noor"],
        "line 4: .* fit",
    ),
    "hourly": ([*AT, "RRULE:FREQ=HOURLY", "SUMMARY:Noor"], "line 4: .* more often than daily"),
    "daily at every minute": (
        [*AT, "RRULE:FREQ=DAILY;BYMINUTE=1,2,3", "SUMMARY:Noor"],
        "line 4: .* more often than daily",
    ),
}


@pytest.mark.parametrize(("fields", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_understood_is_refused_with_its_line(fields: list[str], said: str) -> None:
    with pytest.raises(RosterError, match=said):
        read_calendar(_file(fields), NAMES, BANGKOK, START, END)


def test_the_line_is_that_of_the_event_which_is_wrong_and_nothing_of_it_is_quoted() -> None:
    with pytest.raises(RosterError, match="line 11: ") as refused:
        read_calendar(_file([*AT, "SUMMARY:Noor"], [*AT, "SUMMARY:Dinner with Mali"]), NAMES, BANGKOK, START, END)
    assert "Mali" not in str(refused.value)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no iCalendar"),
        (b"hello", "no iCalendar"),
        (b"\xff\xfe", "no iCalendar"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "no iCalendar"),
        (b"x" * (MOST_BYTES + 1), "megabyte"),
        (_file([*AT, "SUMMARY:Noor"]).replace(b"VEVENT", b"VTODO"), "line 4: only events"),
    ],
    ids=["empty", "words", "not UTF-8", "an event alone", "too large", "a task"],
)
def test_what_is_no_calendar_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(RosterError, match=said):
        read_calendar(raw, NAMES, BANGKOK, START, END)


def test_too_many_events_are_refused() -> None:
    many = [["DTSTART:20200101T130000Z", "DTEND:20200101T150000Z", "RRULE:FREQ=DAILY", "SUMMARY:Noor"]] * 23
    with pytest.raises(RosterError, match="more than 2000"):
        read_calendar(_file(*many), NAMES, BANGKOK, START, END)


DUTY = Duty(staff_id=1, step_no=2, starts_at=START, ends_at=START + 8 * HOUR)


def test_what_is_exported_is_read_back_as_the_same_hours() -> None:
    raw = calendar_of([DUTY], lambda duty: f"Noor, step {duty.step_no}", START)
    [back] = read_calendar(raw, NAMES, BANGKOK, START, END)
    assert (back.present, back.step_no) == ("Noor", 2)
    assert (back.hours.starts_at, back.hours.ends_at) == (DUTY.starts_at, DUTY.ends_at)


def test_a_calendar_says_nothing_of_what_this_is_for_and_keeps_the_id_of_a_duty() -> None:
    later = Duty(staff_id=1, step_no=2, starts_at=START + HOUR, ends_at=DUTY.ends_at)  # an hour of it has passed
    one, other = (calendar_of([duty], lambda _: "On call", START) for duty in (DUTY, later))
    assert Calendar.from_ical(one).walk("VEVENT")[0]["UID"] == Calendar.from_ical(other).walk("VEVENT")[0]["UID"]
    assert b"ampan" not in one
    assert b"raffick" not in one
