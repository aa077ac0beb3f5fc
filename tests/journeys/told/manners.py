"""Rude words, a child, "are you a robot": answered in a sentence, and back to the question that is open."""

from __future__ import annotations

from tests.journeys.journey import chooses, says, told
from tests.journeys.staff_steps import NothingIsKept, staff_see
from tests.journeys.telephones import SIM, SMS, TELEGRAM

JOURNEYS = (
    told(
        "an English speaker insults the machine and is asked on, and nobody is called for it",
        "en",
        SMS,
        says("stupid bot", "ask_safe_now"),
        says("1", "who ask_topic"),
        says("fuck you", "insult ask_topic"),
        says("useless bot", "insult ask_topic"),
        NothingIsKept(),
        says("tip", "who_is_told ask_danger_now"),
        says("shut up", "insult ask_danger_now"),
        staff_see(woken=False, kind="tip"),
    ),
    told(
        "a Khmer boy of thirteen is answered in simpler words to the end",
        "km",
        TELEGRAM,
        says("ខ្ញុំអាយុ ១៣ ឆ្នាំ ជួយខ្ញុំផង", "urgent_received_child ask_safe_now"),
        chooses(1, "who ask_danger_now_child"),
        staff_see(alarm="minor_exploited", child="yes"),
        chooses(2, "who_is_told ask_place_child"),
        says("រំលង", "who_can_see ask_details_child"),
        says("ថៅកែវាយខ្ញុំរាល់ថ្ងៃ", "urgent_received_child ask_people"),
        says("រំលង", "ask_write_back"),
        chooses(1, "ask_tell_whom"),
        chooses(1, "filed_child"),
    ),
    told(
        "a child who wants to die is answered in simpler words, each time, and by a person",
        "en",
        SMS,
        says("i am 13 years old and i want to die", "suicide_received_child ask_safe_now"),
        staff_see(alarm="suicide", urgency="CRITICAL", child="yes"),
        says("1", "who ask_danger_now_child"),
        says("person", "to_person_child ask_danger_now_child"),
        says("i will kill myself tonight", "suicide_received_child ask_danger_now_child"),
        says("2", "who_is_told ask_place_child"),
    ),
    told(
        "a Burmese worker asks whether a machine writes, before and after it is safe",
        "my",
        SIM,
        says("စက်ရုပ်လား", "ask_safe_now"),
        says("၁", "who ask_topic"),
        says("စက်ရုပ်လား", "who ask_topic"),
        says("သတင်းပေး", "who_is_told ask_danger_now"),
    ),
)
