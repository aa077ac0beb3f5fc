"""What is said of a moment in one place of a text: a day, a part of a day, a clock time. Parts are joined elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from nlu.entities.calendar_days import Clock, Stretch
from nlu.entities.lookups import table
from nlu.entities.words import Lexicon, Words, lexicon_of


@dataclass(frozen=True)
class Piece:
    """A part of what is said about one moment. `spent`: a date that is past; it says nothing about what will come."""

    start: int
    end: int
    day: date | None = None
    part: str | None = None
    clock: Clock | None = None
    stretch: Stretch | None = None
    spent: bool = False


@cache
def time_lexicon(name: str) -> Lexicon:
    """A list with values of nlu/lookups/time.yml."""
    return lexicon_of(table("time")[name])


@cache
def time_words(name: str) -> Words:
    """A list without values of nlu/lookups/time.yml."""
    return Words(table("time")[name])
