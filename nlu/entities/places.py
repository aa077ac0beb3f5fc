"""Places, countries and nationalities by their names in six scripts; found exactly, never guessed.

Laukkaing (Kokang, Myanmar) is often machine-written "Lao Kai"; Lào Cai in Viet Nam is another place. The lists keep
them apart, and "Lao Kai" itself is neither."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from nlu.entities.entity import Entity
from nlu.entities.lookups import phrase_of, table
from nlu.entities.reading import Reading
from nlu.entities.words import Lexicon, Words, lexicon_of


@cache
def _places() -> Lexicon:
    return Lexicon(
        {key: [phrase_of(str(name), "") for name in place["names"]] for key, place in table("places").items()},
        tight=True,
    )


@cache
def _countries() -> Lexicon:
    return lexicon_of({code: {"": lists["names"]} for code, lists in table("country")["countries"].items()}, tight=True)


@cache
def _peoples() -> Lexicon:
    return lexicon_of({code: {"": lists["people"]} for code, lists in table("country")["countries"].items()})


@cache
def _beside() -> dict[str, Words]:
    places, country = table("place_words"), table("country")
    lists = {"in": places["before"], "town": places["after"], **country["words"]}
    return {name: Words(words) for name, words in lists.items()}


def country_of(place: str) -> str:
    """The country in which a place lies (ISO 3166-1 alpha-2). KeyError for a key that is not in the list."""
    return str(table("places")[place]["country"])


def find_places(reading: Reading) -> Iterator[Entity]:
    """Keys of nlu/lookups/places.yml. A name that is an ordinary word too counts beside "in", "town" and the like."""
    for hit in _places().hits(reading.spaced, None):
        if hit.needs_context:
            beside = _beside()
            if (
                beside["in"].before(reading.spaced, hit.start) is None
                and beside["town"].after(reading.spaced, hit.end) is None
            ):
                continue
        yield reading.entity("place", hit.value, hit.start, hit.end)


def _said_of_people(reading: Reading, start: int, end: int) -> bool:
    """Whether "Chinese" is said of persons: "Chinese boss", "they are Chinese", not "Chinese food"."""
    beside = _beside()
    return (
        beside["people_before"].before(reading.spaced, start) is not None
        or beside["people_after"].after(reading.spaced, end) is not None
    )


def find_countries(reading: Reading, language: str | None) -> Iterator[Entity]:
    """Countries named, and nationalities of people: คนลาว, người Lào, "Lao girls". A language, an embassy, a currency
    or a telephone card of a country is neither."""
    beside, spaced, of_people = _beside(), reading.spaced, []
    for hit in _peoples().hits(spaced, language):
        if hit.needs_context and not _said_of_people(reading, hit.start, hit.end):
            continue
        of_people.append((hit.start, hit.end))
        if (
            beside["no_person_before"].before(spaced, hit.start) is None
            and beside["no_person_after"].after(spaced, hit.end) is None
        ):
            yield reading.entity("nationality", hit.value, hit.start, hit.end)
    places = list(_places().hits(spaced, language))
    for hit in _countries().hits(spaced, language):
        if any(start < hit.end and hit.start < end for start, end in of_people):
            continue
        if any(place.start <= hit.start and hit.end < place.end for place in places):
            continue
        before, after = beside["person_before"].before(spaced, hit.start), beside["person_after"].after(spaced, hit.end)
        if before is not None or after is not None:
            start = hit.start if before is None else before
            yield reading.entity("nationality", hit.value, start, hit.end if after is None else after)
        elif (
            beside["no_country_before"].before(spaced, hit.start) is None
            and beside["no_country_after"].after(spaced, hit.end) is None
        ):
            yield reading.entity("country", hit.value, hit.start, hit.end)
