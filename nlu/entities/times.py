"""Everything in a text that speaks of a time, each where it stands. `deadlines.py` joins what speaks of one moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from nlu.entities.calendar_days import Clock, ahead, named_stretch, next_weekday
from nlu.entities.clocks import find_clock_times
from nlu.entities.dates import find_dates
from nlu.entities.numbers import Number
from nlu.entities.pieces import Piece, time_lexicon, time_words
from nlu.entities.reading import Reading

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_UNIT = 14
MOST_PIECES = 60  # a text with more is a timetable


def find_pieces(
    reading: Reading,
    language: str | None,
    now: datetime,
    numbers: Sequence[Number],
    taken: Sequence[tuple[int, int]],
) -> list[Piece]:
    """In order, and none in a stretch that is taken; where two overlap, the longer. `now` is in the writer's zone."""
    found = [
        *_named(reading, language, now),
        *find_dates(reading, language, now),
        *find_clock_times(reading, numbers),
        *_distances(reading, now, numbers),
    ]
    kept: list[Piece] = []
    used = {place for start, end in taken for place in range(start, end)}
    for piece in sorted(found, key=lambda each: each.start - each.end):
        places = range(piece.start, piece.end)
        if used.isdisjoint(places):
            used.update(places)
            kept.append(piece)
    return sorted(kept, key=lambda each: each.start)[:MOST_PIECES]


def _named(reading: Reading, language: str | None, now: datetime) -> Iterator[Piece]:
    for hit in time_lexicon("days").hits(reading.spaced, language):
        if _is_a_name(reading, hit.start, hit.end):
            continue
        days, _, part = hit.value.partition(" ")
        yield Piece(hit.start, hit.end, day=now.date() + timedelta(days=int(days)), part=part or None)
    for hit in time_lexicon("weekdays").hits(reading.spaced, language):
        yield Piece(hit.start, hit.end, day=next_weekday(now, WEEKDAYS.index(hit.value)))
    for hit in time_lexicon("stretches").hits(reading.spaced, language):
        if reading.spaced[hit.end : hit.end + 2].strip().isdigit():
            continue  # "cuối tháng 3" is the end of March
        yield Piece(hit.start, hit.end, stretch=named_stretch(hit.value, now))
    for hit in time_lexicon("parts").hits(reading.spaced, language):
        yield Piece(hit.start, hit.end, part=hit.value)
    for hit in time_lexicon("clocks").hits(reading.spaced, language):
        hour, _, half = hit.value.partition(".")
        yield Piece(hit.start, hit.end, clock=Clock(int(hour), 30 if half else 0))


def _is_a_name(reading: Reading, start: int, end: int) -> bool:
    """Vietnamese "mai" is tomorrow; Mai, or who is called chị mai, is a person."""
    if reading.low[start:end] != "mai":
        return False
    place = reading.offsets[start] if reading.offsets else start
    return (start > 0 and reading.text[place].isupper()) or time_words("names_before").before(
        reading.spaced, start
    ) is not None


def _distances(reading: Reading, now: datetime, numbers: Sequence[Number]) -> Iterator[Piece]:
    """In two hours, อีก 3 วัน, 3 ngày nữa, ၂ ရက်အတွင်း: a number, a unit, and a word that makes it a time to come."""
    for number in numbers:
        behind = reading.spaced[number.end : number.end + _LONGEST_UNIT]
        unit = next((hit for hit in time_lexicon("units").hits(behind, None) if hit.start <= 1), None)
        if unit is None or number.low <= 0:
            continue
        end = number.end + unit.end
        before = time_words("in").before(reading.spaced, number.start)
        after = time_words("later").after(reading.spaced, end)
        if before is None and after is None:
            continue
        stretch = ahead(now, number.low, number.high, unit.value)
        if stretch is not None:
            yield Piece(number.start if before is None else before, after or end, stretch=stretch)
