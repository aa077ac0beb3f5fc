"""Questions: what is told without anything being reported."""

from __future__ import annotations

from tests.journeys.journey import chooses, says, told
from tests.journeys.staff_steps import staff_see
from tests.journeys.telephones import SIM, SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Vietnamese girl asks whether a job offer is real and leaves on Friday: that is a deadline, not an alarm",
        "vi",
        TELEGRAM,
        says("câu hỏi", "ask_safe_now"),
        chooses(1, "who ask_info_topic"),
        chooses(1, "info_job_offer ask_departure"),
        says("thứ sáu này em bay qua Campuchia", "who_is_told filed"),
        staff_see(woken=False, urgency="HIGH", kind="question", filed=True, info_topic="job_offer"),
    ),
    told(
        "a Khmer worker asks about her rights and nothing is filed",
        "km",
        TELEGRAM,
        says("សំណួរ", "ask_safe_now"),
        chooses(1, "who ask_info_topic"),
        chooses(2, "info_work"),
        staff_see(woken=False, filed=False),
        says("អរគុណ", "thanks"),
    ),
    told(
        "a Burmese man who got out asks what he should do, and is asked what a person in need is asked",
        "my",
        SMS,
        says("မေးခွန်း", "ask_safe_now"),
        says("၁", "who ask_info_topic"),
        says("၃", "info_out_th ask_whose"),
        says("၁", "who_is_told ask_danger_now"),
        says("၂", "who_can_see ask_place"),
        staff_see(kind="help_request"),
    ),
    told(
        "a Thai mother asks what happens if she tells, and then tells",
        "th",
        SIM,
        says("ขอสอบถาม", "ask_safe_now"),
        says("๑", "who ask_info_topic"),
        says("๔", "info_reporting"),
        says("แจ้งเบาะแส", "who_is_told ask_danger_now"),
        says("ไม่", "who_can_see ask_details"),
        staff_see(woken=False, kind="tip"),
    ),
    told(
        "a Thai woman looks for a place to stay, and nothing is filed",
        "th",
        SMS,
        says("คำถาม", "ask_safe_now"),
        says("๑", "who ask_info_topic"),
        says("๖", "who_is_told ask_aid_kind"),
        says("ที่พัก", "info_shelter"),
        staff_see(woken=False, filed=False),
        says("ขอเบอร์", "no_hotlines"),
    ),
    told(
        "an English speaker asks for numbers to call and is told the truth: none is checked",
        "en",
        TELEGRAM,
        says("hotline numbers", "ask_safe_now"),
        chooses(1, "who ask_topic"),
        says("hotline numbers", "no_hotlines ask_topic"),
        staff_see(woken=False),
    ),
    told(
        "an English speaker asks something else, which a person will read",
        "en",
        SMS,
        says("i have a question", "ask_safe_now"),
        says("1", "who ask_info_topic"),
        says("7", "who_is_told ask_question"),
        says("can my cousin in a shelter get her passport back", "who_can_see filed"),
        staff_see(woken=False, kind="question", filed=True),
    ),
)
