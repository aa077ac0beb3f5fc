"""Which language a message is in: script first, then Vietnamese marks and words, then langdetect between English and
"another language". A conversation's language is sticky; another script or a word of the person changes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from langdetect import DetectorFactory, detect_langs
from langdetect.lang_detect_exception import LangDetectException

from bot.messages.normalising import without_marks

DetectorFactory.seed = 0  # langdetect draws at random unless it is seeded

_SCRIPTS = {
    "th": re.compile("[\u0e01-\u0e5b]"),
    "km": re.compile("[\u1780-\u17f9]"),
    "my": re.compile("[\u1000-\u109f\uaa60-\uaa7f]"),
}
_VIETNAMESE_LETTER = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
# Frequent in Vietnamese typed without marks and no English words.
_PLAIN_VIETNAMESE = frozenset(
    "toi em anh chi minh khong ko duoc dc bi cua nguoi nha viec lam cuu giup voi oi roi nay dang muon ve cho di nhung "
    "cac mot ngay dem tien luong chu hang cong ty khach ban vao noi dau biet gi sao co ai viet nam va la o day do xin "
    "chao cam gio toi nay ngay mai hom qua trom nhot danh dap tra ve gap giay hoi duong dau trai gai".split()
)
_NOT_ONLY_VIETNAMESE = frozenset("anh chi dem tien ban do day la o co me am a in the and to we i it is".split())
_MIN_LETTERS_FOR_DETECTION = 12


@dataclass(frozen=True, kw_only=True)
class Heard:
    """`language` is one of the five, or None without a sign; `foreign` says that it is certainly none of them."""

    language: str | None
    foreign: bool = False


def hear(text: str, *, floor_languages: tuple[str, ...] = ()) -> Heard:
    """The language of one normalised message. `floor_languages` are those whose urgent phrases matched."""
    scripts = {language: len(pattern.findall(text)) for language, pattern in _SCRIPTS.items()}
    latin = len(_LATIN.findall(text))
    others = sum(character.isalpha() for character in text) - latin - sum(scripts.values())
    best = max(scripts, key=lambda language: scripts[language])
    if scripts[best] > 0 and scripts[best] * 3 >= latin:
        return Heard(language=best)
    if _VIETNAMESE_LETTER.search(text):
        return Heard(language="vi")
    if others > latin:
        return Heard(language=None, foreign=True)
    if floor_languages:
        return Heard(language=floor_languages[0])
    return _hear_latin(text, latin)


def _hear_latin(text: str, latin: int) -> Heard:
    words = [word.lower() for word in _WORD.findall(without_marks(text))]
    plain = [word for word in words if word in _PLAIN_VIETNAMESE]
    telling = [word for word in plain if word not in _NOT_ONLY_VIETNAMESE]
    if telling and len(plain) * 2 >= len(words):
        return Heard(language="vi")
    if latin < _MIN_LETTERS_FOR_DETECTION:
        return Heard(language=None)
    try:
        likely = detect_langs(text)[0]
    except LangDetectException:
        return Heard(language=None)
    if likely.lang in ("en", "vi"):
        return Heard(language=likely.lang)
    return Heard(language=None)


def choose(heard: Heard, known: str | None, default: str) -> str:
    """The language to answer in: what was just heard in a script of its own, else what is known, else what was
    heard, else the deployment's default. Latin letters alone never take a person away from their language."""
    if heard.language in _SCRIPTS:
        return heard.language or default
    return known or heard.language or default
