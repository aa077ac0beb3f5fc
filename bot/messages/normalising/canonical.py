"""One spelling for what people type in many: the parts of reading that any text to compare goes through, a person's
message and a phrase of ours alike. Nothing but the standard library is used here."""

from __future__ import annotations

import re
import unicodedata

from bot.messages.normalising.burmese import burmese
from bot.messages.normalising.khmer import khmer
from bot.messages.normalising.thai import thai
from bot.messages.normalising.vietnamese import tone_in_one_place

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ud800-\udfff\U000e0000-\U000e01ef]"
)
_SPACE = re.compile(r"\s+")
_STYLED = re.compile("[\uff01-\uff5e\u2460-\u24ff\U0001d400-\U0001d7ff]")  # full width, in circles, "mathematical"
_THAI, _KHMER, _BURMESE = re.compile("[\u0e30-\u0e4e]"), re.compile("[\u17a0-\u17dd]"), re.compile("[\u1000-\u104f]")
_ZEROS = "\u0e50\u0ed0\u1040\u1090\u17e0"  # Thai, Lao, Burmese, Shan, Khmer
_DIGITS = str.maketrans({chr(ord(zero) + digit): str(digit) for zero in _ZEROS for digit in range(10)})
_LONGEST_RUN_OF_MARKS = 6  # Khmer and Burmese clusters carry up to five
_MOST_PASSES = 4  # what one rule mends may let another one match; two passes are enough for all text that was seen


def canonical(text: str) -> str:
    """The one spelling, with digits as 0 to 9. Applied again it changes nothing."""
    text = clean(text)
    if text.isascii():
        return text
    for _ in range(_MOST_PASSES):
        before, text = text, clean(tone_in_one_place(spelt_in_one_way(text)))
        if text == before:
            break
    return text


def clean(text: str) -> str:
    """Without what nobody sees, letters in their plain form and composed, white space folded. Burmese in Zawgyi
    survives this as Zawgyi; it does not survive `canonical`."""
    if not (text.isascii() and text.isprintable()):
        text = _INVISIBLE.sub("", text)
        text = _STYLED.sub(lambda sign: unicodedata.normalize("NFKC", sign[0]), text)
        text = unicodedata.normalize("NFC", _cut_runs_of_marks(text))
    return _SPACE.sub(" ", text).strip()


def spelt_in_one_way(text: str) -> str:
    """Thai, Khmer and Burmese with the signs of each cluster in one order, native digits as 0 to 9. White space and
    Vietnamese tone marks stay as they are."""
    if _THAI.search(text):
        text = thai(text)
    if _KHMER.search(text):
        text = khmer(text)
    if _BURMESE.search(text):
        text = burmese(text)
    return text.translate(_DIGITS)


def _cut_runs_of_marks(text: str) -> str:
    """Ten thousand accents on one letter are still one letter."""
    kept: list[str] = []
    run = 0
    for character in text:
        # Zawgyi has whole letters on code points that Unicode calls marks.
        is_mark = unicodedata.category(character)[0] == "M" and not "\u1060" <= character <= "\u1097"
        run = run + 1 if is_mark else 0
        if run <= _LONGEST_RUN_OF_MARKS:
            kept.append(character)
    return "".join(kept)
