"""All kinds of facts of one message, put together in the order in which they claim the numbers in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from nlu.entities.ages import find_ages
from nlu.entities.aliases import find_aliases
from nlu.entities.calendar_days import zone_of
from nlu.entities.circumstances import find_documents, find_officials, find_subject
from nlu.entities.deadlines import find_deadlines, time_spans
from nlu.entities.entity import Entity, longest_of_each_kind
from nlu.entities.handles import find_handles, numbers_and_accounts
from nlu.entities.money import find_money
from nlu.entities.numbers import find_numbers, untaken
from nlu.entities.people import find_people
from nlu.entities.places import find_countries, find_places
from nlu.entities.reading import Reading, read
from nlu.entities.things import find_things
from nlu.entities.times import find_pieces

KINDS = (
    "place",
    "country",
    "nationality",
    "people",
    "age",
    "deadline",
    "document",
    "money_demanded",
    "debt",
    "work",
    "injury",
    "weapon",
    "subject",
    "alias",
    "handle",
    "official",
)


def find(text: str, *, language: str | None, now: datetime) -> list[Entity]:
    """Facts in the order of the text. `language` (th km vi my en, None: not known) settles what is ambiguous; lists of
    all languages are searched. `now` is when the message was written; it must be aware, and an offset that is
    not UTC's says by which clock the writer reckons. Never fails on any text."""
    reading = read(text)
    return longest_of_each_kind(_all(reading, language, now))


def warm_up() -> None:
    """Read and compile every list now: the first message would wait a second for it."""
    find("1 people 0995550100 taken passport police", language="en", now=datetime.now(timezone.utc))


def _all(reading: Reading, language: str | None, now: datetime) -> Iterator[Entity]:
    here = (now if now.utcoffset() else now.astimezone(zone_of(language))).replace(second=0, microsecond=0)
    written = numbers_and_accounts(reading)
    in_handles = [(start, end) for _, start, end in written]
    numbers = untaken(find_numbers(reading), in_handles)
    pieces = find_pieces(reading, language, here, numbers, in_handles)
    yield from find_handles(reading, written)
    yield from find_deadlines(reading, pieces, here)
    numbers = untaken(numbers, time_spans(reading, pieces))
    yield from find_money(reading, numbers)
    yield from find_ages(reading, here, numbers)
    yield from find_people(reading, numbers)
    yield from find_places(reading)
    yield from find_countries(reading, language)
    yield from find_things(reading, language)
    yield from find_documents(reading, language)
    yield from find_officials(reading, language)
    yield from find_subject(reading, language)
    yield from find_aliases(reading, in_handles)
