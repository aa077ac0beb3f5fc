"""The roster as an iCalendar (RFC 5545): pure. It says who is on call at which step, and nothing of what for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from bot.escalation.duty import Duty

AHEAD = timedelta(days=90)
_NAMES_NOBODY = "-//roster//EN"  # a phone's calendar is looked into by others; what this is for stands nowhere
_RENEW = timedelta(hours=1)


def calendar_of(found: Iterable[Duty], title: Callable[[Duty], str], made_at: datetime) -> bytes:
    """One event for each duty, in UTC; the same duty keeps its UID, so that a phone changes it and adds no second."""
    calendar = Calendar()
    calendar.add("prodid", _NAMES_NOBODY)
    calendar.add("version", "2.0")
    calendar.add("refresh-interval", _RENEW, parameters={"VALUE": "DURATION"})
    for duty in found:
        event = Event()
        event.add("uid", _uid(duty))
        event.add("dtstamp", made_at.astimezone(UTC))
        event.add("dtstart", duty.starts_at.astimezone(UTC))
        event.add("dtend", duty.ends_at.astimezone(UTC))
        event.add("summary", title(duty))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _uid(duty: Duty) -> str:
    """By person, step and end: the beginning of what is under way is where the calendar was cut."""
    named = f"{duty.staff_id} {duty.step_no} {duty.ends_at.astimezone(UTC).isoformat()}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]
