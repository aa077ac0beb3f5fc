"""Words: complete in five languages, short enough for SMS, placeholders kept. What they may not say is in
test_words_keep_the_rules.py."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from bot.channels.sms_segments import part_count
from bot.conversation.wording import Wording
from bot.deployment import DEMO_DEPLOYMENT, OfferedLanguage
from bot.operations.words import all_sources, catalogue_path, notes, untranslated

PLACEHOLDER = re.compile(r"\{\w+\}|%\(\w+\)s")
TWO_PARTS = 2


def to_reporters(wording: Wording) -> Iterator[tuple[str, str, bool]]:
    """Every message a reporter can get, in every language, as Telegram and as SMS."""
    for name in wording.responses:
        for language in OfferedLanguage:
            for sms in (True, False):
                yield name, language.value, sms


@pytest.mark.parametrize("language", list(OfferedLanguage), ids=lambda language: language.value)
def test_every_word_is_translated(language: OfferedLanguage) -> None:
    assert untranslated(language) == []


@pytest.mark.parametrize("language", list(OfferedLanguage), ids=lambda language: language.value)
def test_a_catalogue_holds_nothing_that_is_not_said_any_more(language: OfferedLanguage) -> None:
    known = {(source.context, source.english) for source in all_sources()}
    with catalogue_path(language).open("rb") as file:
        held = {(str(entry.context or ""), str(entry.id)) for entry in read_po(file) if entry.id}
    assert held - known == set()


@pytest.mark.parametrize("language", list(OfferedLanguage), ids=lambda language: language.value)
def test_a_translation_keeps_every_placeholder(language: OfferedLanguage) -> None:
    with catalogue_path(language).open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id and entry.string]
    wrong = [
        str(entry.id)
        for entry in entries
        if sorted(PLACEHOLDER.findall(str(entry.id))) != sorted(PLACEHOLDER.findall(str(entry.string)))
    ]
    assert entries
    assert wrong == []


@pytest.mark.parametrize("language", [each for each in OfferedLanguage if each is not OfferedLanguage.ENGLISH])
def test_a_catalogue_says_that_no_native_reader_has_reviewed_it(language: OfferedLanguage) -> None:
    assert "Not yet reviewed by a native reader." in catalogue_path(language).read_text(encoding="utf-8")[:400]


@pytest.mark.parametrize("language", list(OfferedLanguage), ids=lambda language: language.value)
def test_every_text_tells_its_translator_what_it_is_for(language: OfferedLanguage) -> None:
    told = notes()
    with catalogue_path(language).open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]
    assert {str(entry.context) for entry in entries} <= set(told)
    without = [str(entry.id) for entry in entries if " ".join(entry.auto_comments) != told[str(entry.context)]]
    assert without == [], "run `sampan words update`"


def test_every_message_to_a_reporter_fits_two_sms_parts(wording: Wording) -> None:
    too_long = [
        (name, language)
        for name, language, sms in to_reporters(wording)
        if sms and part_count(wording.render(name, language, sms=True, arguments={"words": ""}).text) > TWO_PARTS
    ]
    assert too_long == []


def test_a_deployment_of_any_kind_has_words_for_who_it_is(wording: Wording) -> None:
    for kind in ("ngo", "government", "police"):
        other = Wording(
            responses=wording.responses,
            catalogues=wording.catalogues,
            deployment=DEMO_DEPLOYMENT.model_copy(update={"kind": type(DEMO_DEPLOYMENT.kind)(kind)}),
        )
        said = {other.render("utter_who", language.value, sms=True).text for language in OfferedLanguage}
        assert len(said) == len(OfferedLanguage)
