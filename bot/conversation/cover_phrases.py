"""Whole messages that mean something to the desk for cover: who is this, safe word, check in ... in five languages.

They stand beside the command words, in `command_words/<language>.yml`, and reach no engine: a list that an engine does
not know is not read by it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

import yaml

from bot.conversation.command_words import EVERYBODYS, FOLDER, bare
from bot.dialogue.commands import LANGUAGES
from bot.errors import ConfigurationError
from bot.messages.normalising import canonical


class Phrase(StrEnum):
    """What such a message means; the name of its list."""

    WHO_IS_THIS = "who_is_this"  # a stranger with the phone, or somebody who only has the number
    SAFE_WORD = "safe_word"  # they want to choose words of their own
    CHECK_IN = "check_in"  # they want to be expected
    CANCEL_CHECK_IN = "cancel_check_in"  # and no longer
    TOO_COMMON = "too_common"  # greetings and thanks: nobody's secret


_GREETINGS = "greetings"  # may stand before a phrase


def phrase_of(text: str, language: str) -> Phrase | None:
    """What the whole text means, a greeting before it aside; in this language or in English. None for all else."""
    word = _bare(text)
    for code in dict.fromkeys((language, EVERYBODYS)):
        lists, greetings = _lists_of(code)
        if found := lists.get(word):
            return found
        for greeting in greetings:
            if word.startswith(greeting) and (found := lists.get(_bare(word.removeprefix(greeting)))):
                return found if found is Phrase.WHO_IS_THIS else None
    return None


def is_anybodys(text: str) -> bool:
    """Whether it means something here in any language: then it is no secret of somebody."""
    word = _bare(text)
    return any(word in _lists_of(code)[0] for code in LANGUAGES)


def _bare(text: str) -> str:
    return bare(canonical(text))


@cache
def _lists_of(language: str) -> tuple[Mapping[str, Phrase], tuple[str, ...]]:
    """Bare phrase → what it means, and the greetings, longest first."""
    path = FOLDER / f"{language}.yml"
    if not path.is_file():
        return {}, ()
    try:
        lists: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        phrases = {_bare(each): phrase for phrase in Phrase for each in lists.get(phrase.value) or ()}
        greetings = {_bare(each) for each in lists.get(_GREETINGS) or ()}
    except (yaml.YAMLError, AttributeError, TypeError) as error:
        raise ConfigurationError(f"the phrases of {language!r} cannot be read") from error
    phrases |= dict.fromkeys(greetings, Phrase.TOO_COMMON)
    return phrases, tuple(sorted(greetings, key=len, reverse=True))
