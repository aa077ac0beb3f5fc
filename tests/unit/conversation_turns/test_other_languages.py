"""Words in a language that we do not speak: a human is told, and the one question that matters is asked."""

from __future__ import annotations

from bot.database.tables import Alarm
from tests.unit.house import House


def test_words_nobody_here_can_read_go_to_a_human_and_are_asked_for_danger(house: House) -> None:
    house.on_call("Dara")
    said = house.hears("我被关在一个园区里，请帮帮我")
    assert said == [house.wording.render("utter_ask_danger_now", "en", sms=True).text]
    assert house.report().urgency == "HIGH"
    assert house.rows(Alarm, state="waiting") == 1
