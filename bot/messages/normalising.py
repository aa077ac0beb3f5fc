"""Text as it can be compared: pure. The original stays sealed beside it.

Composed (NFC), without NUL, zero-width, bidirectional and unpaired surrogate characters, white space folded, runs of
combining marks cut short. Burmese typed in Zawgyi is converted (CLDR's Zawgyi-my); where it cannot be told apart, both
readings are kept, with the thresholds of github.com/google/myanmar-tools."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache

import icu
from myanmartools import ZawgyiDetector

_SURELY_UNICODE, _SURELY_ZAWGYI = 0.05, 0.95
_MYANMAR = re.compile("[\u1000-\u109f]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")
_SARA_AM_IN_TWO, _SARA_AM = "\u0e4d\u0e32", "\u0e33"  # some Thai keyboards type it as two signs
_LONGEST_RUN_OF_MARKS = 6  # Khmer and Burmese clusters carry up to five


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a text is read: `text` is the likelier reading, `other` the second one where the encoding is unclear."""

    text: str = field(repr=False)
    other: str | None = field(repr=False, default=None)
    zawgyi: bool = False

    @property
    def all(self) -> tuple[str, ...]:
        """Every reading worth looking at."""
        return (self.text,) if self.other is None else (self.text, self.other)


def read(raw: str) -> Reading:
    """Normalise what somebody typed. Never fails, whatever the input."""
    clean = _fold(raw)
    if not _MYANMAR.search(clean):
        return Reading(text=clean)
    probability = _detector().get_zawgyi_probability(clean)
    if probability < _SURELY_UNICODE:
        return Reading(text=clean)
    converted = _fold(_converter().transliterate(clean))
    if probability > _SURELY_ZAWGYI:
        return Reading(text=converted, zawgyi=True)
    return Reading(text=clean, other=converted)


def _fold(raw: str) -> str:
    text = _INVISIBLE.sub("", raw)
    text = unicodedata.normalize("NFC", _cut_runs_of_marks(text)).replace(_SARA_AM_IN_TWO, _SARA_AM)
    return _SPACE.sub(" ", text).strip()


def _cut_runs_of_marks(text: str) -> str:
    """Ten thousand accents on one letter are still one letter."""
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character).startswith("M") else 0
        if run <= _LONGEST_RUN_OF_MARKS:
            kept.append(character)
    return "".join(kept)


def without_marks(text: str) -> str:
    """Vietnamese as it is typed in haste: no tone or vowel marks, d for đ. Other scripts are left as they are."""
    letters = []
    for character in unicodedata.normalize("NFC", text):
        base = unicodedata.normalize("NFD", character)
        letters.append(base[0] if base[0].isascii() else character)
    return "".join(letters).replace("đ", "d").replace("Đ", "D")


def warm_up() -> None:
    """Load the detector's model and the converter now, not with the first message."""
    read("\u1000\u1031")


@cache
def _detector() -> ZawgyiDetector:
    return ZawgyiDetector()


@cache
def _converter() -> icu.Transliterator:
    return icu.Transliterator.createInstance("Zawgyi-my")
