"""How many persons: a number beside a word that counts persons, or "dozens"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from nlu.entities.entity import Entity
from nlu.entities.lookups import table
from nlu.entities.numbers import Number
from nlu.entities.reading import Reading
from nlu.entities.words import Lexicon, Words, lexicon_of

MOST_PEOPLE = 20_000


@cache
def _words() -> dict[str, Words]:
    return {
        name: Words(table("people")[name]) for name in ("counted", "between", "more", "served", "not_counted", "we_are")
    }


@cache
def _many() -> Lexicon:
    return lexicon_of(table("people")["many"])


@cache
def _nobody_after() -> re.Pattern[str]:
    """What may follow "we are 4" for it to be a count."""
    return re.compile(r"\s*(?:\Z|[.,!?;)]|(?:လောက်|ရှိ|ပါ)|(?:in|at|here|and|locked|from|total|all|girls?|of us)\b)")


def find_people(reading: Reading, numbers: Sequence[Number]) -> Iterator[Entity]:
    """Number of persons: "4", "10-20", "20+" for more than twenty, "24+" for dozens."""
    for number in numbers:
        if number.whole and 1 <= number.low <= MOST_PEOPLE:
            yield from _counted(reading, number)
    for hit in _many().hits(reading.spaced, None):
        end = _words()["counted"].after(reading.spaced, hit.end)
        if end is not None:
            yield reading.entity("people", hit.value, hit.start, end)


def _counted(reading: Reading, number: Number) -> Iterator[Entity]:
    words, spaced = _words(), reading.spaced
    begin, more = number.start, ""
    before, after = words["more"].before(spaced, number.start), words["more"].after(spaced, number.end)
    end = number.end
    if before is not None:
        begin, more = before, "+"
    elif after is not None or spaced[end : end + 1] == "+":
        end, more = after or end + 1, "+"
    between = words["between"].after(spaced, end)
    unit = words["counted"].after(spaced, end if between is None else between)
    if words["served"].before(spaced, begin) is not None:
        return
    if unit is not None and words["not_counted"].after(spaced, unit) is None:
        if not (number.in_words and number.high == 1):  # "one man" is an article rather than a count
            yield reading.entity("people", _value(number) + more, begin, unit)
        return
    we = words["we_are"].before(spaced, begin)
    if we is not None and number.high < 100 and _nobody_after().match(spaced, end):
        yield reading.entity("people", _value(number) + more, we, end)


def _value(number: Number) -> str:
    low, high = int(number.low), int(number.high)
    return str(low) if low == high else f"{low}-{high}"
