"""Hears the language of one message: scripts first, then languages in Latin letters. Always the same answer."""

from __future__ import annotations

import re
from collections import Counter

from bot.conversation.languages import latin, latin_verdict
from bot.conversation.languages.heard import Heard
from bot.conversation.languages.scripts import OURS, code_of, count_scripts
from bot.messages.normalising import minority_language

_LATIN, _BURMESE = "Latn", "Mymr"
_ONLY_VIETNAMESE = re.compile("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹơưđ]", re.IGNORECASE)
_LATIN_RUN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LONGEST = 8000  # signs looked at; Telegram's longest text has 4,096


def hear(text: str, *, floor_languages: tuple[str, ...] = ()) -> Heard:
    """The language of one normalised message. `floor_languages` are those whose urgent phrases matched."""
    text = text[:_LONGEST]
    scripts = count_scripts(text)
    latin_letters = scripts.pop(_LATIN, 0)
    script = _dominant(scripts, latin_letters)
    if script is not None:
        return _in_script(text, script, scripts, latin_letters)
    if not latin_letters:
        return Heard(language=None)
    heard = _in_latin(text, floor_languages)
    return _with_scripts(heard, scripts)


def warm_up() -> None:
    """Load the profiles now, not with the first message."""
    latin.warm_up()


def _dominant(scripts: Counter[str], latin_letters: int) -> str | None:
    """The script that decides. A text in one of ours may hold names in Latin or Chinese letters; a word of ours in a
    long text of another script decides nothing."""
    if not scripts:
        return None
    ours = max(OURS, key=lambda each: scripts[each])
    other, others = max(((s, n) for s, n in scripts.items() if s not in OURS), key=lambda e: e[1], default=("", 0))
    if scripts[ours] * 3 >= latin_letters and scripts[ours] * 2 >= others and scripts[ours]:
        return ours
    return other if others * 2 > latin_letters else None


def _in_script(text: str, script: str, scripts: Counter[str], latin_letters: int) -> Heard:
    code = code_of(script, text)
    if script == _BURMESE:
        code = minority_language(text, mostly=True) or code
    others = [code_of(each, text) for each, _ in scripts.most_common() if each != script]
    languages = [code, *(each for each in others if each != "und")]
    if latin_letters:
        languages += latin_verdict.words_beside(_latin_part(text))
    language = code if code in OURS.values() else None
    return Heard(
        language=language,
        foreign=language is None,
        code=code,
        languages=tuple(dict.fromkeys(languages)),
        script=script,
        sure=True,
    )


def _in_latin(text: str, floor_languages: tuple[str, ...]) -> Heard:
    words = _LATIN_RUN.findall(text)
    marked = sum(_ONLY_VIETNAMESE.search(word) is not None for word in words)
    if marked and marked * 4 >= len(words):
        others = [each for each in latin_verdict.words_beside(" ".join(words)) if each != "vi"]
        return Heard(language="vi", code="vi", languages=("vi", *others), script=_LATIN, sure=True)
    return latin_verdict.verdict(" ".join(words), floor_languages)


def _with_scripts(heard: Heard, scripts: Counter[str]) -> Heard:
    """A few letters of another script in a text in Latin letters are named too."""
    more = [code_of(each, "") for each in scripts if code_of(each, "") not in ("und", *heard.languages)]
    if not more:
        return heard
    return Heard(
        language=heard.language,
        foreign=heard.foreign,
        code=heard.code,
        languages=(*heard.languages, *more),
        script=heard.script,
        sure=heard.sure,
    )


def _latin_part(text: str) -> str:
    return " ".join(word for word in _LATIN_RUN.findall(text) if word[0] < "\u0250" or "\u1e00" <= word[0] <= "\u1eff")
