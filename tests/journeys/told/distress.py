"""Distress at any point: the alarm at once, warm words, a person."""

from __future__ import annotations

from tests.journeys.journey import chooses, later, says, told
from tests.journeys.staff_steps import staff_see
from tests.journeys.telephones import SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Thai worker writes that she wants to die, in the middle of a question",
        "th",
        TELEGRAM,
        says("คำถาม", "ask_safe_now"),
        chooses(1, "who ask_info_topic"),
        chooses(7, "who_is_told ask_question"),
        says("หนูไม่ไหวแล้ว อยากตาย", "suicide_received filed"),
        staff_see(alarm="suicide", urgency="CRITICAL"),
    ),
    told(
        "a Vietnamese worker's first words are that he will jump",
        "vi",
        SMS,
        says("em khong muon song nua, em se nhay lau", "suicide_received ask_safe_now"),
        staff_see(alarm="suicide", urgency="CRITICAL"),
        says("1", "who ask_danger_now"),
    ),
    told(
        "a Khmer girl of fifteen is to be sold tonight",
        "km",
        SMS,
        says("ខ្ញុំអាយុ ១៥ ឆ្នាំ យប់នេះគេនឹងលក់ខ្ញុំទៅកន្លែងផ្សេង", "urgent_received_child ask_safe_now"),
        staff_see(alarm="moved_or_sold_soon", urgency="CRITICAL"),
        says("១", "who ask_danger_now_child"),
    ),
    told(
        "a Burmese worker writes of a gun a day after her first words",
        "my",
        TELEGRAM,
        says("အလုပ်အကြောင်း တိုင်ချင်တယ်", "ask_safe_now"),
        later(days=1),
        says("သူတို့ သေနတ်နဲ့ ခြိမ်းခြောက်နေတယ် ကယ်ပါ", "urgent_received ask_safe_now"),
        staff_see(alarm="weapon", urgency="CRITICAL"),
        chooses(1, "who ask_danger_now"),
    ),
    told(
        "an English speaker says no danger, and a beating a minute later is heard all the same",
        "en",
        TELEGRAM,
        says("i want to report", "ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        chooses(2, "who_is_told ask_details"),
        says("they beat me with electric stick because no target", "urgent_received ask_place"),
        staff_see(alarm="violence_now", urgency="CRITICAL"),
    ),
    told(
        "a Burmese woman who was raped today is told that a person is being called",
        "my",
        SMS,
        says("ဒီနေ့ သူဌေးက ကျွန်မကို အဓမ္မပြုကျင့်တယ်", "urgent_received ask_safe_now"),
        staff_see(alarm="sexual_violence", urgency="URGENT"),
        says("၁", "who ask_danger_now"),
    ),
)
