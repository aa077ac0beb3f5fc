"""The urgency floor: every labelled sentence, and what must hold whatever the phrases are."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import Any

import icu
import pytest
import yaml

from bot.messages.normalising import read, without_marks
from bot.reports.phrase_book import LANGUAGES
from bot.reports.urgency import Urgency
from bot.reports.urgency_floor import NOTHING_FOUND, assess

_CASES = Path(__file__).parent / "floor_cases"


def _cases() -> list[Any]:
    return [
        pytest.param(language, case, id=f"{language}-{case['urgency']}-{case['why']}-{number}")
        for language in LANGUAGES
        for number, case in enumerate(yaml.safe_load((_CASES / f"{language}.yml").read_text(encoding="utf-8")))
    ]


def _found(text: str) -> str:
    urgency = assess(read(text)).urgency
    return urgency.value if urgency else "NONE"


@pytest.mark.parametrize(("language", "case"), _cases())
def test_every_labelled_sentence_is_judged_as_labelled(language: str, case: dict[str, str]) -> None:
    assert _found(case["text"]) == case["urgency"], case["why"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_cases_of_each_label(language: str) -> None:
    cases = yaml.safe_load((_CASES / f"{language}.yml").read_text(encoding="utf-8"))
    assert {case["urgency"] for case in cases} == {"CRITICAL", "URGENT", "NONE"}
    assert len(cases) >= 20


CRIES = {
    "th": "ช่วยด้วย เขาล็อกประตูขังเราไว้",
    "km": "សូមជួយផង គេចាក់សោទ្វារ",
    "vi": "cứu em với, họ khóa cửa nhốt em rồi",
    "my": "ကူညီပါ တံခါးသော့ခတ်ထားတယ် ထွက်မရဘူး",
    "en": "help me, they locked the door",
}


@pytest.mark.parametrize("text", ["help", "help me", "please help", "sos"])
def test_an_english_plea_is_english_though_every_list_holds_it(text: str) -> None:
    assert assess(read(text)).languages == ("en",)


@pytest.mark.parametrize("language", CRIES)
def test_a_cry_for_help_pages_in_every_language(language: str) -> None:
    verdict = assess(read(CRIES[language]))
    assert verdict.urgency is not None
    assert verdict.urgency.pages
    assert language in verdict.languages
    assert verdict.reasons


@pytest.mark.parametrize("language", CRIES)
@pytest.mark.parametrize("at", [0, 1490, 1500, 1510, 3000])
def test_a_cry_is_found_wherever_it_stands_in_a_long_text(language: str, at: int) -> None:
    """A text is read in pieces that overlap: a cry across their border is found too."""
    filler = {"th": "ก ", "km": "ក ", "my": "\u1000 "}.get(language, "x ") * 2_000
    assert _found(f"{filler[:at]} {CRIES[language]} {filler[at:]}") in ("URGENT", "CRITICAL")


def test_a_cry_at_the_end_of_a_hundred_kilobytes_is_found() -> None:
    assert _found("ก " * 16_700 + CRIES["th"]) in ("URGENT", "CRITICAL")


@pytest.mark.parametrize("language", CRIES)
def test_shouting_and_odd_spaces_hide_nothing(language: str) -> None:
    cry = CRIES[language]
    for disguised in (cry.upper(), cry.replace(" ", "\u3000\n"), f"\u202e{cry}\u202c", "\u200b".join(cry)):
        assert _found(disguised) == _found(cry)


def test_burmese_typed_in_zawgyi_is_understood() -> None:
    zawgyi = icu.Transliterator.createInstance("my-Zawgyi").transliterate(CRIES["my"])
    assert zawgyi != CRIES["my"]
    assert _found(zawgyi) == _found(CRIES["my"])


def test_vietnamese_without_marks_is_understood() -> None:
    assert _found(without_marks(CRIES["vi"])) == _found(CRIES["vi"])


def test_two_languages_in_one_message_are_both_read() -> None:
    verdict = assess(read(f"{CRIES['th']} {CRIES['en']}"))
    assert {"th", "en"} >= set(verdict.languages)
    assert verdict.urgency is not None


@pytest.mark.parametrize(
    "text",
    [
        "anh gửi em xem đoạn chat hôm qua nhé",
        "no no, em không pregnant, chỉ mập lên thôi",
        "who has read it",
        "you said a person reads after you, did she read",
    ],
)
def test_a_text_plainly_in_one_language_is_not_read_as_another_in_latin_letters(text: str) -> None:
    assert assess(read(text)) == NOTHING_FOUND


@pytest.mark.parametrize("text", ["ช่วยด้วย they beat me", "họ beat me every day", "please help cứu tôi"])
def test_a_cry_in_two_languages_at_once_pages(text: str) -> None:
    urgency = assess(read(text)).urgency
    assert urgency is not None
    assert urgency.pages


def test_harmless_text_around_a_cry_lowers_nothing() -> None:
    for harmless in ("thank you so much, I am fine, haha", "I am writing a school essay about trafficking"):
        assert _found(f"{harmless}. {CRIES['en']}") == _found(CRIES["en"])


NOTHING = {
    "empty": "",
    "greeting": "hello",
    "numbers": "1",
    "thanks": "cảm ơn bạn rất nhiều",
    "a question": "what is human trafficking?",
    "emoji": "👍👍",
    "combining marks": "a" + "\u0301" * 10_000,
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_nothing_urgent_is_nothing(text: str) -> None:
    assert assess(read(text)) == NOTHING_FOUND


HARD = {
    "letters with spaces": "a " * 10_000,
    "nearly a phrase": "they locked the " * 1_250,
    "burmese": "\u1000\u1031" * 10_000,
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_the_time_a_text_takes_grows_no_faster_than_its_length(text: str) -> None:
    """Twenty thousand signs; a pattern that runs away over them would take minutes."""
    began = process_time()
    assess(read(text))
    assert process_time() - began < 10


def test_an_urgency_above_all_others_is_reported_with_its_own_reason_first() -> None:
    verdict = assess(read("they locked me in and they have a gun"))
    assert verdict.urgency is Urgency.CRITICAL
    assert len(verdict.reasons) >= 2
    assert verdict.reasons[0] == assess(read("they have a gun")).reasons[0]
