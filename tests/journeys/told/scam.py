""" "I was scammed": a consumer who lost money, or somebody brought to a compound."""

from __future__ import annotations

from tests.journeys.journey import chooses, says, told
from tests.journeys.staff_steps import staff_see
from tests.journeys.telephones import SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Thai man who lost money is told so kindly, and nobody is woken",
        "th",
        SMS,
        says("คำถาม", "ask_safe_now"),
        says("1", "who ask_info_topic"),
        says("5", "who_is_told ask_scam_kind"),
        says("1", "info_lost_money"),
        staff_see(woken=False, filed=False),
    ),
    told(
        "a Vietnamese man who was brought to type for swindlers is no customer who lost money",
        "vi",
        SMS,
        says("cau hoi", "ask_safe_now"),
        says("1", "who ask_info_topic"),
        says("5", "who_is_told ask_scam_kind"),
        says("2", "who_can_see ask_whose"),
        says("1", "ask_danger_now"),
        says("1", "ask_place"),
        staff_see(alarm="danger_now", urgency="CRITICAL", kind="help_request", scam_kind="brought_to_work"),
    ),
    told(
        "a Khmer woman gives two answers that are none: the question is left, and a person is called",
        "km",
        SMS,
        says("សំណួរ", "ask_safe_now"),
        says("១", "who ask_info_topic"),
        says("៥", "who_is_told ask_scam_kind"),
        says("៩", "who_can_see ask_scam_kind"),
        says("៧", "to_person thanks"),
        staff_see(woken=False, reason="person_wanted"),
    ),
    told(
        "a Vietnamese woman writes only that she was scammed, and is asked which of two it is",
        "vi",
        TELEGRAM,
        says("em bị lừa rồi", "ask_safe_now"),
        chooses(1, "who ask_scam_kind"),
        chooses(2, "who_is_told ask_whose"),
        staff_see(woken=False, kind="help_request", scam_kind="brought_to_work"),
    ),
    told(
        "a Burmese man lost money on his phone",
        "my",
        TELEGRAM,
        says("မေးစရာရှိတယ်", "ask_safe_now"),
        chooses(1, "who ask_info_topic"),
        chooses(5, "who_is_told ask_scam_kind"),
        chooses(1, "info_lost_money"),
        staff_see(woken=False, filed=False),
    ),
)
