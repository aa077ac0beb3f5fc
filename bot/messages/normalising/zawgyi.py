"""Burmese in Zawgyi, a font encoding that puts other signs on Unicode's code points: found, and converted both ways.

myanmartools gives the probability (github.com/google/myanmar-tools: below 0.05 Unicode, above 0.95 Zawgyi); what it
cannot know from a few letters, the spelling rules of Burmese decide. Text with words of Shan, Mon or Karen is Unicode:
Zawgyi has no such letters, it uses their code points for its stacked signs."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

import icu
from myanmartools import ZawgyiDetector

from bot.messages.normalising.canonical import canonical
from bot.messages.normalising.myanmar_block import minority_language

_SURELY_UNICODE, _SURELY_ZAWGYI = 0.05, 0.95
_MYANMAR_LETTER = re.compile("[\u1000-\u103f\u104a-\u109f\uaa60-\uaa7f]")
_CONSONANT = "[\u1000-\u1021\u1023-\u1027\u1029\u102a\u103f]"
# Consonants that Burmese stacks: those of one row, doubled or plain with aspirated, and a few of Pali words.
_STACKS = (
    "ကက ကခ ဂဂ ဂဃ စစ စဆ ဇဇ ဇဈ ဉစ ဉဆ ဉဇ ညစ ညဇ ဋဋ ဋဌ ဍဍ ဍဎ ဏဋ ဏဌ ဏဍ ဏဏ တတ တထ တမ ဒဒ ဒဓ ဒမ နတ နထ နဒ နဓ နန နမ "
    "ပပ ပဖ ဗဗ ဗဘ မပ မဖ မဗ မဘ မမ လလ သသ သမ သတ ကရ"
).split()
_STACK = "(?:\u1004\u103a\u1039[\u1000-\u1021]|" + "|".join("\u1039".join(pair) for pair in _STACKS) + f"|{_CONSONANT})"
_SIGNS = "[\u103b-\u103e]{0,4}\u1031?[\u102d\u102e\u1032]?[\u102f\u1030]?[\u102b\u102c]?\u1036?\u1037?\u103a?\u1038?"
_ASAT_BEFORE_MEDIAL = "(?:\u103a(?=[\u103b-\u103e]))?"
_BURMESE_IN_UNICODE = re.compile(f"(?:{_STACK}{_ASAT_BEFORE_MEDIAL}{_SIGNS}|[\u1040-\u104f]|[^\u1000-\u109f])+")
_FINAL_ASAT = re.compile("\u103a(?![\u102b-\u1032\u103b-\u103e])")
# Zawgyi writes medial ra before its consonant; ICU would join it to the syllable before.
_RA_AFTER_MEDIAL = re.compile("(?<=[\u103a\u103c\u103d\u107d\u1087-\u108a])(?=[\u103b\u107e-\u1084])")
# The other way it would move e and medial ra before the syllable before, so each syllable is converted alone.
_SYLLABLE = re.compile("(?<!\u1039)(?=[\u1000-\u1021\u103f](?!\u1037?\u103a(?!\u1039)))")
_E = "\u1031"
_LAGAUNG, _LAGAUNG_SPELT = "\u104e", "\u104e\u1004\u103a\u1038"
_LAGAUNG_IN_ZAWGYI = re.compile("\u1044\u1004\u1039\u1038|\u104e(?:\u1004\u1039\u1038)?")


class Encoding(StrEnum):
    """How Burmese was typed. Everything that is not Burmese is Unicode."""

    UNICODE = "unicode"
    ZAWGYI = "zawgyi"
    UNCLEAR = "unclear"  # a word or two that read in both; every reading has to be looked at


def encoding_of(text: str) -> Encoding:
    """The encoding of a clean text, as `canonical.clean` leaves it."""
    if not _MYANMAR_LETTER.search(text) or minority_language(text) is not None:
        return Encoding.UNICODE
    probability = _detector().get_zawgyi_probability(text)
    if probability < _SURELY_UNICODE:
        return Encoding.UNICODE
    converted = from_zawgyi(text)
    if converted == canonical(text):
        return Encoding.UNICODE
    if probability > _SURELY_ZAWGYI:
        doubtful = _spelt_as_unicode(text) and _FINAL_ASAT.search(text) is not None
        return Encoding.UNCLEAR if doubtful else Encoding.ZAWGYI
    if not _spelt_as_unicode(text) and _BURMESE_IN_UNICODE.fullmatch(converted):
        return Encoding.ZAWGYI
    return Encoding.UNCLEAR


def from_zawgyi(text: str) -> str:
    """Zawgyi as canonical Unicode; other scripts in it stay as they are."""
    convert = _converter("Zawgyi-my").transliterate
    parts = _LAGAUNG_IN_ZAWGYI.split(text)
    return canonical(_LAGAUNG_SPELT.join("".join(map(convert, _RA_AFTER_MEDIAL.split(part))) for part in parts))


def to_zawgyi(text: str) -> str:
    """Unicode Burmese for a phone that shows Zawgyi. Text in Shan, Mon or Karen has no form in Zawgyi and is returned
    as it is; so is everything in other scripts."""
    if minority_language(text) is not None or not _MYANMAR_LETTER.search(text):
        return text
    parts = text.replace(_LAGAUNG_SPELT, _LAGAUNG).split(_LAGAUNG)
    return _LAGAUNG.join("".join(map(_syllable_to_zawgyi, _SYLLABLE.split(part))) for part in parts)


def warm_up() -> None:
    """Load the detector's model and the converters now, not with the first message."""
    _detector()
    for name in ("Zawgyi-my", "my-Zawgyi"):
        _converter(name)


def _syllable_to_zawgyi(syllable: str) -> str:
    """ICU leaves the e of some stacked consonants behind them; in Zawgyi it stands before everything."""
    converted: str = _converter("my-Zawgyi").transliterate(syllable)
    return _E + converted.replace(_E, "", 1) if _E in converted else converted


def _spelt_as_unicode(text: str) -> bool:
    return _BURMESE_IN_UNICODE.fullmatch(canonical(text)) is not None


@cache
def _detector() -> ZawgyiDetector:
    return ZawgyiDetector()


@cache
def _converter(name: str) -> icu.Transliterator:
    return icu.Transliterator.createInstance(name)
