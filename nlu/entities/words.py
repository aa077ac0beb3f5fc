"""Search for many phrases at once: compiled once to one prefix tree, so that a search costs the same for any list.

No pattern here repeats without bound: the time of a search is bounded by the length of the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nlu.entities.lookups import Phrase, phrases_of

LETTERS = "a-z\u00c0-\u024f\u1e00-\u1eff"  # before a word digits may stand: "5people", "16yo"
LATIN = f"0-9{LETTERS}"
_MARKED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]+")
FEWEST_MARKS = 0.08  # as the urgency floor has it
_HAS_LATIN = re.compile(f"[{LATIN}]")
# What cannot follow a whole word: vowel signs, tone marks, and a Burmese consonant that closes the syllable before it.
_THAI = "\u0e30-\u0e3a\u0e45\u0e47-\u0e4e"
_KHMER = "\u17b6-\u17d3\u17dd"
_BURMESE = "\u102b-\u103e"
_GOES_ON = f"(?![{_THAI}{_KHMER}{_BURMESE}]|[\u1000-\u1021]\u1037?\u103a|(?<=[0-9])[0-9])"
# What cannot stand before one: a Thai vowel that is written first, a sign that puts the next letter underneath.
_BEGAN_BEFORE = "(?<![\u0e40-\u0e44\u17d2\u1039])"


def tree(phrases: Iterable[str], space: str) -> str:
    """A pattern for all phrases that shares their beginnings; at every branch the longer comes first."""
    root: dict[str, Any] = {}
    for phrase in phrases:
        node = root
        for character in phrase:
            node = node.setdefault(character, {})
        node[""] = {}
    return _branches(root, space)


def _branches(node: Mapping[str, Any], space: str) -> str:
    ways = [
        (space if character == " " else re.escape(character)) + _branches(rest, space)
        for character, rest in node.items()
        if character
    ]
    if not ways:
        return ""
    joined = ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"
    return f"(?:{joined})?" if "" in node else joined


def pattern_of(spellings: Iterable[str], *, tight: bool = False) -> str:
    """A pattern for whole words. Native scripts may have spaces or not; `tight`: so may Latin words."""
    spellings = set(spellings)
    latin = {each for each in spellings if _HAS_LATIN.match(each[0]) and _HAS_LATIN.match(each[-1])}
    parts = []
    if latin:
        parts.append(f"(?<![{LETTERS}])(?:{tree(sorted(latin), ' ?' if tight else ' {1,2}')})(?![{LATIN}])")
    if spellings - latin:
        parts.append(f"{_BEGAN_BEFORE}(?:{tree(sorted(spellings - latin), ' ?')}){_GOES_ON}")
    return "(?:" + "|".join(parts) + ")" if parts else "(?!)"


@dataclass(frozen=True)
class Hit:
    """A phrase of a lexicon where it stands in `Reading.spaced`."""

    value: str
    start: int
    end: int
    needs_context: bool = False


class Lexicon:
    """Phrases with their values. One spelling with two values is a mistake in the lists: ValueError."""

    def __init__(self, phrases: Mapping[str, Iterable[Phrase]], *, tight: bool = False) -> None:
        self._known: dict[str, tuple[str, Phrase]] = {}
        spellings = set()
        for value, listed in phrases.items():
            for phrase in listed:
                for spelling in phrase.spellings():
                    known = self._known.setdefault(spelling.replace(" ", ""), (value, phrase))
                    if known[0] != value:
                        raise ValueError(f"{spelling!r} stands for {value} and for {known[0]}")
                    spellings.add(spelling)
        self._pattern = re.compile(pattern_of(spellings, tight=tight))

    def hits(self, spaced: str, language: str | None) -> Iterator[Hit]:
        """All phrases of a text, the longest at each place; none of another language's that are bound to their own."""
        for match in self._pattern.finditer(spaced):
            found = match.group().replace(" ", "")
            value, phrase = self._known[found]
            if found != phrase.words.replace(" ", "") and found.isascii() and _types_marks(spaced):
                continue  # "danh ca" without marks among words with marks is not "đánh cá"
            if not phrase.own_language_only or phrase.language == language:
                yield Hit(value, match.start(), match.end(), phrase.needs_context)


def _types_marks(text: str) -> bool:
    """Whether a text is typed with Vietnamese marks: then a word without them has none."""
    letters = sum(
        character.isalpha() and character < "\u2000" and bool(_HAS_LATIN.match(character)) for character in text
    )
    marked = sum(len(match.group()) for match in _MARKED.finditer(text))
    return marked >= FEWEST_MARKS * max(letters, 1)


def lexicon_of(lists: Mapping[str, Mapping[str, list[str]]], **options: bool) -> Lexicon:
    """From lists by value and language."""
    return Lexicon({str(value): list(phrases_of(by_language)) for value, by_language in lists.items()}, **options)


class Words:
    """Words of context, without values: do they stand before, after, or near?"""

    def __init__(self, lists: Mapping[str, list[str]]) -> None:
        self._phrases = list(phrases_of(lists))
        self.pattern = pattern_of({spelling for phrase in self._phrases for spelling in phrase.spellings()})
        self._anywhere = re.compile(self.pattern)
        self._ending = re.compile(rf"{self.pattern}[\s:=,'\"(]{{0,3}}\Z")
        self._beginning = re.compile(rf"[\s,'\")]{{0,3}}{self.pattern}")

    def spans(self, spaced: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
        """Where they stand in a stretch of text."""
        stop = len(spaced) if end is None else end
        return [match.span() for match in self._anywhere.finditer(spaced, start, stop)]

    def before(self, spaced: str, start: int) -> int | None:
        """Where one begins that ends right before `start`."""
        match = self._ending.search(spaced, max(0, start - 28), start)
        return match.start() if match else None

    def after(self, spaced: str, end: int) -> int | None:
        """Where one ends that begins right after `end`."""
        match = self._beginning.match(spaced, end)
        return match.end() if match else None
