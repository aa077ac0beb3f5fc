"""Text brought to one form before it is compared: for places, for command words, for features. Nothing is kept here."""

import unicodedata

import regex

_SPACES = regex.compile(r"\s+")
# Zero-width spaces and joiners stand between Khmer and Burmese words in some keyboards and not in others.
_INVISIBLE = regex.compile(r"[\u200b-\u200f\u2060\ufeff]")
_EDGE = regex.compile(r"^[\s\p{P}\p{S}]+|[\s\p{P}\p{S}]+$")
_MARKS = regex.compile(r"[\u0300-\u036f]")


def normal(text: str) -> str:
    """NFC, lower case, no invisible characters, single spaces."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def bare(text: str) -> str:
    """As `normal`, and without punctuation at both ends: what is compared with command words."""
    return str(_EDGE.sub("", normal(text)))


def without_marks(text: str) -> str:
    """Latin letters without accents and tone marks, as Vietnamese is often typed; other scripts keep theirs."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _MARKS.sub("", decomposed)).replace("đ", "d")


def lone_number(text: str) -> int | None:
    """The number when a message is one digit and nothing else: "1", "๑", "1.", "១។"; None otherwise."""
    stripped = bare(text)
    return unicodedata.digit(stripped) if len(stripped) == 1 and stripped.isdigit() else None
