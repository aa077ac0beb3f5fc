"""Changing the language: by a word, by a name, by writing in another one."""

from __future__ import annotations

from tests.journeys.journey import chooses, says, told
from tests.journeys.staff_steps import staff_see
from tests.journeys.telephones import SIM, SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Khmer worker on a Thai phone switches in the middle of the questions",
        "th",
        TELEGRAM,
        says("แจ้งเหตุ", "ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        says("เขมร", "language_set ask_danger_now", now="km"),
        chooses(2, "who_is_told ask_details"),
        says("ថៅកែមិនបើកប្រាក់ខែឱ្យទេ", "who_can_see ask_place"),
        staff_see(woken=False, kind="tip", danger_now="no"),
    ),
    told(
        "a Vietnamese worker begins in English and goes on in Vietnamese without asking",
        "en",
        SMS,
        says("hello", "ask_safe_now"),
        says("1", "who ask_topic"),
        says("i saw something", "who_is_told ask_danger_now"),
        says("2", "who_can_see ask_details"),
        says("chủ xưởng giữ hết hộ chiếu của công nhân, không trả lại", "ask_place", now="vi"),
        says("bỏ qua", "ask_when"),
    ),
    told(
        "a Burmese worker chooses by number from the list of languages",
        "my",
        SIM,
        says("မင်္ဂလာပါ", "ask_safe_now"),
        says("၁", "who ask_topic"),
        says("ဘာသာစကား", "choose_language"),
        says("5", "language_set ask_topic", now="en"),
        says("burmese", "language_set ask_topic", now="my"),
    ),
    told(
        "a Vietnamese worker asks for the languages and tells of danger instead: nobody is kept waiting",
        "vi",
        SMS,
        says("xin chao", "ask_safe_now"),
        says("1", "who ask_topic"),
        says("ngon ngu", "choose_language"),
        says("ho danh em, nhot em trong kho", "urgent_received ask_danger_now"),
        staff_see(alarm="confined"),
    ),
)
