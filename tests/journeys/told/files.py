"""Voice and pictures reach staff: fetched, opened by a named person, and locked where a child and sexual abuse were
named."""

from __future__ import annotations

from tests.journeys.file_steps import StaffFindItLocked, StaffOpenFile
from tests.journeys.journey import chooses, later, says, sends, told
from tests.journeys.staff_steps import StaffTake, staff_see
from tests.journeys.telephones import TELEGRAM

JOURNEYS = (
    told(
        "a Burmese worker who cannot write sends his voice at night, and a named person hears it",
        "my",
        TELEGRAM,
        says("မင်္ဂလာပါ", "ask_safe_now"),
        sends("voice", "voice_taken ask_danger_now"),
        later(minutes=3),
        staff_see(alarm="unreadable_voice"),
        StaffTake(shows="person_reached"),
        StaffOpenFile(kind="voice", shows="person_read file_opened"),
        StaffOpenFile(kind="voice"),
    ),
    told(
        "a Vietnamese worker's picture is locked, because she told of a child and of abuse",
        "vi",
        TELEGRAM,
        says("bé gái 12 tuổi bị ép bán dâm ở quán này", "urgent_received ask_safe_now"),
        chooses(1, "who ask_whose"),
        sends("photo", "file_locked ask_danger_now"),
        StaffFindItLocked(shows="person_read"),
        staff_see(alarm="minor_exploited"),
    ),
    told(
        "an English speaker's picture is locked when he tells later what is done to a girl of twelve",
        "en",
        TELEGRAM,
        says("i want to report", "ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        sends("photo", "picture_taken ask_danger_now"),
        chooses(2, "who_is_told ask_details"),
        says("there is a girl of 12 in that bar, she must have sex with customers", "urgent_received ask_place"),
        staff_see(alarm="minor_exploited", kind="tip"),
        StaffFindItLocked(shows="person_read"),
    ),
)
