"""Kinds of work, injuries and weapons by the words for them, unless the words are denied."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from nlu.entities.entity import Entity
from nlu.entities.lookups import table
from nlu.entities.reading import Reading
from nlu.entities.words import Lexicon, Words, lexicon_of

KINDS = ("work", "injury", "weapon")
NEAR = 40


@cache
def _lexicon(kind: str) -> Lexicon:
    return lexicon_of(table(kind)["values"])


@cache
def _words(kind: str, name: str) -> Words:
    return Words(table(kind).get(name, {}))


@cache
def _denials() -> tuple[Words, Words]:
    return Words(table("negation")["before"]), Words(table("negation")["after"])


def denied(reading: Reading, start: int, end: int) -> bool:
    """Whether what stands at `start` to `end` is said not to be: "no gun", ไม่มีปืน, သေနတ်မရှိ."""
    before, after = _denials()
    return before.before(reading.spaced, start) is not None or after.after(reading.spaced, end) is not None


def find_things(reading: Reading, language: str | None) -> Iterator[Entity]:
    """Entities `work`, `injury` and `weapon`. A word marked `?` needs a word of the kind's context near it."""
    for kind in KINDS:
        for hit in _lexicon(kind).hits(reading.spaced, language):
            if not reading.is_whole(hit.start, hit.end):
                continue
            if (
                denied(reading, hit.start, hit.end)
                or _words(kind, "not_before").before(reading.spaced, hit.start) is not None
            ):
                continue
            if _words(kind, "not_after").after(reading.spaced, hit.end) is not None:
                continue
            if hit.needs_context and not near(reading, _words(kind, "context"), hit.start, hit.end, NEAR):
                continue
            yield reading.entity(kind, hit.value, hit.start, hit.end)


def near(reading: Reading, words: Words, start: int, end: int, distance: int) -> bool:
    """Whether one of the words stands within so many characters, in the same sentence, and is not denied."""
    first, last = reading.sentence(start, end)
    spans = words.spans(reading.spaced, max(first, start - distance), min(last, end + distance))
    return any((stop <= start or begin >= end) and not denied(reading, begin, stop) for begin, stop in spans)
