"""Phrases of the desk for cover: whole messages, in five languages."""

from __future__ import annotations

import pytest
import yaml

from bot.conversation.command_words import FOLDER, find_command
from bot.conversation.cover_phrases import Phrase, is_anybodys, phrase_of
from bot.dialogue.commands import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phrase", Phrase)
def test_every_phrase_is_found_and_is_no_command(language: str, phrase: Phrase) -> None:
    lists = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    assert lists[phrase.value]
    for written in lists[phrase.value]:
        assert phrase_of(written, language) is phrase
        assert find_command(written, language) is None
        assert is_anybodys(written)


@pytest.mark.parametrize("written", ["Hello, who is this?", "hi what is this number", "WHO IS THIS???"])
def test_a_greeting_may_stand_before_it(written: str) -> None:
    assert phrase_of(written, "en") is Phrase.WHO_IS_THIS
    assert phrase_of(written, "km") is Phrase.WHO_IS_THIS


@pytest.mark.parametrize(
    "written", ["who are you", "who is this man he beats us", "hello", "hello safe word please", "check in my bag", ""]
)
def test_what_is_more_or_less_is_an_ordinary_message(written: str) -> None:
    assert phrase_of(written, "en") in (None, Phrase.TOO_COMMON)
