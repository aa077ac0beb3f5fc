"""How a text in Latin letters is cut up: the same way when a profile is built and when a message is heard."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

LONGEST_GRAM = 3  # langdetect's
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|@\w+")
_NO_LETTER = re.compile(r"[^\w']|[\d_]")
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")  # "helppp meeee"
_SPACES = re.compile(r"\s+")


def letters_of(text: str) -> str:
    """Lower-case words between single spaces, without digits, addresses, punctuation and drawn-out letters."""
    text = unicodedata.normalize("NFC", _ADDRESS.sub(" ", text).lower()).replace("’", "'")
    text = _DRAWN_OUT.sub(r"\1", _NO_LETTER.sub(" ", text))
    return _SPACES.sub(" ", text).strip(" '")


def words_of(letters: str) -> list[str]:
    """The words of a text that `letters_of` gave."""
    return letters.split()


def grams_of(letters: str) -> chain[str]:
    """All runs of one to three signs, with a space before and after, as langdetect counts them. The space alone is
    none."""
    padded = f" {letters} ".replace("'", " ")
    end = len(padded)
    return chain(
        letters.replace(" ", "").replace("'", ""),
        [padded[i : i + 2] for i in range(end - 1)],
        [padded[i : i + 3] for i in range(end - 2)],
    )
