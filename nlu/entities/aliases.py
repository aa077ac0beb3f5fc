"""What bosses, brokers and companies are called, in the words of the message. Only after a word that announces a name:
better none than a wrong one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

import icu

from nlu.entities.entity import Entity
from nlu.entities.lookups import table
from nlu.entities.reading import Reading
from nlu.entities.words import LATIN, Words

_LONGEST_NAME = 24
_NATIVE = "\u0e00-\u0e7f\u1780-\u17d3\u1000-\u1049"
_LATIN_NAME = re.compile(rf"[\s:\"'“”]{{0,3}}(?P<name>[{LATIN}][{LATIN}0-9.&]*(?: [{LATIN}0-9][{LATIN}0-9.&]*){{0,2}})")
_NATIVE_NAME = re.compile(rf"[ :\"'“”]{{0,2}}(?P<name>[{_NATIVE}]{{2,{_LONGEST_NAME}}})")
_COMPANY_NAME = re.compile(
    r"\b(?P<name>[A-Z][A-Za-z0-9&]+(?: [A-Z][A-Za-z0-9&]+){1,2}) (?i:company|casino|hotel|resort|group|compound)\b"
)
_CODE = re.compile(r"[ :#]{0,2}(?:no\.? ?|số ?|so ?|ที่ ?)?(?P<name>[a-z]{1,2} ?-?\d{1,3}|\d{1,2}[a-z])(?![a-z0-9])")


@cache
def _words() -> dict[str, Words]:
    names = ("named", "titles", "companies", "buildings", "not_a_name", "surnames", "roles_after")
    return {name: Words(table("alias")[name]) for name in names}


def find_aliases(reading: Reading, taken: Sequence[tuple[int, int]]) -> Iterator[Entity]:
    """The value is what the words say, as written."""
    for start, end in _all(reading):
        if any(first < end and start < last for first, last in taken):
            continue
        fact = reading.entity("alias", "", start, end)
        yield Entity("alias", fact.text, fact.text, fact.start, fact.end)


def _all(reading: Reading) -> Iterator[tuple[int, int]]:
    words, spaced = _words(), reading.spaced
    for _, end in words["named"].spans(spaced):
        yield from _name_after(reading, end, capital=False)
    for start, end in words["titles"].spans(spaced):
        if not reading.is_whole(start, end):
            continue
        native = reading.low[start] >= "\u0e00" and reading.low[end : end + 1] != " "  # เฮียตี๋ is written in one
        begin = end + 1 if reading.low[end : end + 1] == "." else end  # "Mr." with its point
        for _, stop in _name_after(reading, begin, capital=True, native=native):
            yield start, stop
    for _, end in words["companies"].spans(spaced):
        yield from _name_after(reading, end, capital=True, native=False)
    for start, end in words["buildings"].spans(spaced):
        code = _CODE.match(reading.low, end)
        if code:
            yield start, code.end()
    yield from _before_roles(reading)


def _name_after(reading: Reading, end: int, *, capital: bool, native: bool = True) -> Iterator[tuple[int, int]]:
    """The name that begins at `end`; `capital`: in Latin script only words with a capital letter are one."""
    match = _LATIN_NAME.match(reading.low, end)
    if match:
        stop = _end_of_latin_name(reading, match.start("name"), match.end("name"), capital)
        if stop is not None:
            yield match.start("name"), stop
        return
    match = _NATIVE_NAME.match(reading.low, end) if native else None
    if match:
        stop = _end_of_native_name(match["name"])
        if stop and _words()["not_a_name"].after(reading.spaced, match.start("name")) is None:
            yield match.start("name"), match.start("name") + stop


def _end_of_latin_name(reading: Reading, start: int, end: int, capital: bool) -> int | None:
    """Words with a capital letter go on a name, and so does what follows "ah" or "mr"; None when there is no name."""
    stop, position = None, start
    for part in reading.low[start:end].split(" "):
        bare = part.rstrip(".&")
        if not bare or _words()["not_a_name"].after(reading.spaced, position) is not None:
            break
        if stop is None:
            goes_on = not part.isdigit() and (not capital or _is_capital(reading, position))
        else:
            after_title = _words()["surnames"].before(reading.spaced, position) is not None
            goes_on = _is_capital(reading, position) or (after_title and not capital)
        if not goes_on:
            break
        stop = position + len(bare)
        if bare != part:
            break
        position += len(part) + 1
    return stop


def _is_capital(reading: Reading, position: int) -> bool:
    """Whether a capital letter stands there; in a text that is all capitals none tells anything."""
    place = reading.offsets[position] if reading.offsets else position
    return reading.text[place].isupper() and not reading.text.isupper()


def _end_of_native_name(run: str) -> int:
    """A short run of letters is the name (Thai writes on without a space, and so has shorter ones); of a long one its
    first word, by ICU. 0 when nothing can be told."""
    if len(run) <= (5 if run[0] < "\u0e80" else 10):
        return len(run)
    iterator = icu.BreakIterator.createWordInstance(icu.Locale.getRoot())
    iterator.setText(run)
    iterator.first()
    end = int(iterator.nextBoundary())
    return end if 2 <= end <= _LONGEST_NAME else 0


def _before_roles(reading: Reading) -> Iterator[tuple[int, int]]:
    """Vietnamese puts what somebody is behind the name: "anh Long quản lý"; English does so with companies."""
    words, spaced = _words(), reading.spaced
    for start, end in words["surnames"].spans(spaced):
        match = _LATIN_NAME.match(reading.low, end)
        if match is None or words["not_a_name"].after(spaced, match.start("name")) is not None:
            continue
        ends = [match.start("name") + space.start() for space in re.finditer(" |$", match["name"])]
        for stop in ends:
            if words["roles_after"].after(spaced, stop) is not None:
                yield start, stop
                break
    if not reading.text.isupper():
        for match in _COMPANY_NAME.finditer(reading.text):
            yield from _company(reading, match)


def _company(reading: Reading, match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """A name before "company" is two words with capital letters or more: one may only begin a sentence."""
    if reading.offsets is None and _words()["not_a_name"].after(reading.spaced, match.start()) is None:
        yield match.start(), match.end("name")
