"""Thanks, greetings, nonsense, a joke: brief, kind, back to the point; and nobody is woken."""

from __future__ import annotations

from tests.journeys.journey import chooses, says, told
from tests.journeys.staff_steps import NothingIsKept, staff_see
from tests.journeys.telephones import SIM, SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Khmer boy says hello, thanks, and nothing else",
        "km",
        SIM,
        says("សួស្តី", "ask_safe_now"),
        says("១", "who ask_topic"),
        says("អរគុណ", "thanks ask_topic"),
        NothingIsKept(),
    ),
    told(
        "an English speaker cannot be understood twice, and is passed to a person",
        "en",
        TELEGRAM,
        says("hello", "ask_safe_now"),
        chooses(1, "who ask_topic"),
        says("zzkq", "ask_rephrase ask_topic"),
        says("vvk xqz", "to_person ask_whose"),
        staff_see(woken=False, urgency="HIGH"),
    ),
    told(
        "a Burmese student asks for news about trafficking",
        "my",
        SMS,
        says("မေးစရာရှိတယ်", "ask_safe_now"),
        says("၁", "who ask_info_topic"),
        says("၇", "who_is_told ask_question"),
        says("ကျောင်းစာတမ်းအတွက် သတင်းဆောင်းပါး ဘယ်မှာဖတ်ရမလဲ", "who_can_see filed"),
        staff_see(woken=False, kind="question", filed=True),
    ),
    told(
        "a Vietnamese neighbour says thanks where a place is asked for, and that is no place",
        "vi",
        SMS,
        says("bao tin", "ask_safe_now"),
        says("1", "who ask_danger_now"),
        says("2", "who_is_told ask_details"),
        says("xưởng này giữ giấy tờ của người làm", "who_can_see ask_place"),
        says("cám ơn", "thanks ask_place"),
        says("cạnh chợ Go Dau", "ask_when"),
        staff_see(woken=False, kind="tip", place="cạnh chợ Go Dau"),
    ),
)
