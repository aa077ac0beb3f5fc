"""Days, parts of days and clock times as stretches of time. Pure calculation: no words here.

A stretch is a pair of aware datetimes in the local zone; what is said exactly has an end equal to its start."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo

Stretch = tuple[datetime, datetime]

# Hours from the midnight at which the day begins. A night ends in the morning of the next day.
PARTS = {
    "dawn": (2, 6),
    "morning": (5, 12),
    "noon": (11, 13),
    "afternoon": (12, 18),
    "evening": (17, 22),
    "night": (18, 30),
    "midnight": (23.5, 24.5),
}
BUDDHIST_YEARS_AHEAD = 543
FARTHEST = timedelta(days=3660)  # what lies beyond ten years is no deadline
LONGEST_PAST = timedelta(days=180)  # a date without a year that passed less long ago is meant as past
_BANGKOK = timezone(timedelta(hours=7))
_YANGON = timezone(timedelta(hours=6, minutes=30))


@dataclass(frozen=True)
class Clock:
    """A time of day; `sure` when morning and evening cannot be confused."""

    hour: int
    minute: int = 0
    sure: bool = True


def zone_of(language: str | None) -> tzinfo:
    """Local time of the writer, as far as the language tells: Thailand, Cambodia, Laos and Viet Nam share one zone."""
    return _YANGON if language == "my" else _BANGKOK


def at(day: date, hours: float, zone: tzinfo) -> datetime:
    """So many hours after the midnight at which `day` begins."""
    return datetime.combine(day, time(), zone) + timedelta(hours=hours)


def whole_day(day: date, zone: tzinfo) -> Stretch:
    """From midnight to midnight."""
    return at(day, 0, zone), at(day, 24, zone)


def stretch_of(day: date | None, part: str | None, clock: Clock | None, now: datetime) -> Stretch:
    """What was said of a moment, put together. A clock time without a day is the next one."""
    zone = now.tzinfo
    assert zone is not None
    if clock is not None:
        return _of_clock(day, part, clock, now, zone)
    start_day = day or now.date()
    if part is None:
        return whole_day(start_day, zone)
    start, end = PARTS[part]
    if part == "night" and start_day == now.date() and now.hour < 5:
        return now, at(start_day, end, zone)  # "tonight" at two in the morning: this night or the next
    return at(start_day, start, zone), at(start_day, end, zone)


def _of_clock(day: date | None, part: str | None, clock: Clock, now: datetime, zone: tzinfo) -> Stretch:
    hours = [clock.hour + clock.minute / 60]
    if part in ("night", "midnight"):
        hours = [
            hours[0] + 12 if 6 <= hours[0] < 12 else hours[0] + 24 if hours[0] < 6 or clock.hour == 24 else hours[0]
        ]
        if clock.hour == 12:
            hours = [24 + clock.minute / 60]
        if hours[0] >= 24 and day == now.date() and now.hour < 5 and at(day, hours[0] - 24, zone) > now:
            hours = [hours[0] - 24]
    elif part in ("afternoon", "evening", "noon") and clock.hour < 10 and not (part == "noon" and clock.hour > 3):
        hours = [hours[0] + 12]
    elif part is None and not clock.sure and clock.hour <= 12:
        hours = [hours[0] % 12, hours[0] % 12 + 12]
    if day is not None:
        return at(day, hours[0], zone), at(day, hours[-1], zone)
    coming = [at(now.date(), hour + ahead, zone) for ahead in (-24, 0, 24) for hour in hours]
    first = min(moment for moment in coming if moment > now)
    return first, first


def next_weekday(now: datetime, weekday: int) -> date:
    """The coming day of that name (Monday is 0); today when it is today."""
    return now.date() + timedelta(days=(weekday - now.weekday()) % 7)


def ahead(now: datetime, low: float, high: float, unit: str) -> Stretch | None:
    """In so many minutes, hours, days, weeks or months: uncertain by half the unit (minutes by five), days as days.
    None beyond two years."""
    minutes = {"minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43200}[unit]
    if high * minutes > 2 * 365 * 1440:
        return None
    first, last = now + timedelta(minutes=low * minutes), now + timedelta(minutes=high * minutes)
    zone = now.tzinfo
    assert zone is not None
    if unit in ("minute", "hour"):
        about = timedelta(minutes=5 if unit == "minute" else 30)
        return max(now, first - about), last + about
    about = timedelta(days={"day": 0, "week": 3, "month": 7}[unit])
    return whole_day((first - about).date(), zone)[0], whole_day((last + about).date(), zone)[1]


def named_stretch(name: str, now: datetime) -> Stretch:
    """ "week" and "month": the next one; "weekend": the coming one; "month_end": the last three days of this month."""
    zone, today = now.tzinfo, now.date()
    assert zone is not None
    if name == "week":
        monday = today + timedelta(days=7 - today.weekday())
        return at(monday, 0, zone), at(monday + timedelta(days=7), 0, zone)
    if name == "weekend":
        saturday = today + timedelta(days=(5 - today.weekday()) % 7)
        return at(saturday, 0, zone), at(saturday, 48, zone)
    last = today.replace(day=calendar.monthrange(today.year, today.month)[1])
    if name == "month_end":
        return at(last - timedelta(days=2), 0, zone), at(last, 24, zone)
    first = last + timedelta(days=1)
    return at(first, 0, zone), at(first.replace(day=calendar.monthrange(first.year, first.month)[1]), 24, zone)


def date_of(day: int, month: int | None, year: int | None, now: datetime, *, buddhist: bool = False) -> date | None:
    """A date as written, made whole: years of the Buddhist era and of two digits; without a year the next such date.
    None when there is none or it lies in the past."""
    today = now.date()
    if year is not None:
        full = year + (2500 if buddhist and year >= 60 else 2000) if year < 100 else year
        full -= BUDDHIST_YEARS_AHEAD if full > 2400 else 0
        found = _valid(full, month or today.month, day)
        return found if found and today <= found <= today + FARTHEST else None
    if month is None:
        found = _valid(today.year, today.month, day)
        if found and found >= today:
            return found
        following = today.replace(day=1) + timedelta(days=32)
        later = _valid(following.year, following.month, day)
        return later if later and later - today < timedelta(days=21) else None
    found = _valid(today.year, month, day)
    if found and found < today:
        found = _valid(today.year + 1, month, day) if today - found > LONGEST_PAST else None
    return found


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
