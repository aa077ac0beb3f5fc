"""A message in the form in which it is searched, and the way back to its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

import icu

from nlu.entities.entity import Entity

_DIGITS = {
    ord(zero) + value: str(value)
    for zero in "๐០၀႐໐０"
    for value in range(10)  # Thai, Khmer, Burmese, Shan, Lao, wide
}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# The letter WA is typed for the Burmese digit zero, which looks the same.
_WA_FOR_ZERO = re.compile("(?<=[0-9])\u101d(?![\u102b-\u103e])")
_SPACED = str.maketrans({**dict.fromkeys("-_\n\t\r\u00a0\u2010\u2011", " "), "\u2019": "'", "\u02bc": "'"})
_SENTENCE_END = re.compile(r"[!?\n။៕។]|[.](?=\s|\Z)")
_LONGEST_SHORT_WORD = 6
MOST_CHARACTERS = 8000  # Telegram's longest text has 4,096


@dataclass(frozen=True)
class Reading:
    """`low` is the text in lower case with ASCII digits and nothing invisible; `spaced` has spaces for hyphens too.
    Both are alike in length, and `offsets` (None: the same) says where each character stands in the text."""

    text: str = field(repr=False)
    low: str = field(repr=False)
    spaced: str = field(repr=False)
    offsets: tuple[int, ...] | None = field(repr=False)

    def entity(self, kind: str, value: str, start: int, end: int) -> Entity:
        """The fact at `start` to `end` of `low`, with the person's own words; spaces at its ends are left out."""
        while start < end and self.low[start].isspace():
            start += 1
        while end > start and self.low[end - 1].isspace():
            end -= 1
        if self.offsets is not None:
            start, end = self.offsets[start], self.offsets[end - 1] + 1
        return Entity(kind, value, self.text[start:end], start, end)

    @cached_property
    def word_edges(self) -> frozenset[int]:
        """Where ICU sees words begin and end in `low`; it knows the common words of Thai, Khmer and Burmese."""
        iterator = icu.BreakIterator.createWordInstance(icu.Locale.getRoot())
        text = icu.UnicodeString(self.low)
        iterator.setText(text)
        edges = [iterator.first(), *iterator]
        if text.length() == len(self.low):
            return frozenset(edges)
        return frozenset(len(str(text[:edge])) for edge in edges)  # ICU counts UTF-16 units, which an emoji has two of

    def is_whole(self, start: int, end: int) -> bool:
        """False for a short word of Thai, Khmer or Burmese that lies inside another: มีด in มีดอก, ចែ in ចែកចាយ."""
        if end - start > _LONGEST_SHORT_WORD or self.low[start] < "\u0e00" or self.low[end - 1] == ".":
            return True
        # In Burmese ICU often joins a particle to the word before it: there only the beginning tells.
        ends_well = end in self.word_edges or "\u1000" <= self.low[start] <= "\u109f"
        return start in self.word_edges and ends_well

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The sentence around a stretch, by its punctuation; the whole text where people use none."""
        before = [match.end() for match in _SENTENCE_END.finditer(self.low, max(0, start - 160), start)]
        after = _SENTENCE_END.search(self.low, end)
        return before[-1] if before else max(0, start - 160), after.start() if after else len(self.low)


def read(text: str) -> Reading:
    """Never fails. Of a text longer than `MOST_CHARACTERS` the beginning is read."""
    text = text[:MOST_CHARACTERS]
    offsets = None
    shown = text
    if _INVISIBLE.search(text):
        offsets = tuple(place for place, character in enumerate(text) if not _INVISIBLE.match(character))
        shown = _INVISIBLE.sub("", text)
    low = shown.lower()
    if len(low) != len(shown):  # a few capital letters become two characters
        low = "".join(character.lower()[0] for character in shown)
    low = _WA_FOR_ZERO.sub("0", low.translate(_DIGITS))
    return Reading(text, low, low.translate(_SPACED), offsets)
