"""Where a text may be cut without breaking what a reader sees as one letter, and where its words end.

ICU's grapheme clusters (UAX #29) are the ground. They part Khmer and Burmese stacks (checked with ICU 77: a boundary
after U+17D2 and after U+1039, and before the Burmese vowel sign U+102C) and Thai vowels written before their
consonant, so joins of our own are laid over them.
"""

from __future__ import annotations

import unicodedata

import icu

_THERE_WAS_MORE = "..."  # an ellipsis in one sign would double the price of an SMS in Latin letters
# A consonant after one of these is written below the one before: Khmer coeng, Burmese virama, Tai Tham sakot.
_STACKERS = frozenset("\u17d2\u1039\u1a60")
# Thai and Lao vowels written before the consonant they are spoken after.
_LEADING_VOWELS = frozenset("เแโใไ\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4")
# Thai and Lao vowels written after their consonant that Unicode counts as letters.
_TRAILING_VOWELS = frozenset("ะาำๅ\u0eb0\u0eb2\u0eb3")


def clusters(text: str) -> tuple[str, ...]:
    """The text in pieces that must stay whole; joined they are the text."""
    ends = _boundaries(icu.BreakIterator.createCharacterInstance(icu.Locale.getRoot()), text)
    pieces: list[str] = []
    start = 0
    for end in ends:
        if end < len(text) and _holds_together(text[end - 1], text[end]):
            continue
        pieces.append(text[start:end])
        start = end
    return tuple(pieces)


def line_breaks(text: str) -> frozenset[int]:
    """Positions after which a line may break: word ends, by dictionary in Thai, Khmer and Burmese (UAX #14)."""
    return frozenset(_boundaries(icu.BreakIterator.createLineInstance(icu.Locale.getRoot()), text))


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and "...", of at most so many characters: cut after a word, or, where no word ends in
    its second half, between letters."""
    if len(text) <= most:
        return text
    room = most - len(_THERE_WAS_MORE)
    end = max((each for each in line_breaks(text) if len(text[:each].rstrip()) <= room), default=0)
    if end <= room // 2:
        end = 0
        for cluster in clusters(text):
            if end + len(cluster) > room:
                break
            end += len(cluster)
    return text[:end].rstrip() + _THERE_WAS_MORE


def _holds_together(before: str, after: str) -> bool:
    """Whether a boundary ICU allows here would still part something a reader sees as one."""
    if unicodedata.category(after).startswith("M"):
        return True
    if after in _TRAILING_VOWELS or (before in _LEADING_VOWELS and unicodedata.category(after) == "Lo"):
        return True
    return before in _STACKERS and unicodedata.category(after) == "Lo"


def _boundaries(iterator: icu.BreakIterator, text: str) -> list[int]:
    """The iterator's boundaries as indices of `text`; ICU counts UTF-16 units, Python code points."""
    iterator.setText(icu.UnicodeString(text))
    index_of = {0: 0}
    units = 0
    for index, character in enumerate(text, start=1):
        units += 2 if ord(character) > 0xFFFF else 1
        index_of[units] = index
    return [index_of[boundary] for boundary in iterator if boundary in index_of]
