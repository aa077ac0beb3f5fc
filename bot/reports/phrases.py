"""Many expressions held against one text: each is tried only where the words that it needs stand.

A text's words are looked up once, in one walk over its letters (`Scan`); what is found is exactly what each expression
alone, or all of them joined by "|", would have found (`Phrases.matches`, `Phrase.spans`)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.reports import phrase_index
from bot.reports.literals import requirements
from bot.reports.needed_words import FOLDED, Need, Requirements, Words, fold

_MOST_TRIED_ONE_BY_ONE = 200  # above this many places, `re` walks through the text by itself
_UNUSUAL = re.compile(f"[{''.join(map(chr, FOLDED))}]")
_NO_WORD = -1


class Phrase:
    """One expression, and what a text must hold for it. One that the index knows is compiled when it is first tried."""

    def __init__(self, expression: str) -> None:
        """Raises re.error for what is no expression."""
        self.expression = expression
        known = phrase_index.find(expression)
        self.needed: Requirements = requirements(expression) if known is None else known
        if known is None:
            self._plain  # noqa: B018 - what nobody has compiled yet is refused now, not when somebody writes

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        return re.compile(self.expression, re.IGNORECASE if self.needed.cases_matter else 0)

    @cached_property
    def _ignoring_cases(self) -> re.Pattern[str]:
        return re.compile(self.expression, re.IGNORECASE)

    def spans(self, scan: Scan) -> list[tuple[int, int]]:
        """Where the expression matches, as `finditer` tells it."""
        places = scan.places(self)
        if not places:
            return []
        scan.tried += 1
        return [match.span() for match in self._pattern(scan).finditer(scan.text, places[0])]

    def first(self, scan: Scan, places: Sequence[int], since: int) -> re.Match[str] | None:
        """The first match that begins at one of these places and not before `since`."""
        pattern, text = self._pattern(scan), scan.text
        left = places[bisect_left(places, since) :]
        scan.tried += 1
        if len(left) > _MOST_TRIED_ONE_BY_ONE:
            return pattern.search(text, left[0])
        for place in left:
            if match := pattern.match(text, place):
                return match
        return None

    def _pattern(self, scan: Scan) -> re.Pattern[str]:
        return self._ignoring_cases if scan.is_unusual else self._plain


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """Expressions of which any may match, an earlier one before a later one."""

    each: tuple[Phrase, ...]

    @cached_property
    def _joined(self) -> re.Pattern[str] | None:
        """All of them as one, where one of them may match without taking a sign: `re` knows best."""
        if all(phrase.needed.low for phrase in self.each):
            return None
        return re.compile("|".join(phrase.expression for phrase in self.each), re.IGNORECASE)

    @cached_property
    def _order(self) -> dict[Phrase, int]:
        return {phrase: number for number, phrase in enumerate(self.each)}

    @classmethod
    def of(cls, expressions: Sequence[str]) -> Phrases:
        """Raises re.error for what is no expression."""
        return cls(each=tuple(map(Phrase, expressions)))

    def matches(self, scan: Scan) -> Iterator[re.Match[str]]:
        """What `finditer` of all of them joined by "|" would give: the leftmost match, of several there the one of the
        earliest expression; then the next one behind it."""
        if self._joined is not None:
            yield from self._joined.finditer(scan.text)
            return
        waiting: list[_Waiting] = []
        for phrase in sorted(self._order.keys() & scan.candidates, key=self._order.__getitem__):
            if (places := scan.places(phrase)) and (match := phrase.first(scan, places, 0)):
                waiting.append((match.start(), len(waiting), match, phrase, places))
        while waiting:
            found = min(waiting, key=lambda each: each[:2])[2]
            yield found
            waiting = list(_behind(found.end(), waiting, scan))


_Waiting = tuple[int, int, re.Match[str], Phrase, Sequence[int]]


def _behind(end: int, waiting: Iterable[_Waiting], scan: Scan) -> Iterator[_Waiting]:
    for start, order, match, phrase, places in waiting:
        if start >= end:
            yield start, order, match, phrase, places
        elif (later := phrase.first(scan, places, end)) is not None:
            yield later.start(), order, later, phrase, places


class Lexicon:
    """All the words that the phrases of a book need, letter by letter; and each phrase under its rarest words."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.beginnings: dict[str, int] = {}  # of every word, with the word's number, or _NO_WORD
        self.under: list[list[Phrase]] = []  # by the number of a word: the phrases that need it most
        self.always: list[Phrase] = []
        self._lists: dict[Words, frozenset[int]] = {}
        for phrase in phrases:
            for words in filter(None, (phrase.needed.head, *(need.words for need in phrase.needed.needs))):
                self._lists[words] = frozenset(map(self._number, words))
            rarest = phrase.needed.rarest
            for place in [self.always] if rarest is None else [self.under[n] for n in self._lists[rarest]]:
                place.append(phrase)

    def _number(self, word: str) -> int:
        number = self.beginnings.get(word, _NO_WORD)
        if number == _NO_WORD:
            for size in range(1, len(word)):
                self.beginnings.setdefault(word[:size], _NO_WORD)
            number = self.beginnings[word] = len(self.under)
            self.under.append([])
        return number

    def numbers_of(self, words: Words) -> frozenset[int]:
        """The numbers of these words."""
        return self._lists[words]


class Scan:
    """One lower-case text with the words of a lexicon that stand in it. `tried` counts the searches that it cost."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.is_unusual = _UNUSUAL.search(text) is not None
        self.tried = 0
        self._lexicon = lexicon
        self._found = _walk(fold(text) if self.is_unusual else text, lexicon.beginnings)
        self._places: dict[Words, list[int]] = {}
        self.candidates = set(lexicon.always).union(*(lexicon.under[number] for number in self._found))

    def places(self, phrase: Phrase) -> Sequence[int]:
        """Where a match of the phrase may begin; nowhere, if the text lacks what it needs."""
        needed = phrase.needed
        if phrase not in self.candidates or not all(self._places_of(need.words) for need in needed.needs):
            return ()
        needs = sorted(needed.needs, key=lambda need: len(self._places_of(need.words)))
        places: Sequence[int] = range(1 if needed.at_start else len(self.text) + 1)
        if needed.head is not None:
            places = self._places_of(needed.head)
        for need in needs:
            places = self._near(places, need)
        return places

    def _near(self, places: Sequence[int], need: Need) -> Sequence[int]:
        """Those of the places at the right distance from a word of the need."""
        words = self._places_of(need.words)
        if need.high >= len(self.text):
            return places[: bisect_right(places, words[-1] - need.low)]
        return self._after(places, words, need) if len(places) < len(words) else self._before(places, words, need)

    @staticmethod
    def _before(places: Sequence[int], words: Sequence[int], need: Need) -> list[int]:
        kept: list[int] = []
        first = 0
        for word in words:
            first = bisect_left(places, word - need.high, first)
            last = bisect_right(places, word - need.low, first)
            kept += places[first:last]
            first = last
        return kept

    @staticmethod
    def _after(places: Sequence[int], words: Sequence[int], need: Need) -> list[int]:
        low, high, last = need.low, need.high, words[-1]
        return [
            place for place in places if place + low <= last and words[bisect_left(words, place + low)] <= place + high
        ]

    def _places_of(self, words: Words) -> list[int]:
        places = self._places.get(words)
        if places is None:
            found = self._found.keys() & self._lexicon.numbers_of(words)
            places = self._places[words] = sorted({place for number in found for place in self._found[number]})
        return places


def _walk(text: str, beginnings: Mapping[str, int]) -> dict[int, list[int]]:
    """Each word that stands anywhere in the text, with its places."""
    found: dict[int, list[int]] = {}
    ends = len(text) + 1
    for place in range(len(text)):
        for end in range(place + 1, ends):
            number = beginnings.get(text[place:end])
            if number is None:
                break
            if number != _NO_WORD:
                found.setdefault(number, []).append(place)
    return found
