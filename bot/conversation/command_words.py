"""Words that are commands when they are the whole message: yes, no, skip, stop, wipe ... in five languages.

The lists stand in `command_words/<language>.yml`. The Rasa model obeys the same files, so a word means one thing
whichever engine takes the turn.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.dialogue.commands import ABOUT_SAFETY, INTENT_OF_KEY, SUBJECT_OF_KEY
from bot.errors import ConfigurationError

FOLDER = Path(__file__).parent / "command_words"
EVERYBODYS = "en"  # English words are understood in every language
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), 0x2060, 0xFEFF])


@dataclass(frozen=True, kw_only=True)
class Command:
    """What a message means that is nothing but a command word, a language's name or a number."""

    intent: str
    number: int | None = None
    language: str | None = None
    about_safety: bool | None = None  # "safe" means no danger; see yes_or_no
    subject: str | None = None  # what a question is about, as a choice of info_topic


def find_command(text: str, language: str) -> Command | None:
    """The command that the whole text is, in this language or in English; None for everything else."""
    word = bare(text)
    if len(word) == 1 and word.isdigit():
        return Command(intent="number", number=unicodedata.digit(word))
    return _words_of(language).get(word) or _words_of(EVERYBODYS).get(word)


def bare(text: str) -> str:
    """Lower case, single spaces, no invisible characters, no punctuation at the ends."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_INVISIBLE)
    text = " ".join(text.split())
    start, end = 0, len(text)
    while start < end and _is_edge(text[start]):
        start += 1
    while end > start and _is_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_edge(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "PS"


@cache
def _words_of(language: str) -> Mapping[str, Command]:
    """Bare word → command. ConfigurationError when the list cannot be read; an unknown language has no words."""
    path = FOLDER / f"{language}.yml"
    if not path.is_file():
        return {}
    try:
        lists: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        words: dict[str, Command] = {}
        for code, names in (lists.get("language_names") or {}).items():
            words.update({bare(name): Command(intent="choose_language", language=code) for name in names})
        for key, intent in INTENT_OF_KEY.items():
            command = Command(intent=intent, about_safety=ABOUT_SAFETY.get(key), subject=SUBJECT_OF_KEY.get(key))
            words.update({bare(word): command for word in lists.get(key) or []})
    except (yaml.YAMLError, AttributeError, TypeError) as error:
        raise ConfigurationError(f"the command words of {language!r} cannot be read") from error
    words.pop("", None)
    return words
