"""The dialogue model dies in the middle of a conversation: the person is answered all the same, and woken for."""

from __future__ import annotations

from tests.journeys.journey import chooses, says, told
from tests.journeys.staff_steps import AnsweredBy, ModelDies, ModelIsBack, staff_see
from tests.journeys.telephones import SMS, TELEGRAM

JOURNEYS = (
    told(
        "the model is killed while a Vietnamese worker writes on Telegram",
        "vi",
        TELEGRAM,
        says("báo tin", "ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        AnsweredBy(model=True),
        ModelDies(),
        chooses(2, "who_is_told ask_details"),
        AnsweredBy(model=False),
        says("họ vừa chích điện bạn em, có súng", "urgent_received ask_place"),
        staff_see(alarm="violence_now", urgency="CRITICAL"),
        ModelIsBack(),
        says("tầng ba, gần cầu", "who_can_see ask_when"),
        AnsweredBy(model=True),
        staff_see(place="tầng ba, gần cầu"),
    ),
    told(
        "the model is killed while a Thai worker writes by SMS",
        "th",
        SMS,
        says("สวัสดีค่ะ", "ask_safe_now"),
        AnsweredBy(model=True),
        ModelDies(),
        says("๑", "who ask_topic"),
        says("ช่วยด้วย โดนขัง ออกไม่ได้", "urgent_received ask_whose"),
        AnsweredBy(model=False),
        staff_see(alarm="confined"),
        says("๑", "who_is_told ask_danger_now"),
        says("๑", "who_can_see ask_place"),
        ModelIsBack(),
        says("ตึกหลังตลาด", "ask_people"),
        AnsweredBy(model=True),
        staff_see(urgency="CRITICAL", place="ตึกหลังตลาด"),
    ),
)
