"""One voice, one word for one thing: who speaks to a reporter, how a reporter is spoken to, what staff call them.
docs/glossary.md says which words and why. Buttons are the reporter's own words and are left out."""

from __future__ import annotations

import re
import unicodedata

import pytest
from babel.messages.pofile import read_po

from bot.conversation.wording import Wording
from bot.deployment import OfferedLanguage
from bot.messages.normalising.burmese import burmese
from bot.messages.normalising.khmer import khmer
from bot.messages.normalising.thai import thai
from bot.messages.normalising.vietnamese import tone_in_one_place
from bot.operations.words import catalogue_path
from bot.operations.words_rules import messages

_ALONE = r"(?:^|[\s၊။])"
# Another self than the one that speaks: a man's or a woman's word, "I" where the machine has no sex, officialese.
ANOTHER_VOICE = {
    "th": r"ครับ|ค่ะ|นะคะ|ฉัน|ผม|กรุณา|โปรด",
    "km": r"ខ្ញុំ",
    "vi": r"\btôi\b|\bchúng (?:tôi|mình)\b|\bquý\b",
    "my": _ALONE + r"(?:သင်|သင့်|ကျွန်တော်|ကျွန်မ|ကျွန်ုပ်)(?!္)|(?:သည်|(?<!အ)မည်)[။၊]",
}
# How a grown-up stranger is spoken to, which no child should be.
NOT_TO_A_CHILD = {"th": r"(?<!ขอบ)คุณ|เธอ", "km": r"អ្នក", "vi": r"\bbạn\b"}
# "They" as if one reporter were many, a case as if it were one of the criminal court, an official called like staff.
NOT_IN_THE_CONSOLE = {
    "th": r"เจ้าตัว|ไฟล์ทั้งหมดของเรื่อง|มีเจ้าหน้าที่เกี่ยวข้อง|ชื่อเจ้าหน้าที่",
    "km": r"ពួកគេ",
    "my": r"သူတို့|အမှု(?:မှာ|ရဲ့|တစ်ခု)|(?:သည်|(?<!အ)မည်)(?:[။၊]|$)",
}
# Order of marks and place of tones: what is typed is read in this spelling, so it is written in it too.
SPELT = {"th": thai, "km": khmer, "vi": tone_in_one_place, "my": burmese}
_INVISIBLE_OR_DOUBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00a0]|  | $")
# Staff write these of themselves.
OF_STAFF = ("utter_ready_answer_",)


def said_by_the_machine(wording: Wording, language: str) -> dict[str, str]:
    return {
        message.name: message.text
        for message in messages(wording)
        if message.language == language and not message.name.startswith(OF_STAFF)
    }


def of_the_console(language: OfferedLanguage) -> list[str]:
    with catalogue_path(language).open("rb") as file:
        return [str(entry.string) for entry in read_po(file) if entry.id and entry.context == "console"]


def hits(pattern: str, texts: list[str]) -> list[str]:
    return [text for text in texts if re.search(pattern, text, re.IGNORECASE)]


@pytest.mark.parametrize("language", ANOTHER_VOICE)
def test_the_machine_speaks_in_one_voice(wording: Wording, language: str) -> None:
    said = list(said_by_the_machine(wording, language).values())
    assert len(said) > 100
    assert hits(ANOTHER_VOICE[language], said) == []


@pytest.mark.parametrize("language", NOT_TO_A_CHILD)
def test_a_child_is_spoken_to_as_a_child(wording: Wording, language: str) -> None:
    said = [text for name, text in said_by_the_machine(wording, language).items() if name.endswith("_child")]
    assert len(said) > 5
    assert hits(NOT_TO_A_CHILD[language], said) == []


@pytest.mark.parametrize("language", NOT_IN_THE_CONSOLE)
def test_the_console_calls_a_reporter_one_person_and_a_case_a_case(language: str) -> None:
    said = of_the_console(OfferedLanguage(language))
    assert len(said) > 300
    assert hits(NOT_IN_THE_CONSOLE[language], said) == []


@pytest.mark.parametrize("language", [each for each in OfferedLanguage if each is not OfferedLanguage.ENGLISH])
def test_a_password_and_a_safe_word_have_two_names(language: OfferedLanguage) -> None:
    with catalogue_path(language).open("rb") as file:
        staff = {str(entry.id): str(entry.string) for entry in read_po(file) if entry.context == "console"}
    safe_word = {"th": "คำลับ", "km": "ពាក្យសម្ងាត់", "vi": "từ bí mật", "my": "လျှို့ဝှက်စကား"}[language.value]
    assert safe_word in staff["They forgot their safe word"]
    assert [english for english in ("Password", "Wrong password", "Password set") if safe_word in staff[english]] == []


@pytest.mark.parametrize(
    ("language", "was"),
    [
        ("th", "ได้ค่ะ ยกเลิกนัดแล้ว"),
        ("th", "ฉันจะไม่เขียนไปก่อน"),
        ("km", "ខ្ញុំមិនសរសេរទៅមុនទេ។"),
        ("vi", "Tôi không nhắn trước."),
        ("my", "ပြီးပါပြီ။ သင့်စကားကို အရင်ရေးပါ။"),
    ],
)
def test_another_voice_is_heard(language: str, was: str) -> None:
    assert hits(ANOTHER_VOICE[language], [was]) == [was]


def misspelt(text: str, language: str) -> bool:
    """Whether marks stand in another order, or signs are there that nobody sees."""
    plain = unicodedata.normalize("NFC", text)
    return plain != text or SPELT[language](plain) != plain or _INVISIBLE_OR_DOUBLE.search(text) is not None


@pytest.mark.parametrize("language", SPELT)
def test_a_catalogue_is_spelt_in_one_way_and_hides_no_signs(language: str) -> None:
    with catalogue_path(OfferedLanguage(language)).open("rb") as file:
        texts = [str(entry.string) for entry in read_po(file) if entry.id]
    assert len(texts) > 500
    assert [text for text in texts if misspelt(text, language)] == []


@pytest.mark.parametrize(
    ("language", "text"), [("km", "ស្រ្តី"), ("km", "សូម\u200bសរសេរ"), ("my", "ကို\u1037 "), ("vi", "Xoá")]
)
def test_another_spelling_is_seen(language: str, text: str) -> None:
    assert misspelt(text, language)
