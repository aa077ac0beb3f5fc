"""When something will happen: what is said of one moment, joined, as a stretch of time. What is past, what recurs and
what is only the time of day of something else gives nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from nlu.entities.calendar_days import Stretch, stretch_of
from nlu.entities.entity import Entity
from nlu.entities.pieces import Piece, time_words
from nlu.entities.reading import Reading

EVENT_NEAR = 70
LITTLE_ELSE = 6  # characters beside the time: then the message answers "when?" and needs no event


def find_deadlines(reading: Reading, all_pieces: Sequence[Piece], here: datetime) -> Iterator[Entity]:
    """Values "start/end", ISO 8601 to the minute with the offset of the writer's zone; `here` is now in that zone."""
    for pieces in _joined(reading, all_pieces):
        stretch = _stretch(pieces, here)
        start, end = pieces[0].start, pieces[-1].end
        if stretch is None or _recurs_or_is_past(reading, start, end) or not _something_happens(reading, pieces, here):
            continue
        value = "/".join(moment.isoformat(timespec="minutes") for moment in stretch)
        yield reading.entity("deadline", value, start, end)


def time_spans(reading: Reading, pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """Where dates, clock times and distances stand, of whatever time: their figures count nothing else."""
    return [
        (piece.start, piece.end)
        for piece in pieces
        if any(character.isdigit() for character in reading.low[piece.start : piece.end])
        or piece.clock
        or piece.stretch
    ]


def _joined(reading: Reading, pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pieces with nothing but joining words between them speak of one moment."""
    group: list[Piece] = []
    for piece in pieces:
        if group and not (_joins(reading, group[-1].end, piece.start) and _fits(group, piece)):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _joins(reading: Reading, end: int, start: int) -> bool:
    between = reading.spaced[end:start].strip(" ,")
    if len(between) > 12:
        return False
    return not between or any(stop - begin == len(between) for begin, stop in time_words("joining").spans(between))


def _fits(group: Sequence[Piece], piece: Piece) -> bool:
    """One day, one part of the day, one clock time; a part twice is said twice ("tonight ... at night")."""
    if piece.stretch or any(other.stretch for other in group):
        return len(group) == 1 and _day_within(group[0], piece) is not None
    same_day = piece.day is None or all(other.day in (None, piece.day) for other in group)
    return same_day and not (piece.clock and any(other.clock for other in group))


def _day_within(one: Piece, other: Piece) -> date | None:
    """Monday of next week: the day of that name in a stretch of a week; None for any other pair."""
    stretch, day = one.stretch or other.stretch, one.day or other.day
    if stretch is None or day is None or stretch[1] - stretch[0] != timedelta(days=7):
        return None
    first = stretch[0].date()
    return first + timedelta(days=(day.weekday() - first.weekday()) % 7)


def _stretch(pieces: Sequence[Piece], now: datetime) -> Stretch | None:
    """None for a part of the day alone, for a past date, and for what is over."""
    if any(piece.spent for piece in pieces):
        return None
    within = _day_within(*pieces) if len(pieces) == 2 else None
    whole = next((piece.stretch for piece in pieces if piece.stretch and within is None), None)
    day = within or next((piece.day for piece in pieces if piece.day), None)
    clock = next((piece.clock for piece in pieces if piece.clock), None)
    if whole is None and day is None and clock is None:
        return None
    part = next((piece.part for piece in pieces if piece.part), None)
    start, end = whole or stretch_of(day, part, clock, now)
    if end < now or (end == now and start != end):
        return None
    return max(start, now), end


def _recurs_or_is_past(reading: Reading, start: int, end: int) -> bool:
    before = any(time_words(name).before(reading.spaced, start) is not None for name in ("past_before", "habit_before"))
    return before or any(
        time_words(name).after(reading.spaced, end) is not None for name in ("past_after", "habit_after")
    )


def _something_happens(reading: Reading, pieces: Sequence[Piece], here: datetime) -> bool:
    """Whether the sentence tells of something to come; "today" and a clock time need one of the
    stronger words."""
    start, end = pieces[0].start, pieces[-1].end
    rest = sum(not character.isspace() for character in reading.low[:start] + reading.low[end:])
    due = time_words("due")
    if (
        rest <= LITTLE_ELSE
        or due.before(reading.spaced, start) is not None
        or due.after(reading.spaced, end) is not None
    ):
        return True
    first, last = reading.sentence(start, end)
    today = all(piece.day in (None, here.date()) for piece in pieces) and not any(piece.stretch for piece in pieces)
    weak = today and not any(piece.day and piece.part == "night" for piece in pieces)
    spans = time_words("strong_events" if weak else "events").spans(
        reading.spaced, max(first, start - EVENT_NEAR), min(last, end + EVENT_NEAR)
    )
    if not weak:
        spans += time_words("strong_events").spans(
            reading.spaced, max(first, start - EVENT_NEAR), min(last, end + EVENT_NEAR)
        )
    return any(stop <= start or begin >= end for begin, stop in spans)
