"""Scripts by Unicode ranges, and the language that a script stands for where it stands for one."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "Latn"),
    (0x1E00, 0x1EFF, "Latn"),
    (0x0370, 0x03FF, "Grek"),
    (0x0400, 0x052F, "Cyrl"),
    (0x0530, 0x058F, "Armn"),
    (0x0590, 0x05FF, "Hebr"),
    (0x0600, 0x077F, "Arab"),
    (0x08A0, 0x08FF, "Arab"),
    (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFC, "Arab"),
    (0x0900, 0x097F, "Deva"),
    (0x0980, 0x09FF, "Beng"),
    (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"),
    (0x0B00, 0x0B7F, "Orya"),
    (0x0B80, 0x0BFF, "Taml"),
    (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"),
    (0x0D00, 0x0D7F, "Mlym"),
    (0x0D80, 0x0DFF, "Sinh"),
    (0x0E01, 0x0E4E, "Thai"),
    (0x0E81, 0x0EDF, "Laoo"),
    (0x0F00, 0x0FFF, "Tibt"),
    (0x1000, 0x109F, "Mymr"),
    (0xA9E0, 0xA9FF, "Mymr"),
    (0xAA60, 0xAA7F, "Mymr"),
    (0x10A0, 0x10FF, "Geor"),
    (0x1100, 0x11FF, "Kore"),
    (0x3130, 0x318F, "Kore"),
    (0xAC00, 0xD7AF, "Kore"),
    (0x1200, 0x139F, "Ethi"),
    (0x1780, 0x17DD, "Khmr"),
    (0x1800, 0x18AF, "Mong"),
    (0x1950, 0x197F, "Tale"),
    (0x1A20, 0x1AAF, "Lana"),
    (0xA4D0, 0xA4FF, "Lisu"),
    (0x10D00, 0x10D3F, "Rohg"),
    (0x3040, 0x30FF, "Jpan"),
    (0x3400, 0x9FFF, "Hani"),
    (0xF900, 0xFAFF, "Hani"),
    (0x20000, 0x2FFFF, "Hani"),
)
OURS = {"Thai": "th", "Khmr": "km", "Mymr": "my"}
_CODES = {
    "Laoo": "lo", "Hans": "zh", "Hant": "zh", "Jpan": "ja", "Kore": "ko", "Deva": "hi", "Beng": "bn", "Taml": "ta",
    "Telu": "te", "Knda": "kn", "Mlym": "ml", "Gujr": "gu", "Guru": "pa", "Orya": "or", "Sinh": "si", "Ethi": "am",
    "Grek": "el", "Hebr": "he", "Armn": "hy", "Geor": "ka", "Tibt": "bo", "Mong": "mn", "Tale": "tdd", "Lana": "nod",
    "Lisu": "lis", "Rohg": "rhg",
}  # fmt: skip
_URDU, _PERSIAN, _UKRAINIAN, _NEPALI = (
    re.compile("[ٹڈڑےںھ]"),
    re.compile("[پچژگی]"),
    re.compile("[іїєґ]", re.IGNORECASE),
    re.compile("छ(?:[।न]|\\b)|हरू|गर्(?:न|छ)|लाई"),
)
_ONLY_TRADITIONAL = re.compile("[們這個來說麼嗎會時為國對過後還沒點錢話電請幫報買賣門開關於與從見讓給誰護車東貨紅樓裡]")
_HAN, _KANA = "Hani", "Jpan"


def count_scripts(text: str) -> Counter[str]:
    """How many letters of each script; combining signs count with their script, digits and emoji with none."""
    if text.isascii():
        return Counter({"Latn": count} if (count := sum(map(str.isalpha, text))) else {})
    counts = Counter(map(_script_of, text))
    del counts[""]
    if counts[_HAN] and counts[_KANA]:  # Japanese is written in both
        counts[_KANA] += counts.pop(_HAN)
    elif counts[_HAN]:
        counts["Hant" if _ONLY_TRADITIONAL.search(text) else "Hans"] = counts.pop(_HAN)
    return +counts


def code_of(script: str, text: str) -> str:
    """The language that a script stands for (BCP 47), "und" where it may be any of many."""
    if script == "Arab":
        return "ur" if _URDU.search(text) else "fa" if _PERSIAN.search(text) else "ar"
    if script == "Cyrl":
        return "uk" if _UKRAINIAN.search(text) else "ru"
    if script == "Deva":
        return "ne" if _NEPALI.search(text) else "hi"
    return OURS.get(script) or _CODES.get(script, "und")


@lru_cache(maxsize=4096)
def _script_of(character: str) -> str:
    point = ord(character)
    for first, last, script in _RANGES:
        if first <= point <= last:
            return script if script != "Latn" or character.isalpha() else ""
    return "Zzzz" if character.isalpha() else ""
