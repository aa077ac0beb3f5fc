"""At every question there is, in every language, through both engines: "skip" leaves it out for good, and what is no
answer is asked once more and then brings a person. After "is anyone in danger?" a request for help asks five things."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bot.conversation.directives import CallPerson
from bot.conversation.engine import DialogueEngine, TurnAnswer, TurnRequest
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from bot.dialogue.questions import CHOICES, QUESTIONS, TAKES_FREE_TEXT
from bot.dialogue.state import empty_state
from tests.conversations.engines import summary
from tests.conversations.test_distress import WHERE, asked
from tests.conversations.words import LANGUAGES, WORDS
from tests.rasa_environment.served_model import ServedModel

OF_THE_REPORT = [(topic, question) for topic, question in WHERE if topic is not None]
NO_CHOICE = "9"
Check = Callable[[DialogueEngine, str], Coroutine[Any, Any, list[str]]]


async def _hear(engine: DialogueEngine, state: object, text: str, language: str) -> TurnAnswer:
    assert isinstance(state, dict)
    return await engine.take_turn(TurnRequest(state=state, text=text, language=language, channel="sms"))


async def _not_skipped(engine: DialogueEngine, language: str) -> list[str]:
    found = []
    for topic, question in OF_THE_REPORT:
        answer = await _hear(engine, asked(topic, question), WORDS[language]["<skip>"], language)
        said, do = summary(answer)
        if f"ask_{question}" in said or "call_person" in do or not said:
            found.append(f"{topic} {question}: {said} {do}")
    return found


async def _not_retried_once(engine: DialogueEngine, language: str) -> list[str]:
    found = []
    for topic, question in OF_THE_REPORT:
        if question in TAKES_FREE_TEXT:
            continue  # whatever is written there is the answer
        first = await _hear(engine, asked(topic, question), NO_CHOICE, language)
        second = await _hear(engine, dict(first.state), NO_CHOICE, language)
        said, do = summary(second)
        if summary(first)[0][-1:] != (f"ask_{question}",) or CallPerson() in first.do:
            found.append(f"{topic} {question}: not asked once more: {summary(first)}")
        if f"ask_{question}" in said or said[:1] != ("to_person",) or "call_person" not in do:
            found.append(f"{topic} {question}: then {said} {do}")
    return found


async def _too_many(engine: DialogueEngine, language: str) -> list[str]:
    """What is asked of somebody who answers everything, and names certain times to be written to."""
    state, text, questions = empty_state(), WORDS[language]["<help>"], []
    for _ in range(15):
        answer = await _hear(engine, state, text, language)
        state = dict(answer.state)
        open_question = state["requested_slot"]
        if open_question is None:
            break
        questions.append(open_question)
        text = WORDS[language]["<2>" if open_question in CHOICES else "<where>"]
        text = WORDS[language]["<yes>"] if open_question in ("safe_now", "danger_now") else text
    wanted = ["safe_now", "whose", "danger_now", "place", "details", "people", "write_back", "write_when", "tell_whom"]
    return [] if questions == wanted else questions


CHECKS = {"skip": _not_skipped, "one retry and then a person": _not_retried_once, "the questions of help": _too_many}
each_check = pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
each_language = pytest.mark.parametrize("language", LANGUAGES)


@each_check
@each_language
def test_the_scripted_engine_holds_to_it(check: Check, language: str) -> None:
    assert asyncio.run(check(ScriptedEngine(), language)) == []


@pytest.mark.rasa
@each_check
@each_language
def test_the_model_holds_to_it(check: Check, language: str, served_model: ServedModel) -> None:
    async def ask() -> list[str]:
        async with loopback_client(served_model.port) as client:
            return await check(RasaEngine(client, timeout_seconds=30), language)

    assert asyncio.run(ask()) == []


def test_after_danger_five_things_are_asked_and_certain_times_are_part_of_one() -> None:
    asked_after = QUESTIONS["help"][QUESTIONS["help"].index("danger_now") + 1 :]
    assert len([question for question in asked_after if question != "write_when"]) == 5
