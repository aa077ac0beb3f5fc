"""A word of the person's own (safe word, duress word, the word of a check-in) in the one spelling that is hashed. Pure.

They write it again months later, in haste, on another keyboard: case, spaces, punctuation, width, invisible signs,
the order of marks and Vietnamese tone marks do not count. Marks of Thai, Khmer and Burmese do: they are vowels."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from bot.messages.normalising import canonical, without_marks

FEWEST_CHARACTERS, MOST_CHARACTERS = 4, 40
_COUNTS = "LMN"  # letters, their marks, digits


class Fault(StrEnum):
    """Why something cannot be such a word."""

    TOO_SHORT = "too_short"  # guessed in a moment, or written by chance
    NUMBER = "number"  # a number answers questions
    TOO_LONG = "too_long"  # it is no word but something they tell


def bare_word(text: str) -> str:
    """The one spelling; empty when nothing in it counts."""
    folded = unicodedata.normalize("NFKC", canonical(text)).casefold()
    return without_marks("".join(sign for sign in folded if unicodedata.category(sign)[0] in _COUNTS))


def fault_of(text: str) -> Fault | None:
    """What is wrong with its shape; None when it could be a word of their own."""
    if len(text) > MOST_CHARACTERS:
        return Fault.TOO_LONG
    bare = bare_word(text)
    if bare and all(unicodedata.category(sign)[0] == "N" for sign in bare):
        return Fault.NUMBER
    return Fault.TOO_SHORT if len(bare) < FEWEST_CHARACTERS else None
