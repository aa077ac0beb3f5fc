"""How far the words have come: only what is true."""

from __future__ import annotations

from tests.journeys.journey import chooses, says, told
from tests.journeys.staff_steps import StaffDo, StaffRead, StaffTake, StaffWrite
from tests.journeys.telephones import SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Khmer worker asks again and again, and reads the truth at every stage",
        "km",
        TELEGRAM,
        says("សូមជួយផង គេឃុំខ្ញុំ ចេញមិនបាន", "urgent_received ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        says("ដល់ណាហើយ", "status_arrived ask_danger_now"),
        StaffTake(shows="person_reached"),
        says("ដល់ណាហើយ", "status_reached ask_danger_now"),
        StaffRead(shows="person_read", words=("សូមជួយផង គេឃុំខ្ញុំ ចេញមិនបាន",)),
        says("ដល់ណាហើយ", "status_read ask_danger_now"),
        StaffDo(act="close", refused=True),  # they have not seen yet that she asks again
        StaffDo(act="close"),
        says("ដល់ណាហើយ", "status_closed ask_danger_now"),
    ),
    told(
        "a Thai worker who told nothing is told that nothing waits",
        "th",
        SMS,
        says("สวัสดีครับ", "ask_safe_now"),
        says("ถึงไหนแล้ว", "ask_safe_now"),
        says("1", "who ask_topic"),
        says("ถึงไหนแล้ว", "status_nothing ask_topic"),
    ),
    told(
        "a Burmese worker is answered by a person and the bot says so when asked",
        "my",
        SMS,
        says("ကယ်ပါ သူတို့ ပိတ်ထားတယ် ထွက်မရဘူး", "urgent_received ask_safe_now"),
        says("၁", "who ask_danger_now"),
        StaffTake(shows="person_reached"),
        StaffRead(shows="person_read"),
        StaffWrite(text="ကျွန်မတို့ ဖတ်ပြီးပါပြီ။", shows="person_writes"),
        StaffDo(act="give-back"),
        says("စာရောက်လား", "status_answered ask_danger_now"),
    ),
    told(
        "a Vietnamese worker taps whether anyone has read it, then lets the chat empty itself",
        "vi",
        TELEGRAM,
        says("báo tin", "ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        chooses(2, "who_is_told ask_details"),
        says("quán này giữ giấy tờ của nhân viên", "who_can_see ask_place"),
        says("bỏ qua", "ask_when"),
        says("bỏ qua", "ask_people"),
        says("bỏ qua", "ask_children"),
        says("bỏ qua", "ask_how_known"),
        says("bỏ qua", "ask_confirmed"),
        chooses(1, "filed offer_words"),
        chooses("status", "status_arrived"),
        chooses("vanish", "vanish"),
        says("họ vừa chuyển thêm người tới", "noted"),
        chooses("status", "status_arrived"),
    ),
)
