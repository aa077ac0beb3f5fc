"""When a check-in is expected: chosen by number, written as a clock time, or heard by the model. Pure; times are of
the zone that is given (whose_clock.py), and the confirmation says the time that was understood, in the same one."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, tzinfo

from bot.conversation.engine import Understanding

SOONEST, LATEST = timedelta(minutes=10), timedelta(days=7)
_LONGEST_STRETCH = timedelta(hours=12)  # "tomorrow" names no time to be expected at
_TONIGHT, _MORNING = time(22), time(8)
_CLOCK = re.compile(
    r"\D{0,12}?\b(?P<hour>[01]?\d|2[0-3])(?:[:.]|h)(?P<minute>[0-5]\d)?\s?(?P<half>am|pm)?\b\D{0,12}\Z", re.I
)


def chosen_time(number: int, now: datetime, zone: tzinfo) -> datetime | None:
    """What stands behind 1, 2 and 3 of utter_ask_check_in_time; None for other numbers, and for a time that is over."""
    here = now.astimezone(zone)
    choices = {
        1: here + timedelta(hours=2),
        2: datetime.combine(here.date(), _TONIGHT, zone),
        3: datetime.combine(here.date() + timedelta(days=1), _MORNING, zone),
    }
    return _if_usable(choices.get(number), now)


def written_time(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """The next time a clock shows what is written, as 21:30, 21.30 or 21h; None when nothing else is read."""
    match = _CLOCK.match(text)
    if match is None or (match["minute"] is None and "h" not in text.lower()):
        return None
    hour = int(match["hour"])
    half = (match["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    here = now.astimezone(zone)
    when = datetime.combine(here.date(), time(hour, int(match["minute"] or 0)), zone)
    if when - now < SOONEST:
        when += timedelta(days=1)
    return _if_usable(when, now)


def heard_time(understanding: Understanding, now: datetime) -> datetime | None:
    """The earliest moment the model heard, where it is a moment and not a whole day."""
    found = [when for each in understanding.entities if each.entity == "deadline" for when in _moments(each.value, now)]
    return min(found, default=None)


def _moments(value: str, now: datetime) -> list[datetime]:
    start_text, _, end_text = value.partition("/")
    try:
        start, end = datetime.fromisoformat(start_text), datetime.fromisoformat(end_text or start_text)
    except ValueError:
        return []  # a model of another version
    if start.tzinfo is None or end.tzinfo is None or end - start > _LONGEST_STRETCH:
        return []
    when = _if_usable(start, now) or _if_usable(end, now)
    return [] if when is None else [when]


def _if_usable(when: datetime | None, now: datetime) -> datetime | None:
    return when if when is not None and SOONEST <= when - now <= LATEST else None


def shown(when: datetime, now: datetime, zone: tzinfo) -> str:
    """As it is confirmed: the time alone when it is today, the day before it when it is not."""
    there, here = when.astimezone(zone), now.astimezone(zone)
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%d.%m. %H:%M}"
