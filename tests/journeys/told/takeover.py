"""A human speaks: the bot falls silent at once, and comes back on the human's word."""

from __future__ import annotations

from tests.journeys.journey import chooses, later, says, told
from tests.journeys.staff_steps import StaffDo, StaffRead, StaffTake, StaffWrite, staff_see
from tests.journeys.telephones import SIM, SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Vietnamese worker talks with a person, and only with her, until she hands back",
        "vi",
        TELEGRAM,
        says("cứu em, họ nhốt em trong phòng không cho ra", "urgent_received ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        StaffTake(shows="person_reached"),
        StaffRead(shows="person_read"),
        StaffWrite(text="Chị là người thật. Em đang ở đâu?", shows="person_writes"),
        says("em ở tầng hai, gần cầu"),
        says("họ sắp quay lại"),
        StaffRead(words=("em ở tầng hai, gần cầu", "họ sắp quay lại")),
        StaffWrite(text="Chị đọc rồi. Em không cần trả lời.", shows="person_writes"),
        StaffDo(act="give-back"),
        chooses(1, "who_can_see ask_place"),
    ),
    told(
        "an English speaker erases in the middle of a talk with a person",
        "en",
        SMS,
        says("help they beat me and locked the gate", "urgent_received ask_safe_now"),
        says("1", "who ask_danger_now"),
        StaffTake(shows="person_reached"),
        StaffRead(shows="person_read"),
        StaffWrite(text="I am here. Take your time.", shows="person_writes"),
        says("boss is coming"),
        says("wipe", "ask_wipe"),
        says("1", "wiped"),
        staff_see(alarm="confined"),
    ),
    told(
        "a person's words to a Khmer worker wait when half an hour has passed",
        "km",
        SIM,
        says("ជួយខ្ញុំផង គេចាក់សោទ្វារ មិនឱ្យចេញ", "urgent_received ask_safe_now"),
        says("១", "who ask_whose"),
        StaffTake(shows="person_reached"),
        StaffRead(shows="person_read"),
        later(minutes=30),
        StaffWrite(text="តើអ្នកនៅឯណា?"),
        says("អាឡូ", "ask_safe_now"),
        says("១", "person_writes"),
        staff_see(alarm="confined"),
    ),
    told(
        "a Thai worker says stop to a person, and nothing more is written",
        "th",
        SMS,
        says("ช่วยด้วยครับ โดนยึดพาสปอร์ต โดนขัง", "urgent_received ask_safe_now"),
        says("1", "who ask_danger_now"),
        StaffTake(shows="person_reached"),
        StaffRead(shows="person_read"),
        StaffWrite(text="เราอยู่ตรงนี้ครับ", shows="person_writes"),
        says("หยุด", "stop"),
        StaffRead(),
        StaffWrite(text="เมื่อไหร่สะดวกครับ"),
        says("สวัสดี", "ask_safe_now"),
        says("๑", "person_writes"),
    ),
)
