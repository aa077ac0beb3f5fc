"""What is not words: voice and photo are taken. Danger is asked first, and a yes wakes somebody."""

from __future__ import annotations

from tests.journeys.journey import chooses, later, says, sends, told
from tests.journeys.staff_steps import staff_see
from tests.journeys.telephones import TELEGRAM

JOURNEYS = (
    told(
        "a Khmer worker who cannot spell sends a voice note and taps yes",
        "km",
        TELEGRAM,
        says("សួស្តី", "ask_safe_now"),
        sends("voice", "voice_taken ask_danger_now"),
        chooses(1, "ask_safe_now"),
        staff_see(alarm="danger_now"),
        chooses(1, "who ask_topic"),
    ),
    told(
        "a Thai worker sends a photo, says that nobody is in danger, and goes on",
        "th",
        TELEGRAM,
        says("แจ้งเบาะแส", "ask_safe_now"),
        chooses(1, "who ask_danger_now"),
        chooses(2, "who_is_told ask_details"),
        sends("photo", "picture_taken ask_danger_now"),
        chooses(2, "who_can_see ask_details"),
        staff_see(woken=False, urgency="HIGH", kind="tip"),
    ),
    told(
        "an English speaker sends a voice note and then nothing: after two minutes somebody is woken",
        "en",
        TELEGRAM,
        says("hello", "ask_safe_now"),
        chooses(1, "who ask_topic"),
        sends("voice", "voice_taken ask_danger_now"),
        staff_see(woken=False, urgency="HIGH"),
        later(minutes=3),
        staff_see(alarm="unreadable_voice", urgency="URGENT"),
        staff_see(reason="no_answer_to_danger_question"),
    ),
    told(
        "a Burmese worker's first message is a voice note",
        "my",
        TELEGRAM,
        sends("start", "choose_language"),
        chooses(4, "language_set ask_safe_now"),
        sends("voice", "voice_taken ask_danger_now"),
        chooses(1, "ask_safe_now"),
        staff_see(alarm="danger_now"),
    ),
)
