"""What some messages must tell, in every language: the cost, the law and then what happens, the truth about a telephone
line, and only such words to write as the bot obeys."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import yaml

from bot.conversation.command_words import FOLDER, bare
from bot.conversation.wording import Wording
from bot.operations.words_rules import messages

LANGUAGES = ("en", "th", "km", "vi", "my")
FREE = {"en": "It is free", "th": "ใช้ฟรี", "km": "ឥតគិតថ្លៃ", "vi": "Miễn phí", "my": "အခမဲ့"}
MAY_NOT_ANSWER = {
    "en": "It may not answer",
    "th": "อาจไม่มีคนรับสาย",
    "km": "ប្រហែលគ្មានអ្នកលើក",
    "vi": "Có thể không ai nghe máy",
    "my": "မကိုင်တာ ဖြစ်နိုင်",
}
# Of each law: words of the sentence that says what it gives, then of the one that says what happens.
LAW: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "utter_info_work": {
        "en": ("nobody may", "Not everyone"), "th": ("บังคับให้คุณทำงานไม่ได้", "บางคนก็ไม่ทำตาม"),
        "km": ("គ្មាននរណាមានសិទ្ធិ", "មិនមែនគ្រប់គ្នា"), "vi": ("không ai được", "không phải ai cũng"),
        "my": ("အတင်းမခိုင်းရ", "မလိုက်နာသူတွေတော့ ရှိ"),
    },
    "utter_info_out": {
        "en": ("should not be punished", "Not every officer"), "th": ("ไม่ควรถูกลงโทษ", "เจ้าหน้าที่บางคนไม่ทำตาม"),
        "km": ("មិនគួរត្រូវទោស", "មន្ត្រីខ្លះមិនធ្វើតាម"), "vi": ("không nên bị phạt", "Có cán bộ không làm theo"),
        "my": ("အပြစ်မပေးသင့်", "အရာရှိတချို့ မလိုက်နာ"),
    },
    "utter_info_out_th": {
        "en": ("the law gives", "Not everyone"), "th": ("กฎหมายให้", "ไม่ใช่ทุกคนจะได้"),
        "km": ("ច្បាប់ឱ្យ", "មិនមែនគ្រប់គ្នា"), "vi": ("luật cho", "Không phải ai cũng được"), "my": ("ဥပဒေက", "မရသူ ရှိ"),
    },
    "utter_info_out_kh": {
        "en": ("not fined", "held all the same"), "th": ("ไม่ถูกปรับ", "ถูกกักตัว"),
        "km": ("មិនត្រូវពិន័យ", "ត្រូវឃាត់ខ្លួន"), "vi": ("không bị phạt", "vẫn bị giữ"), "my": ("ဒဏ်ငွေမရှိ", "အဖမ်းခံရ"),
    },
    "utter_info_out_vn": {
        "en": ("the law gives", "It can be slow"), "th": ("กฎหมายให้", "อาจช้า"), "km": ("ច្បាប់ឱ្យ", "អាចយឺត"),
        "vi": ("theo luật", "Có thể chậm"), "my": ("ဥပဒေက", "ကြာနိုင်"),
    },
    "utter_info_out_mm": {
        "en": ("has a law", "no help"), "th": ("มีกฎหมาย", "ไม่เคยได้ยินว่าทางการ"), "km": ("មានច្បាប់", "មិនដឹងថា"),
        "vi": ("có luật", "chưa nghe"), "my": ("တားတဲ့ဥပဒေ", "မကြားမိ"),
    },
}  # fmt: skip
# Which of the bot's words each message tells them to write, as lists of bot/conversation/command_words.
OFFERED = {
    "utter_offer_words": ("safe_word", "check_in", "code"),
    "utter_who_can_see": ("language",),
    "utter_who_is_told": ("share",),
    "utter_who_is_told_duty": ("share",),
    "utter_who_is_told_tip": ("share",),
    "utter_choice_kept": ("share",),
    "utter_info_shelter": ("numbers",),
    "utter_info_medical": ("numbers",),
    "utter_info_legal": ("numbers",),
    "utter_info_counselling": ("numbers",),
    "utter_info_embassy": ("numbers",),
    "utter_ask_place": ("skip",),
    "utter_ask_details": ("skip",),
    "utter_ask_people": ("skip",),
    "utter_ask_when": ("skip",),
    "utter_ask_how_known": ("skip",),
    "utter_ask_write_when": ("skip",),
    "utter_ask_departure": ("skip",),
}
each_language = pytest.mark.parametrize("language", LANGUAGES)


@each_language
def test_whoever_runs_it_what_it_costs_is_said(wording: Wording, language: str) -> None:
    for kind in ("ngo", "government", "police"):
        assert FREE[language] in wording.render(f"utter_who_{kind}", language, sms=False).text
        assert "SMS" in wording.render(f"utter_who_{kind}", language, sms=True).text


@each_language
@pytest.mark.parametrize("response", LAW)
def test_what_the_law_says_and_what_happens_are_two_things(wording: Wording, response: str, language: str) -> None:
    text = wording.render(response, language, sms=True).text
    law, happens = LAW[response][language]
    assert -1 < text.find(law) < text.find(happens)


def test_every_law_that_is_told_is_looked_at(wording: Wording) -> None:
    assert {name for name in wording.responses if name.startswith(("utter_info_out", "utter_info_work"))} == set(LAW)


@each_language
def test_a_number_is_told_with_its_country_and_that_it_may_not_answer(wording: Wording, language: str) -> None:
    values = {"country": "COUNTRY", "name": "NAME", "number": "NUMBER", "records": "RECORDS"}
    line = wording.render("utter_hotline_line", language, sms=True, arguments=values).text
    assert line.startswith("COUNTRY")
    assert all(value in line for value in values.values())
    assert MAY_NOT_ANSWER[language] in line


@each_language
@pytest.mark.parametrize("response", OFFERED)
def test_what_they_are_told_to_write_is_obeyed(wording: Wording, response: str, language: str) -> None:
    lists = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    for sms in (False, True):
        told = bare(wording.render(response, language, sms=sms).text)
        for key in OFFERED[response]:
            assert any(bare(word) in told for word in lists[key]), key


@each_language
def test_only_the_offer_names_the_word_by_which_a_word_of_ones_own_is_chosen(wording: Wording, language: str) -> None:
    """Whoever is told "write the safe word first" may write just that, and it opens nothing. Left in a chat, it tells
    another hand that there is one."""
    lists = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    told = [each for each in messages(wording) if each.language == language]
    naming = {each.name for each in told if any(bare(word) in bare(each.text) for word in lists["safe_word"])}
    assert naming == {"utter_offer_words"}
