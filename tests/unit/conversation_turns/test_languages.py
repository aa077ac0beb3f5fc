"""Which language a message is in, and which one it is answered in."""

from __future__ import annotations

import pytest

from bot.conversation.languages import Heard, choose, hear
from bot.messages.normalising import read
from bot.messages.paging_limits import FIRST_PAGES_APART
from tests.unit.house import CRY, House

UNSURE, FOREIGN = Heard(language=None), Heard(language=None, foreign=True)
HEARD: dict[str, tuple[str, Heard]] = {
    "thai": ("ช่วยด้วย", Heard(language="th")),
    "khmer": ("សូមជួយផង", Heard(language="km")),
    "burmese": ("ကူညီပါ", Heard(language="my")),
    "burmese in zawgyi": ("ကူညီပါ တံခါးေသာ့ခတ္ထားတယ္", Heard(language="my")),
    "vietnamese": ("cứu em với", Heard(language="vi")),
    "vietnamese without marks": ("cuu em voi, ho nhot em trong nha", Heard(language="vi")),
    "vietnamese without marks, one word": ("cuu", Heard(language="vi")),
    "english": ("please help me, I cannot leave this place", Heard(language="en")),
    "thai with an english word": ("เขายึด passport ของฉัน", Heard(language="th")),
    "khmer with a place in latin letters": ("ខ្ញុំនៅ KK Park", Heard(language="km")),
    "one thai word in long english": ("please come to the house near the market in Poipet, they say สวัสดี", UNSURE),
    "a number": ("1", UNSURE),
    "nothing": ("", UNSURE),
    "emoji": ("🙏🙏🙏", UNSURE),
    "punctuation": ("???", UNSURE),
    "one short word": ("ok", UNSURE),
    "a telephone number": ("+855 12 345 678", UNSURE),
    "chinese": ("请帮帮我，他们不让我走", FOREIGN),
    "hindi": ("मेरी मदद करो", FOREIGN),
    "lao": ("ຊ່ວຍຂ້ອຍແດ່", FOREIGN),
    "amharic": ("እባክህ እርዳኝ", FOREIGN),
    "arabic": ("ساعدني من فضلك", FOREIGN),
    "russian": ("помогите мне", FOREIGN),
    "korean": ("도와주세요", FOREIGN),
    "bengali": ("আমাকে সাহায্য করুন", FOREIGN),
    "tamil": ("எனக்கு உதவுங்கள்", FOREIGN),
    "chinese with a latin word": ("请帮帮我 KK 他们不让我走", FOREIGN),
    "indonesian": ("tolong saya dikurung di sini", FOREIGN),
    "tagalog": ("tulungan mo ako hindi ako makaalis dito", FOREIGN),
    "romanised thai": ("chuay duay khao lock pratu", Heard(language="th")),
    "romanised khmer": ("chuoy knhom phong ke chak sor tvea", Heard(language="km")),
    "romanised burmese": ("ku nyi par a kan pate htar tal", Heard(language="my")),
}


@pytest.mark.parametrize(("text", "expected"), HEARD.values(), ids=HEARD)
def test_what_is_heard(text: str, expected: Heard) -> None:
    heard = hear(read(text).text)
    if expected is UNSURE and heard.language == "en":
        return  # Latin letters taken for English: it is answered in English, which nobody is kept in
    assert (heard.language, heard.foreign) == (expected.language, expected.foreign)


def test_the_same_text_is_always_heard_the_same() -> None:
    text = "we work all day and the boss keeps our documents in his office"
    assert {hear(text).language for _ in range(30)} == {"en"}


def test_romanised_words_of_the_floor_name_their_language() -> None:
    assert hear("chuoy phong", floor_languages=("km",)).language == "km"


CHOICES: dict[str, tuple[Heard, str | None, str]] = {
    "first words decide": (Heard(language="km"), None, "km"),
    "nothing heard, nothing known": (UNSURE, None, "th"),
    "nothing heard keeps what is known": (UNSURE, "vi", "vi"),
    "a number keeps what is known": (hear("1"), "my", "my"),
    "another script changes it": (hear("ช่วยด้วย"), "km", "th"),
    "vietnamese marks change it": (hear("cứu em với"), "th", "vi"),
    "an english word does not change it": (hear("help"), "my", "my"),
    "english words do not change it": (hear("please help me"), "my", "my"),
    "a clear english sentence changes it": (hear("they took our passports and we cannot leave"), "my", "en"),
    "english with a thai word keeps thai": (hear("they locked the door and took my phone ช่วยด้วย"), "th", "th"),
    "vietnamese words without marks do not change it": (hear("cuu em voi"), "th", "th"),
    "romanised thai keeps thai": (hear("chuay duay khao lock pratu mai hai ok"), "th", "th"),
    "a romanised cry is answered in its language": (hear("ku nyi par a kan pate htar tal"), None, "my"),
    "shan keeps what is known": (hear("ၸွႆႈၵဝ်ၶႃႈ ၶဝ်ၵႄးၵဝ်"), "my", "my"),
    "english is chosen when nothing is known": (Heard(language="en"), None, "en"),
    "a foreign language keeps what is known": (FOREIGN, "vi", "vi"),
    "a foreign language at first": (FOREIGN, None, "th"),
}


@pytest.mark.parametrize(("heard", "known", "expected"), CHOICES.values(), ids=CHOICES)
def test_which_language_is_answered(heard: Heard, known: str | None, expected: str) -> None:
    assert choose(heard, known, "th") == expected


def test_a_conversation_stays_in_its_language_until_its_person_changes_it(house: House) -> None:
    house.hears("ช่วยด้วย")
    assert house.conversation().language == "th"
    house.hears("1")
    house.hears("ok thank you my friend")
    assert house.conversation().language == "th"
    house.hears("សូមជួយផង")
    assert house.conversation().language == "km"


def test_words_in_a_language_nobody_here_speaks_are_at_least_high_and_ask_for_danger(house: House) -> None:
    house.on_call("Dara")
    answers = house.hears("请帮帮我，他们不让我走")
    english = house.wording.deployment.default_language.value
    assert house.wording.render("utter_ask_danger_now", english, sms=True).text in answers
    assert house.report().urgency == "HIGH"
    assert house.alarm().state.value == "waiting"


def test_a_page_names_the_language_before_the_message_is_handled(house: House) -> None:
    house.on_call("Dara")
    house.arrives("ช่วยด้วย เขาล็อกประตูขังเราไว้")
    house.send()
    assert "language ไทย" in house.pages()[0].text
    house.pass_time(FIRST_PAGES_APART)
    house.arrives(CRY, sender="+12025550133")
    house.send()
    assert "language English" in house.pages()[1].text
