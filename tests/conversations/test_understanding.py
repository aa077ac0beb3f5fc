"""What the model alone can do: free sentences set the topic, and a place that was named is not asked for again."""

from __future__ import annotations

import asyncio

import pytest

from bot.conversation.engine import Situation, TurnAnswer
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from tests.conversations.engines import summary, walk
from tests.rasa_environment.served_model import ServedModel

pytestmark = pytest.mark.rasa

PLEAS = {
    "en": "please help us, we are locked in a building in Poipet and cannot go out",
    "th": "ช่วยพวกเราด้วย โดนขังอยู่ที่ปอยเปต ออกไปไหนไม่ได้",
    "km": "សូមជួយខ្ញុំផង គេឃុំខ្ញុំនៅប៉ោយប៉ែត ចេញមិនបាន",
    "vi": "cứu em với, em bị nhốt ở Poipet không ra ngoài được",
    "my": "ကူညီပါ ကျွန်တော်တို့ကို ပွိုင်ပက်မှာ ပိတ်ထားတယ် ထွက်လို့မရဘူး",
}


def _walk(server: ServedModel, language: str, *texts: str) -> list[TurnAnswer]:
    async def talk() -> list[TurnAnswer]:
        async with loopback_client(server.port) as client:
            engine = RasaEngine(client, timeout_seconds=30)
            return [answer for answer, _ in await walk(engine, [(text, Situation()) for text in texts], language)]

    return asyncio.run(talk())


@pytest.mark.parametrize("language", PLEAS)
def test_a_plea_that_names_a_place_is_asked_neither_whose_it_is_nor_where(
    language: str, served_model: ServedModel
) -> None:
    plea, safe, danger = _walk(served_model, language, PLEAS[language], "1", "1")
    assert plea.understanding.intent in ("help_self", "help_other")
    said, done = summary(plea)  # whether the model is sure enough to call it urgent is measured, not tested
    assert (said[-1:], done) == (("ask_safe_now",), ("record_facts:details,place,topic,whose",))
    assert summary(safe) == (("who", "ask_danger_now"), ("confirm_safe",))
    assert summary(danger) == (("who_is_told", "ask_people"), ("record_facts:danger_now", "raise_urgency:CRITICAL"))


@pytest.mark.parametrize(
    "written",
    [
        "they told me to stop writing to my family and took the phone",
        "he wants to delete all evidence tonight",
        "there is no person here who can help the girls",
        "yes they beat two women at the white house yesterday",
    ],
)
def test_an_answer_in_free_words_is_never_taken_for_a_command(written: str, served_model: ServedModel) -> None:
    answer = _walk(served_model, "en", "help", "yes", "1", "no", "a white house", written)[-1]
    said, done = summary(answer)
    assert said[-1:] in (("ask_people",), ("ask_write_back",))  # "two women" says how many
    assert "record_facts" in done[0]
    assert len(done) == 1
