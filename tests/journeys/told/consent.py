"""Whom we may tell, and when we may write first: choices that are never guessed."""

from __future__ import annotations

from tests.journeys.journey import chooses, says, told
from tests.journeys.staff_steps import staff_see
from tests.journeys.telephones import SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Burmese worker wants labour inspectors told and nobody else",
        "my",
        TELEGRAM,
        says("အကူအညီ", "ask_safe_now"),
        chooses(1, "who ask_whose"),
        chooses(1, "who_can_see ask_danger_now"),
        chooses(2, "ask_place"),
        says("ကျော်", "ask_details"),
        says("ကျော်", "ask_people"),
        says("ကျော်", "ask_write_back"),
        chooses(1, "ask_tell_whom"),
        chooses(4, "filed"),
        staff_see(woken=False, filed=True, tell_whom="labour", write_back="when_i_write"),
    ),
    told(
        "a Khmer worker writes police in words instead of a number: nobody is told on a guess",
        "km",
        SMS,
        says("ជួយ", "urgent_received ask_safe_now"),
        says("១", "who ask_whose"),
        says("១", "who_can_see ask_danger_now"),
        says("២", "ask_place"),
        says("រំលង", "ask_details"),
        says("រំលង", "ask_people"),
        says("រំលង", "ask_write_back"),
        says("១", "ask_tell_whom"),
        says("ប្រហែលជាប៉ូលិស", "ask_tell_whom"),
        says("មិនប្រាកដទេ", "filed"),
        staff_see(filed=True),
    ),
    told(
        "a Thai worker is afraid of police: only our own people are told",
        "th",
        TELEGRAM,
        says("ช่วยด้วยค่ะ", "urgent_received ask_safe_now"),
        chooses(1, "who ask_whose"),
        chooses(1, "who_can_see ask_danger_now"),
        chooses(2, "ask_place"),
        says("ไม่บอก", "ask_details"),
        says("กลัวตำรวจจับ ไม่มีวีซ่า", "ask_people"),
        says("ข้าม", "ask_write_back"),
        chooses(1, "ask_tell_whom"),
        chooses(1, "filed"),
        staff_see(filed=True, tell_whom="ours"),
    ),
    told(
        "an English speaker names safe times in his own words",
        "en",
        SMS,
        says("help me", "urgent_received ask_safe_now"),
        says("1", "who ask_whose"),
        says("2", "who_can_see ask_danger_now"),
        says("2", "ask_place"),
        says("skip", "ask_details"),
        says("skip", "ask_people"),
        says("skip", "ask_write_back"),
        says("2", "ask_write_when"),
        says("sunday after church", "ask_tell_whom"),
        says("5", "filed"),
        staff_see(
            alarm="cry_for_help", filed=True, write_when="sunday after church", tell_whom="police", whose="other"
        ),
    ),
)
