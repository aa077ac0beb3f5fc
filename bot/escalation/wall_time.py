"""Times as people type them: local wall time of a zone. Pure. What a clock never shows is refused; of what it shows
twice the first is meant, as everywhere on the roster (rotations.py)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import SampanError
from bot.escalation.rotations import instant_of

_HOUR = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class RosterError(SampanError):
    """The roster cannot be changed as asked, and nothing was; another time, name or number helps."""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What a typed time means. `remark` is for whoever typed it, when it could have meant another instant too."""

    instant: datetime
    remark: str | None = None


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of this name. RosterError when this machine knows none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RosterError(f"no time zone is called {name!r}; they are called Asia/Bangkok, Europe/London") from None


def typed_instant(written: str, zone: ZoneInfo) -> Typed:
    """The instant of "2026-11-22 20:00", which is local time of the zone unless an offset stands behind it. RosterError
    when it is no time, or one that the clocks of the zone leave out."""
    try:
        read = datetime.fromisoformat(written.strip())
    except ValueError:
        raise RosterError(f"{written!r} is no time; write it 2026-11-22T20:00") from None
    if read.tzinfo is not None:
        return Typed(instant=read.astimezone(UTC))
    if "T" not in written.strip().upper() and ":" not in written:
        raise RosterError(f"{written!r} has no hour; write it 2026-11-22T20:00")
    return local_instant(read, zone)


def local_instant(read: datetime, zone: ZoneInfo) -> Typed:
    """The instant of a local time. RosterError when there is none."""
    instant = instant_of(read.date(), read.time(), zone)
    if instant.astimezone(zone).replace(tzinfo=None) != read:
        jumps_to = instant.astimezone(zone)
        raise RosterError(
            f"{read:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clocks are put forward to {jumps_to:%H:%M} then"
        )
    second = read.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if second == instant:
        return Typed(instant=instant)
    return Typed(
        instant=instant,
        remark=(
            f"{read:%Y-%m-%d %H:%M} comes twice in {zone.key}; the first one is taken, {instant:%H:%M} UTC "
            f"(the second is {second:%H:%M} UTC)"
        ),
    )


def typed_day(written: str) -> date:
    """The day of "2026-11-22". RosterError when it is none."""
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        raise RosterError(f"{written!r} is no day; write it 2026-11-22") from None


def typed_hour(written: str) -> time:
    """The time of day of "20:00". RosterError when it is none."""
    found = _HOUR.fullmatch(written.strip())
    if found is None:
        raise RosterError(f"{written!r} is no time of day; write it 20:00")
    return time(int(found[1]), int(found[2]))
