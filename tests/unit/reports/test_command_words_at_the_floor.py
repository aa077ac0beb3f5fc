"""Nobody is woken by a word of the screen: no exact command word and no button raises anything at the floor, but for
those that mean it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po

from bot.conversation.command_words import FOLDER
from bot.messages.normalising import read
from bot.reports.phrase_book import LANGUAGES
from bot.reports.urgency import Urgency
from bot.reports.urgency_floor import assess

_ROOT = Path(__file__).parents[3]
MEANT = {"help": "a plea for help is a plea, be it a command or not"}  # lists of command words
MEANT_BUTTONS = {("km", "ត្រូវការជំនួយ"): "written by hand, it says that help is needed"}


def _command_words(language: str) -> Iterator[tuple[str, str]]:
    lists = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    for name in lists.pop("language_names").values():
        yield from (("language_names", word) for word in name)
    for key, words in lists.items():
        yield from ((key, word) for word in words)


def _buttons(language: str) -> Iterator[str]:
    responses = yaml.safe_load((_ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"]
    english = {button["title"] for each in responses.values() for one in each for button in one.get("buttons") or ()}
    if language == "en":
        yield from english
        return
    with (_ROOT / "locale" / language / "LC_MESSAGES" / "sampan.po").open("rb") as file:
        yield from (str(each.string) for each in read_po(file) if each.id in english)


def _found(text: str) -> tuple[str, ...]:
    return assess(read(text)).reasons


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_command_word_raises_anything_unless_it_means_it(language: str) -> None:
    words = [(key, word) for key, word in _command_words(language) if key not in MEANT]
    assert len(words) > 200
    assert [(key, word, _found(word)) for key, word in words if _found(word)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_button_raises_anything_unless_it_means_it(language: str) -> None:
    titles = list(_buttons(language))
    assert len(titles) > 25
    raised = {(language, title) for title in titles if _found(title)}
    assert raised == {each for each in MEANT_BUTTONS if each[0] == language}


def test_what_means_it_raises_no_more_than_a_cry_for_help() -> None:
    meant = [word for language in LANGUAGES for key, word in _command_words(language) if key in MEANT]
    raised = [assess(read(word)) for word in meant] + [assess(read(title)) for _, title in MEANT_BUTTONS]
    assert {each.reasons for each in raised} == {("cry_for_help",), ()}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("i will end it tonight", "suicide"),
        ("i stop it tonight", "suicide"),
        ("เขาเจอเบอร์สายด่วนในเสื้อหนู", "contact_discovered"),
        ("အစောင့်က အကုန်ဖတ်သွားပြီ", "contact_discovered"),
        ("ဖတ်ပြီးပြီ သူတို့လာနေပြီ", "contact_discovered"),
        ("နောက်က လူတစ်ယောက်ဖတ်မယ်ဆို သူဖတ်ပြီးပြီလား", "contact_discovered"),
        ("lua toi cua roi, e k tho duoc", "fire_or_raid"),
        ("lửa tới cửa rồi", "fire_or_raid"),
        ("thuk chot fai fa", "violence_now"),
        ("don chat", "violence_now"),
    ],
)
def test_what_stands_near_those_words_is_still_heard(text: str, reason: str) -> None:
    verdict = assess(read(text))
    assert verdict.urgency is Urgency.CRITICAL
    assert reason in verdict.reasons
