"""Vietnamese spelling: one place for the tone mark, and the language as it is typed in haste, without any marks."""

from __future__ import annotations

import re
import unicodedata

_BEARERS = {"a": "àáảãạ", "e": "èéẻẽẹ", "o": "òóỏõọ", "u": "ùúủũụ", "y": "ỳýỷỹỵ"}
_TONED = {vowel + str(tone): sign for vowel, signs in _BEARERS.items() for tone, sign in enumerate(signs)}
_PLACE = {sign: key for key, sign in _TONED.items()}
# "hoà" and "hòa", "khoẻ" and "khỏe", "thuý" and "thúy" are one word each; "quý" is not "qúy": its u belongs to the q.
_MARK_SECOND = re.compile("o([àáảãạèéẻẽẹ])(?!\\w)|(?<!q)u([ỳýỷỹỵ])(?!\\w)", re.IGNORECASE)
_MARK_FIRST_BEFORE_MORE = re.compile("([òóỏõọ])([ae])(?=\\w)", re.IGNORECASE)  # "hòan" is a slip for "hoàn"
_QU = re.compile("(?<=q)([ùúủũụ])(y)", re.IGNORECASE)
_PAIR_IN_PATTERN = re.compile("o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ]|[òóỏõọ][ae]|[ùúủũụ]y")
_CLASS = re.compile(r"(\[(?:\\.|[^\]\\])*\])")


def tone_in_one_place(text: str) -> str:
    """The older placing, which most keyboards give: hòa, khỏe, thúy; quý, hoàn."""
    text = _MARK_SECOND.sub(lambda pair: _moved_to_first(pair[0]), text)
    return _QU.sub(lambda pair: _moved_to_second(pair[0]), _MARK_FIRST_BEFORE_MORE.sub(_second_of, text))


def either_tone_place(pattern: str) -> str:
    """A regular expression that matches either placing: "khoá" becomes "kh(?:oá|óa)"."""

    def both(pair: re.Match[str]) -> str:
        one = pair[0]
        other = _moved_to_first(one) if one[0] in "ou" else _moved_to_second(one)
        return f"(?:{one}|{other})"

    parts = _CLASS.split(pattern)
    return "".join(part if part.startswith("[") else _PAIR_IN_PATTERN.sub(both, part) for part in parts)


def without_marks(text: str) -> str:
    """Vietnamese as it is typed in haste: no tone or vowel marks, d for đ. Other scripts are left as they are."""
    if text.isascii():
        return text
    letters = []
    for character in unicodedata.normalize("NFC", text):
        base = unicodedata.normalize("NFD", character)
        letters.append(base[0] if base[0].isascii() else character)
    return "".join(letters).replace("đ", "d").replace("Đ", "D")


def _second_of(pair: re.Match[str]) -> str:
    return _moved_to_second(pair[0])


def _moved_to_first(pair: str) -> str:
    vowel, tone = _plain_and_tone(pair[1])
    return _cased(_TONED[pair[0].lower() + tone], pair[0]) + _cased(vowel, pair[1])


def _moved_to_second(pair: str) -> str:
    vowel, tone = _plain_and_tone(pair[0])
    return _cased(vowel, pair[0]) + _cased(_TONED[pair[1].lower() + tone], pair[1])


def _plain_and_tone(letter: str) -> tuple[str, str]:
    key = _PLACE[letter.lower()]
    return key[0], key[1]


def _cased(letter: str, like: str) -> str:
    return letter.upper() if like.isupper() else letter
