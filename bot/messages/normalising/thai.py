"""Thai: signs typed twice, in two pieces or in another order, brought to one spelling."""

from __future__ import annotations

import re

_SARA_AM_IN_TWO = re.compile("([่-๋]?)ํ([่-๋]?)[าำ]")
_TONE_BEFORE_VOWEL = re.compile("([่-๋])([ัิ-ฺ็])")
_TONE_AFTER_AM = re.compile("ำ([่-๋])")
_DOUBLED = re.compile("([ะ-ฺ็-๎])\\1+")
_TWO_TONES = re.compile("([่-๋])[่-๋]+")


def thai(text: str) -> str:
    """One spelling: sara am as one sign, tone after vowel, no sign twice in a row, two sara e as sara ae."""
    text = text.replace("เเ", "แ")
    text = _SARA_AM_IN_TWO.sub("\\1\\2ำ", text)
    text = _TONE_AFTER_AM.sub("\\1ำ", text)
    text = _TONE_BEFORE_VOWEL.sub("\\2\\1", text)
    return _DOUBLED.sub("\\1", _TWO_TONES.sub("\\1", text))
