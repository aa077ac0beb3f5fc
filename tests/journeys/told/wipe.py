"""Erasing, on the writer's word. Every journey ends so; here it is what the story is about."""

from __future__ import annotations

from tests.journeys.journey import chooses, later, picks, says, told
from tests.journeys.staff_steps import NothingIsKept, staff_see
from tests.journeys.telephones import SIM, SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Burmese worker thinks again, then erases, and begins as somebody new",
        "my",
        TELEGRAM,
        says("သတင်းပေး", "ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        says("ဖျက်", "ask_wipe"),
        chooses(2, "not_wiped ask_danger_now"),
        says("အကုန်ဖျက်", "ask_wipe"),
        chooses(1, "wiped"),
        says("မင်္ဂလာပါ", "ask_safe_now"),
        chooses(1, "who ask_topic"),
    ),
    told(
        "a Vietnamese worker writes erase before anything else was said",
        "vi",
        SIM,
        says("xóa", "ask_wipe"),
        says("có", "wiped"),
        NothingIsKept(),
    ),
    told(
        "a Khmer worker answers the question to erase with other words, and nothing is erased",
        "km",
        SMS,
        says("រាយការណ៍", "ask_safe_now"),
        says("១", "who ask_danger_now"),
        says("លុប", "ask_wipe"),
        says("ចាំបន្តិច", "ask_wipe"),
        says("ខ្ញុំមិនប្រាកដ", "not_wiped ask_danger_now"),
        staff_see(kind="tip"),
    ),
    told(
        "a Thai worker erases the next day without saying first that it is safe",
        "th",
        SMS,
        says("ขอแจ้งเบาะแส", "ask_safe_now"),
        says("๑", "who ask_danger_now"),
        says("๒", "who_is_told ask_details"),
        says("ร้านนวดแถวนี้ยึดบัตรประชาชนพนักงาน", "who_can_see ask_place"),
        later(days=1),
        says("ลบ", "ask_wipe"),
        says("๑", "wiped"),
        says("สวัสดีค่ะ", "ask_safe_now"),
    ),
    told(
        "a Thai worker says stop, taps the button that stands under the answer, and begins as somebody new",
        "th",
        TELEGRAM,
        says("แจ้งเหตุ", "ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        says("หยุด", "stop"),
        chooses("wipe", "ask_wipe"),
        chooses(1, "wiped"),
        says("สวัสดีค่ะ", "ask_safe_now"),
    ),
    told(
        "an English speaker erases from another phone, and is told what stays on the old one",
        "en",
        SMS,
        says("tip", "ask_safe_now"),
        says("1", "who ask_danger_now"),
        says("code", "return_code"),
        says("{four}", "code_kept ask_danger_now"),
        picks("a friend's phone", TELEGRAM),
        says("{code}", "code_continues ask_safe_now"),
        says("wipe", "ask_wipe"),
        chooses(1, "wiped_moved"),
        says("hello", "ask_safe_now"),
    ),
)
