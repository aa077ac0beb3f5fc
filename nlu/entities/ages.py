"""Ages of persons: said as such, or derived from a school grade or a year of birth (then marked `~`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from nlu.entities.entity import Entity
from nlu.entities.lookups import table
from nlu.entities.numbers import Number
from nlu.entities.reading import Reading
from nlu.entities.words import Lexicon, Words, lexicon_of

OLDEST = 99
BUDDHIST_YEARS_AHEAD = 543


@cache
def _words() -> dict[str, Words]:
    names = (
        "age",
        "years_old",
        "years",
        "person",
        "person_alone",
        "not_an_age",
        "not_an_age_alone",
        "not_a_length",
        "born",
        "school_done",
        "at_school",
        "not_years",
        "below",
        "below_after",
    )
    return {name: Words(table("age")[name]) for name in names}


@cache
def _grades() -> Lexicon:
    return lexicon_of(table("age")["grades"])


def find_ages(reading: Reading, now: datetime, numbers: Sequence[Number]) -> Iterator[Entity]:
    """Ages in years: "16", "15-17", "14~" when derived."""
    for number in numbers:
        if not number.whole or number.multiplied_in:
            continue
        born = _words()["born"].before(reading.spaced, number.start)
        if born is not None and 1930 <= number.low <= 2600:
            yield from _from_birth(reading, number, born, now)
        elif 1 <= number.low <= number.high <= OLDEST:
            yield from _said(reading, number)
    yield from _from_grades(reading)


def _said(reading: Reading, number: Number) -> Iterator[Entity]:
    words, spaced = _words(), reading.spaced
    value = f"{number.low:.0f}" if number.low == number.high else f"{number.low:.0f}-{number.high:.0f}"
    if number.low == number.high and (under := _under(reading, number)):
        yield reading.entity("age", f"<{value}", *under)
        return
    before, old = words["age"].before(spaced, number.start), words["years_old"].after(spaced, number.end)
    if words["not_years"].after(spaced, number.end) is not None:
        return
    if before is not None or old is not None:
        years = old or words["years"].after(spaced, number.end) or number.end
        yield reading.entity("age", value, number.start if before is None else before, years)
        return
    if number.high < 5 or (number.in_words and number.high < 10):
        return
    years = words["years"].after(spaced, number.end)
    if years is not None and _is_of_a_person(reading, number, years):
        yield reading.entity("age", value, number.start, years)
        return
    person = words["person_alone"].before(spaced, number.start)
    if person is not None and years is not None:
        if not words["not_a_length"].spans(spaced, years, reading.sentence(number.start, years)[1])[:1]:
            yield reading.entity("age", value, person, years)
    elif person is not None and not any(
        words[name].after(spaced, number.end) for name in ("not_an_age", "not_an_age_alone")
    ):
        rest = spaced[number.end : number.end + 1]
        if not rest or rest in " .,!?;)\u0e2f" or not rest.isascii():
            yield reading.entity("age", value, person, number.end)


def _under(reading: Reading, number: Number) -> tuple[int, int] | None:
    """Where "under 18 (years)" stands: said of people's years, or of no other unit."""
    words, spaced = _words(), reading.spaced
    after = words["below_after"].after(spaced, number.end)
    if after is not None:
        return number.start, after
    before = words["below"].before(spaced, number.start)
    if before is None or not 5 <= number.high <= OLDEST:
        return None
    years = words["years_old"].after(spaced, number.end)
    if years is None and (number.high > 21 or words["not_an_age"].after(spaced, number.end) is not None):
        years = words["years"].after(spaced, number.end)
        if years is None:
            return None
    return before, years or number.end


def _is_of_a_person(reading: Reading, number: Number, end: int) -> bool:
    """ "N years" is an age when a person stands right before it and nothing says that it is a length of time."""
    words, spaced = _words(), reading.spaced
    start, stop = reading.sentence(number.start, end)
    if words["not_a_length"].spans(spaced, max(start, number.start - 25), min(stop, end + 20)):
        return False
    return bool(words["person"].spans(spaced, max(start, number.start - 20), number.start))


def _from_birth(reading: Reading, number: Number, born: int, now: datetime) -> Iterator[Entity]:
    year = int(number.low) - (BUDDHIST_YEARS_AHEAD if number.low > now.year + 100 else 0)
    age = now.year - year
    if 1 <= age <= OLDEST:
        yield reading.entity("age", f"{age}~", born, number.end)


def _from_grades(reading: Reading) -> Iterator[Entity]:
    for hit in _grades().hits(reading.spaced, None):
        if hit.needs_context and _words()["at_school"].before(reading.spaced, hit.start) is None:
            continue
        done = _words()["school_done"]
        if done.before(reading.spaced, hit.start) is None and done.after(reading.spaced, hit.end) is None:
            yield reading.entity("age", f"{hit.value}~", hit.start, hit.end)
