"""The story the project exists for, in every language and on every channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.privacy.sealing import ServiceKeys
from tests.journeys.world import REPORTER_CHAT, RESPONDER_CHAT, World, night

CRIES = {
    "th": "ช่วยด้วย เขาล็อกประตูขังเราไว้",
    "km": "សូមជួយផង គេចាក់សោទ្វារ",
    "vi": "cứu em với, họ khóa cửa nhốt em rồi",
    "my": "ကူညီပါ တံခါးသော့ခတ်ထားတယ် ထွက်မရဘူး",
    "en": "help me, they locked the door",
}


@pytest.fixture
def world(database: Database, keys: ServiceKeys, tmp_path: Path) -> Iterator[World]:
    with night(database, keys, tmp_path, ScriptedEngine()) as running:
        running.on_call("Dara", chat=RESPONDER_CHAT)
        yield running


@pytest.mark.parametrize("language", CRIES)
def test_an_sms_wakes_the_person_on_call_and_her_answer_comes_back(
    world: World, wording: Wording, language: str
) -> None:
    world.sms_arrives(CRIES[language])
    replies = world.sms_read(2)
    assert replies[0] == wording.render("utter_urgent_received", language, sms=True).text
    assert replies[1] == wording.render("utter_ask_safe_now", language, sms=True).text
    page = world.pages_read(1)[0]
    assert "101" in page
    assert CRIES[language] not in page
    world.responder_taps("101")
    assert wording.render("utter_person_reached", language, sms=True).text in world.sms_read(3)
    world.pages_read(2)
    world.responder_taps("1")
    answer = wording.render("utter_ready_answer_1", language, sms=True).text
    assert wording.as_person(answer, language, sms=True).text == world.sms_read(4)[-1]


@pytest.mark.parametrize("language", CRIES)
def test_a_telegram_message_wakes_the_person_on_call_and_her_answer_comes_back(
    world: World, wording: Wording, language: str
) -> None:
    world.telegram.person_writes(REPORTER_CHAT, CRIES[language])
    assert world.chat_read(2)[0] == wording.render("utter_urgent_received", language, sms=False).text
    assert "101" in world.pages_read(1)[0]
    world.responder_taps("101")
    assert wording.render("utter_person_reached", language, sms=False).text in world.chat_read(3)
