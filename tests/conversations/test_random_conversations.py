"""Random conversations in which each turn is taken by both engines, and goes on from the answer of either."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from bot.conversation.engine import Situation, State, TurnRequest
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from tests.conversations.engines import summary
from tests.conversations.words import LANGUAGES, WORDS
from tests.rasa_environment.served_model import ServedModel

CONVERSATIONS = 32
TURNS = 20
# Every word of the tables, and letters no language has. Answers come more often, or nothing is ever filed.
TEXTS = [*WORDS["en"], "<1>", "<1>", "<2>", "3", "7", "zzkq", "xqz vvk", *["<skip>"] * 8]
SITUATIONS = (
    *[Situation()] * 14,
    Situation(urgent=True),
    Situation(gap=True),
    Situation(gap=True, urgent=True),
    Situation(kind="start"),
    Situation(kind="unreadable"),
    Situation(kind="location"),
)


def _request(chance: random.Random, language: str, state: State | None) -> TurnRequest:
    situation = chance.choice(SITUATIONS)
    named = chance.choice(TEXTS)
    text = {"text": WORDS[language].get(named, named), "location": "14.1, 100.2"}.get(situation.kind, "")
    if situation.urgent and named.startswith("<") and named not in ("<where>", "<what>"):
        situation = replace(situation, urgent=False)  # the floor knows no command word
    if named in ("<where>", "<what>"):
        text = "zzkq"  # the model may understand a sentence; only letters without meaning are alike for both
    return TurnRequest(state=state, text=text, language=language, channel="sms", situation=situation)


@pytest.mark.rasa
@pytest.mark.parametrize("language", LANGUAGES)
def test_both_engines_agree_on_every_turn_of_random_conversations(language: str, served_model: ServedModel) -> None:
    filed = 0

    async def converse() -> None:
        nonlocal filed
        chance = random.Random(f"sampan {language}")
        async with loopback_client(served_model.port) as client:
            model, scripted = RasaEngine(client, timeout_seconds=30), ScriptedEngine()
            for _ in range(CONVERSATIONS):
                state: State | None = None
                for _ in range(TURNS):
                    request = _request(chance, language, state)
                    one, other = await model.take_turn(request), await scripted.take_turn(request)
                    about = (state, request.text, request.situation)
                    assert summary(one) == summary(other), about
                    assert {**one.state, "recent": []} == {**other.state, "recent": []}, about
                    filed += "file_report" in summary(one)[1]
                    state = chance.choice((one, other)).state

    asyncio.run(converse())
    assert filed > 0, "conversations in which nothing is ever filed prove little"
