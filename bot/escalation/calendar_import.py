"""Reads an iCalendar somebody else made as overrides: pure. What is not understood is refused with its line, all of it:
half a roster is worse than none. Repetitions are unrolled by a library, with exceptions and moved occurrences.

An event is called "Noor" or "Noor, step 2" (in addition), "Noor for Dara" (stands in), or "Dara away". Where its title
is something else, its one ATTENDEE with the name of an account (CN) is on call in addition, at step 1."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component, Event
from icalendar.error import InvalidCalendar

from bot.escalation.roster_changes import Hours
from bot.escalation.rotations import instant_of
from bot.escalation.wall_time import RosterError

MOST_BYTES, MOST_EVENTS = 1_000_000, 2_000
_LINE = "X-ROSTER-LINE"
_STEP = re.compile(r"(.+?),? step (\d{1,3})", re.IGNORECASE)
_FOR = re.compile(r"(.+?) for (.+)", re.IGNORECASE)
_AWAY = re.compile(r"(.+?) away", re.IGNORECASE)
_READ = frozenset({"VEVENT", "VTIMEZONE"})
_REPEATS = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One override a calendar asks for; `line` is where its event stands in the file."""

    absent: str | None
    present: str | None
    step_no: int | None
    hours: Hours
    line: int


@dataclass(frozen=True, kw_only=True)
class _Meant:
    absent: str | None = None
    present: str | None = None
    step_no: int | None = None


def read_calendar(
    raw: bytes, names: Collection[str], zone: ZoneInfo, start: datetime, end: datetime
) -> tuple[Wanted, ...]:
    """What the calendar asks for within [start, end), by beginning. `names` are the accounts; times without a zone of
    their own are in `zone`. RosterError names the line of what is not understood."""
    calendar, lines = _parsed(raw)
    known = {name.casefold(): name for name in names}
    meant: dict[int, _Meant] = {}
    for event, line in zip(calendar.walk("VEVENT"), lines, strict=True):
        _check(event, line)
        meant[line] = _meaning(event, known, line)
        event.add(_LINE, str(line))
    try:
        occurrences = recurring_ical_events.of(calendar).between(start - timedelta(days=2), end + timedelta(days=2))
    except (ValueError, OverflowError, TypeError, KeyError, AttributeError) as error:
        # A stranger's file: whatever the library stumbles over is a calendar that is not understood.
        raise RosterError(f"the repetitions of this calendar are not understood ({type(error).__name__})") from None
    found = []
    for each in occurrences:
        line = int(each[_LINE])
        hours = _hours(each, zone, line)
        if each.get("STATUS", "") == "CANCELLED" or hours.ends_at <= start or hours.starts_at >= end:
            continue
        told = meant[line]
        found.append(Wanted(absent=told.absent, present=told.present, step_no=told.step_no, hours=hours, line=line))
    if len(found) > MOST_EVENTS:
        raise RosterError(f"more than {MOST_EVENTS} events; a rotation says the same in one line")
    return tuple(sorted(found, key=lambda each: (each.hours.starts_at, each.line)))


def _parsed(raw: bytes) -> tuple[Component, list[int]]:
    if len(raw) > MOST_BYTES:
        raise RosterError("the calendar is larger than a megabyte")
    try:
        text = raw.decode("utf-8")
        calendar = Calendar.from_ical(text)
    except ValueError:
        raise RosterError("this is no iCalendar (.ics, RFC 5545, UTF-8)") from None
    written = [line.strip().upper() for line in text.splitlines()]
    begins = [number for number, line in enumerate(written, start=1) if line == "BEGIN:VEVENT"]
    if calendar.name != "VCALENDAR" or len(begins) != len(calendar.walk("VEVENT")):
        raise RosterError("this is no iCalendar (.ics, RFC 5545, UTF-8)")
    for part in calendar.subcomponents:
        if part.name not in _READ:
            line = written.index(f"BEGIN:{part.name}") + 1
            raise RosterError(f"line {line}: only events (VEVENT) are read")
    return calendar, begins


def _check(event: Component, line: int) -> None:
    if event.errors or "DTSTART" not in event:
        raise RosterError(f"line {line}: the event that begins here has a field that cannot be read")
    for name in ("DTSTART", "DTEND"):
        value = event.get(name)
        moment = getattr(value, "dt", None)
        if isinstance(moment, datetime) and moment.tzinfo is None and "TZID" in value.params:
            raise RosterError(f"line {line}: the time zone of the event that begins here is not known")
    if isinstance(event.get("RRULE"), list) or isinstance(event.get("DTSTART"), list):
        raise RosterError(f"line {line}: the event that begins here says the same thing twice")
    if {type(getattr(event.get(name), "dt", None)) for name in ("DTSTART", "DTEND")} == {date, datetime}:
        raise RosterError(f"line {line}: beginning and end of the event that begins here do not fit each other")
    rule: Mapping[str, list[object]] = event.get("RRULE", {})
    frequency = {str(each).upper() for each in rule.get("FREQ", [])}
    if rule and (not frequency <= _REPEATS or any(part in rule for part in _WITHIN_A_DAY)):
        raise RosterError(f"line {line}: the event that begins here repeats more often than daily")


def _meaning(event: Component, known: Mapping[str, str], line: int) -> _Meant:
    title = " ".join(str(event.get("SUMMARY", "")).split()).casefold()
    if title in known:
        return _Meant(present=known[title], step_no=1)
    if (found := _STEP.fullmatch(title)) and found[1] in known and int(found[2]) > 0:
        return _Meant(present=known[found[1]], step_no=int(found[2]))
    if (found := _FOR.fullmatch(title)) and found[1] in known and found[2] in known and found[1] != found[2]:
        return _Meant(present=known[found[1]], absent=known[found[2]])
    if (found := _AWAY.fullmatch(title)) and found[1] in known:
        return _Meant(absent=known[found[1]])
    attending = _attending(event, known)
    if len(attending) == 1:
        return _Meant(present=attending[0], step_no=1)
    raise RosterError(
        f"line {line}: the event that begins here names no account; call it NAME, NAME step 2, NAME for NAME, "
        "or NAME away"
    )


def _attending(event: Component, known: Mapping[str, str]) -> list[str]:
    attendees = event.get("ATTENDEE", [])
    named = [str(each.params.get("CN", "")) for each in (attendees if isinstance(attendees, list) else [attendees])]
    spelled = [" ".join(name.split()).casefold() for name in named]
    return [known[name] for name in spelled if name in known]


def _hours(event: Event, zone: ZoneInfo, line: int) -> Hours:
    try:
        return Hours(starts_at=_instant(event.start, zone), ends_at=_instant(event.end, zone)).checked()
    except (RosterError, InvalidCalendar) as error:
        said = error if isinstance(error, RosterError) else "its beginning and its end do not fit each other"
        raise RosterError(f"line {line}: {said}") from None


def _instant(moment: date, zone: ZoneInfo) -> datetime:
    """A whole day begins at its midnight; what has no zone is local here."""
    if not isinstance(moment, datetime):
        return instant_of(moment, time(0), zone)
    if moment.tzinfo is None:
        return instant_of(moment.date(), moment.time(), zone)
    return moment.astimezone(UTC)
