"""The story the project exists for, in every language, by Telegram and by SMS, with the real dialogue model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, update

from bot.conversation.fallback_engine import FallbackEngine
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.wording import Wording
from bot.database.session import Database, wake
from bot.database.tables import Alarm
from bot.privacy.sealing import ServiceKeys
from tests.journeys.staff_browser import StaffBrowser
from tests.journeys.world import REPORTER_CHAT, REPORTER_NUMBER, RESPONDER_CHAT, World, night
from tests.rasa_environment.served_model import ServedModel

CRIES = {
    "th": "ช่วยด้วย เขาล็อกประตูขังเราไว้",
    "km": "សូមជួយផង គេចាក់សោទ្វារ",
    "vi": "cứu em với, họ khóa cửa nhốt em rồi",
    "my": "ကူညီပါ တံခါးသော့ခတ်ထားတယ် ထွက်မရဘူး",
    "en": "help me, they locked the door",
}
ANSWER = "I am Dara. Take your time."


@pytest.fixture
def world(database: Database, keys: ServiceKeys, tmp_path: Path, served_model: ServedModel) -> Iterator[World]:
    client = loopback_client(served_model.port)
    engine = FallbackEngine(RasaEngine(client), ScriptedEngine())
    with night(database, keys, tmp_path, engine, afterwards=client.aclose) as running:
        running.on_call("Dara", chat=RESPONDER_CHAT)
        yield running


@pytest.mark.rasa
@pytest.mark.parametrize("channel", ["sms", "telegram"])
@pytest.mark.parametrize("language", CRIES)
def test_a_cry_for_help_wakes_the_person_on_call_and_her_answer_comes_back(
    world: World, wording: Wording, language: str, channel: str
) -> None:
    sms = channel == "sms"
    read, write = _phone(world, channel)

    def words(name: str) -> str:
        return wording.render(name, language, sms=sms).text

    write(CRIES[language])
    assert read(2)[:2] == [words("utter_urgent_received"), words("utter_ask_safe_now")]

    page = world.pages_read(1)[0]
    assert "101" in page
    assert CRIES[language] not in page
    world.responder_taps("101")
    assert words("utter_person_reached") in read(3)

    write("1")
    told = read(5)
    assert words("utter_who") in told
    assert {words("utter_ask_danger_now"), words("utter_ask_whose")} & set(told)  # the model may have heard whose it is

    browser = StaffBrowser(world, "Dara")
    assert CRIES[language] in browser.open_case(101)
    assert words("utter_person_read") in read(6)
    browser.answer(ANSWER)
    assert read(7)[-1] == wording.as_person(ANSWER, language, sms=sms).text

    everything_staff_saw = " ".join([*world.pages_read(1), browser.page])
    assert REPORTER_NUMBER not in everything_staff_saw
    assert str(REPORTER_CHAT) not in everything_staff_saw
    assert not any("Dara" in text and text != read(7)[-1] for text in read(7))


def _phone(world: World, channel: str) -> tuple[Callable[[int], list[str]], Callable[[str], object]]:
    """How this reporter reads, and how they write."""
    if channel == "sms":
        return world.sms_read, world.sms_arrives
    return world.chat_read, lambda text: world.telegram.person_writes(REPORTER_CHAT, text)


@pytest.mark.rasa
def test_a_responder_without_a_smartphone_answers_with_a_number_by_sms(world: World, wording: Wording) -> None:
    world.on_call("Sophea", step=2, number="+12025550122", language="km")
    world.sms_to_the_phone_arrives(CRIES["km"])
    world.pages_read(1)
    with world.database.transaction() as session:  # nobody acknowledges in time
        session.execute(update(Alarm).values(next_action_at=func.now()))
        wake(session, "alarms")
    page = world.sms_read(1, "+12025550122")[-1]
    code = page.split("ACK 101 ")[1][:4]
    world.sms_arrives(f"ack 101 {code.lower()}", "+12025550122")
    world.sms_read(2, "+12025550122")
    world.sms_arrives(f"101 {code} 2", "+12025550122")
    answer = wording.render("utter_ready_answer_2", "km", sms=True).text
    expected = wording.as_person(answer, "km", sms=True).text
    world.gateway.wait_until(4, world.gateway.sent)
    assert expected in [sent.text for sent in world.gateway.sent]
