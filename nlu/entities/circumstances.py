"""Facts that two things said together make: a document and its being taken, an official and a hand in it; and of
whom the message tells."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from nlu.entities.entity import Entity
from nlu.entities.lookups import table
from nlu.entities.reading import Reading
from nlu.entities.things import denied, near
from nlu.entities.words import Hit, Lexicon, Words, lexicon_of

TAKEN_NEAR = 30
IMPLICATED_NEAR = 60
AFFECTED_NEAR = 60


@cache
def _lexicon(name: str) -> Lexicon:
    return lexicon_of(table(name)["values"])


@cache
def _words(name: str, key: str) -> Words:
    return Words(table(name)[key])


def find_documents(reading: Reading, language: str | None) -> Iterator[Entity]:
    """Documents that others hold or that are lost, and a phone that was taken."""
    for hit in _lexicon("document").hits(reading.spaced, language):
        if not reading.is_whole(hit.start, hit.end):
            continue
        owned_by_others = _words("document", "others_have").before(reading.spaced, hit.start) is not None
        cue = "taken_phone" if hit.value == "phone" else "taken"
        if owned_by_others or near(reading, _words("document", cue), hit.start, hit.end, TAKEN_NEAR):
            yield reading.entity("document", hit.value, hit.start, hit.end)


def find_officials(reading: Reading, language: str | None) -> Iterator[Entity]:
    """Officials said to take money from, to protect or to be those who do this. Calling or fearing them is not that."""
    for hit in _lexicon("official").hits(reading.spaced, language):
        after = _words("official", "after").after(reading.spaced, hit.end) is not None
        before = _words("official", "before").before(reading.spaced, hit.start) is not None
        if denied(reading, hit.start, hit.end) or not reading.is_whole(hit.start, hit.end):
            continue
        if before or after or near(reading, _words("official", "near"), hit.start, hit.end, IMPLICATED_NEAR):
            yield reading.entity("official", hit.value, hit.start, hit.end)


def find_subject(reading: Reading, language: str | None) -> Iterator[Entity]:
    """At most one: `self`, `other` or `both`, with the words that say so; none when the message does not tell."""
    spaced = reading.spaced
    both = _words("subject", "both").spans(spaced)
    mine = _first(reading, language, "self")
    others = _first(reading, language, "other")
    if both:
        yield reading.entity("subject", "both", *both[0])
    elif mine and others:
        yield reading.entity("subject", "both", *min(mine, others))
    elif mine or others:
        yield reading.entity("subject", "self" if mine else "other", *(mine or others or (0, 0)))


def _persons(reading: Reading, language: str | None) -> list[Hit]:
    """The persons of a text. "Em gái em" and ប្អូនស្រីខ្ញុំ are one person: the second word says whose sister she is."""
    persons: list[Hit] = []
    for hit in _lexicon("subject").hits(reading.spaced, language):
        if not reading.is_whole(hit.start, hit.end):
            continue
        if persons and persons[-1].value == "other" and hit.value == "self" and hit.start - persons[-1].end <= 1:
            persons[-1] = Hit("other", persons[-1].start, hit.end)
        else:
            persons.append(hit)
    return persons


def _first(reading: Reading, language: str | None, who: str) -> tuple[int, int] | None:
    """The first words for a person to whom something happens, by what follows or by a call for help before."""
    helps, by = _words("subject", "help"), _words("subject", "by")
    affected, own = _words("subject", "affected"), _words("subject", f"{who}_affected")
    candidates = own.spans(reading.spaced)[:1]
    persons = _persons(reading, language)
    for place, hit in enumerate(persons):
        if hit.value != who or by.before(reading.spaced, hit.start) is not None:
            continue
        following = persons[place + 1].start if place + 1 < len(persons) else len(reading.spaced)
        stop = min(reading.sentence(hit.start, hit.end)[1], hit.end + AFFECTED_NEAR, following)
        called_for = helps.before(reading.spaced, hit.start) is not None
        told = who == "other" and _words("subject", "affected_others").spans(reading.spaced, hit.end, stop)
        if called_for or told or affected.spans(reading.spaced, hit.end, stop):
            candidates.append((hit.start, hit.end))
            break
    return min(candidates) if candidates else None
