"""The first words: nothing about us before it is safe, the alarm before everything else."""

from __future__ import annotations

from tests.journeys.journey import chooses, says, sends, told
from tests.journeys.response_names import ZAWGYI
from tests.journeys.staff_steps import NothingIsKept, staff_see
from tests.journeys.telephones import SIM, SMS, TELEGRAM

JOURNEYS = (
    told(
        "a Thai worker says hello, says that it is safe, and reads who writes here and who can see it",
        "th",
        TELEGRAM,
        says("สวัสดีค่ะ", "ask_safe_now"),
        NothingIsKept(),
        chooses(1, "who ask_topic"),
        chooses(1, "who_is_told ask_whose"),
        staff_see(woken=False),
    ),
    told(
        "a Vietnamese worker without tone marks is locked in: the alarm comes before every disclosure",
        "vi",
        SMS,
        says("cuu em voi ho khoa cua nhot em trong phong", "urgent_received ask_safe_now"),
        staff_see(alarm="confined", kind="help_request"),
        says("1", "who ask_danger_now"),
        says("1", "who_is_told ask_place"),
        staff_see(alarm="danger_now", urgency="CRITICAL"),
    ),
    told(
        "a Khmer worker taps start and chooses the language before anything else is said",
        "km",
        TELEGRAM,
        sends("start", "choose_language"),
        chooses(2, "language_set ask_safe_now", now="km"),
        chooses(1, "who ask_topic"),
        NothingIsKept(),
    ),
    told(
        "a Burmese worker on an old phone writes Zawgyi and is answered in it",
        ZAWGYI,
        SMS,
        says("ကူညီပါ တံခါးေသာ့ခတ္ထားတယ္ ထြက္မရဘူး", "urgent_received ask_safe_now"),
        staff_see(alarm="confined"),
        says("၁", "who ask_danger_now"),
    ),
    told(
        "a Khmer worker answers the safe question with a word, and a yes to nothing is not taken for anything",
        "km",
        SIM,
        says("ជំរាបសួរ", "ask_safe_now"),
        says("មានសុវត្ថិភាព", "who ask_topic"),
        says("ទេ", "ask_rephrase ask_topic"),
        says("២", "who_is_told ask_danger_now"),
        staff_see(woken=False, kind="tip"),
    ),
    told(
        "a first message in a language nobody here speaks is asked about danger, and answered in English as well",
        "en",
        TELEGRAM,
        says("Tolong saya, saya dikurung di sini dan tidak boleh keluar", "urgent_received ask_safe_now"),
        chooses(1, "who ask_whose"),
    ),
)
