"""Not safe, silence, a hand that may be another: one neutral line, and the alarm all the same."""

from __future__ import annotations

from tests.journeys.journey import chooses, later, says, sends, told
from tests.journeys.staff_steps import staff_see
from tests.journeys.telephones import SIM, SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Thai worker says not safe, gets one neutral line, and is paged for when she writes again",
        "th",
        SMS,
        says("สวัสดีค่ะ", "ask_safe_now"),
        says("ไม่ปลอดภัย", "not_safe"),
        says("ยังอยู่ไหม", "not_safe"),
        says("๒", "not_safe"),
        staff_see(woken=False),
        says("ช่วยด้วย เขาตีหนู ขังไว้ในห้อง", "not_safe"),
        staff_see(alarm="confined"),
    ),
    told(
        "a Vietnamese worker comes back after half an hour and finds the safe question alone",
        "vi",
        TELEGRAM,
        says("báo tin", "ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        chooses(2, "who_is_told ask_details"),
        says("quán này giữ giấy tờ của nhân viên", "who_can_see ask_place"),
        later(minutes=30),
        says("chợ Long Biên", "ask_safe_now"),
        chooses(1, "ask_when"),
        staff_see(woken=False, place="chợ Long Biên"),
    ),
    told(
        "a Burmese worker is not asked to confirm what another hand could read",
        "my",
        SMS,
        says("သတင်းပေး", "ask_safe_now"),
        says("၁", "who ask_danger_now"),
        says("၂", "who_is_told ask_details"),
        says("ဆိုင်ရှင်က အလုပ်သမားတွေရဲ့ စာရွက်စာတမ်း သိမ်းထားတယ်", "who_can_see ask_place"),
        says("ကျော်", "ask_when"),
        says("ကျော်", "ask_people"),
        says("ကျော်", "ask_children"),
        says("ကျော်", "ask_how_known"),
        later(minutes=11),
        says("ကိုယ်တိုင်မြင်တာပါ", "ask_safe_now"),
        says("၁", "filed offer_words"),
        staff_see(woken=False, filed=True, kind="tip"),
    ),
    told(
        "a Khmer worker stops, and the next word begins with the safe question",
        "km",
        TELEGRAM,
        says("ជួយផង", "urgent_received ask_safe_now"),
        chooses(1, "who ask_whose"),
        says("ឈប់", "stop"),
        says("អាឡូ", "ask_safe_now"),
        chooses(1, "who_is_told ask_whose"),
    ),
    told(
        "an English speaker leaves out the safe question: it stays open and a person is called",
        "en",
        SIM,
        says("hello", "ask_safe_now"),
        says("skip", "ask_safe_now"),
        says("what", "ask_safe_now"),
        says("why do you ask", "ask_safe_now"),
        staff_see(urgency="HIGH"),
    ),
    told(
        "a Vietnamese worker wants the chat to empty itself, and changes her mind",
        "vi",
        TELEGRAM,
        says("chào", "ask_safe_now"),
        chooses(1, "who ask_topic"),
        says("tự xóa", "vanish ask_topic"),
        says("giữ tin", "keep ask_topic"),
        sends("start", "choose_language"),
        chooses(3, "language_set ask_safe_now"),
    ),
)
