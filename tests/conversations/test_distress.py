"""Distress at any point: at every question, in every language, through both engines, the help message comes first, the
floor has heard it, and the question stays or goes on. Who wants to die is spoken to warmly, each time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bench.chaos.words import CRIES
from bot.conversation.engine import DialogueEngine, Situation, TurnAnswer, TurnRequest
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from bot.dialogue.questions import CHOICES, QUESTIONS, TAKES_FREE_TEXT, YES_OR_NO
from bot.dialogue.state import empty_state
from bot.messages.normalising import read
from bot.reports.urgency_floor import assess
from tests.conversations.engines import summary
from tests.conversations.walk_words import WANTS_TO_DIE
from tests.conversations.words import LANGUAGES
from tests.rasa_environment.served_model import ServedModel

RECEIVED, WARM = "urgent_received", "suicide_received"
# Every question anybody can be asked, with the topic under which it is asked.
WHERE: tuple[tuple[str | None, str], ...] = (
    (None, "safe_now"),
    (None, "topic"),
    (None, "wipe_confirmed"),
    (None, "language_choice"),
    *((topic, question) for topic, questions in QUESTIONS.items() for question in questions),
)
_LOOPS = {"wipe_confirmed": "wipe_form", "language_choice": "language_form"}
_BEFORE: Mapping[str, dict[str, Any]] = {
    "write_when": {"write_back": "at_times"},
    "correction": {"confirmed": False, "details": "x"},
    "confirmed": {"details": "x"},
    "aid_kind": {"info_topic": "aid"},
    "departure": {"info_topic": "job_offer"},
    "scam_kind": {"info_topic": "lost_money"},
    "question": {"info_topic": "other"},
}


def asked(topic: str | None, question: str) -> dict[str, Any]:
    """The state in which this question is the open one, all before it answered or left out."""
    state = empty_state()
    slots = state["slots"]
    slots.update(safe_now=None if question == "safe_now" else True, told_who=2, topic=topic)
    if topic is not None:
        before = QUESTIONS[topic][: QUESTIONS[topic].index(question)]
        slots.update(_BEFORE.get(question, {}))
        slots["skipped"] = [name for name in before if slots[name] is None]
    return {**state, "loop": _LOOPS.get(question, "report_form"), "requested_slot": question}


def test_the_table_holds_every_question_there_is() -> None:
    known = set(CHOICES) | TAKES_FREE_TEXT | YES_OR_NO | {"language_choice"}
    assert {question for _, question in WHERE} == known


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_floor_hears_both_without_any_model(language: str) -> None:
    for words in (CRIES[language], WANTS_TO_DIE[language]):
        urgency = assess(read(words)).urgency
        assert urgency is not None
        assert urgency.pages
    assert "suicide" in assess(read(WANTS_TO_DIE[language])).reasons


async def _hears(engine: DialogueEngine, state: dict[str, Any], text: str, language: str, **how: Any) -> TurnAnswer:
    situation = Situation(urgent=True, **how)
    request = TurnRequest(state=state, text=text, language=language, channel="sms", situation=situation)
    return await engine.take_turn(request)


async def _broken(engine: DialogueEngine, language: str) -> list[str]:
    """Where the help message does not come, or the question is lost; named by topic and question."""
    found = []
    for topic, question in WHERE:
        for response, text, how in (
            (RECEIVED, CRIES[language], {}),
            (WARM, WANTS_TO_DIE[language], {"suicidal": True}),
        ):
            first = await _hears(engine, asked(topic, question), text, language, **how)
            said, _ = summary(first)
            if said[:1] != (response,) or len(said) > 2:
                found.append(f"{topic} {question}: {said}")
            if said[1:] and not said[1].startswith(("ask_", "choose_language", "filed", "not_wiped")):
                found.append(f"{topic} {question}: what follows is {said[1]}")
            again = await _hears(engine, dict(first.state), text, language, **how)
            if response == WARM and summary(again)[0][:1] != (WARM,):
                found.append(f"{topic} {question}: the second time cold: {summary(again)[0]}")
            if first.state["slots"]["topic"] is None and first.state["slots"]["filed"] is False:
                found.append(f"{topic} {question}: nobody asks what a person in need is asked")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_every_question_the_scripted_engine_says_the_help_message_first(language: str) -> None:
    assert asyncio.run(_broken(ScriptedEngine(), language)) == []


@pytest.mark.rasa
@pytest.mark.parametrize("language", LANGUAGES)
def test_at_every_question_the_model_says_the_help_message_first(language: str, served_model: ServedModel) -> None:
    async def all_questions() -> list[str]:
        async with loopback_client(served_model.port) as client:
            return await _broken(RasaEngine(client, timeout_seconds=30), language)

    assert asyncio.run(all_questions()) == []


async def _stopped(engine: DialogueEngine, state: dict[str, Any]) -> tuple[list[str], list[str]]:
    answer = await _hears(engine, state, "stop", "en")
    return list(summary(answer)[0]), [type(each).__name__ for each in answer.do]


def _is_answered_and_obeyed(found: tuple[list[str], list[str]]) -> bool:
    return found[0] == [RECEIVED, "stop"] and "OptOut" in found[1]


def test_an_urgent_stop_is_answered_and_obeyed() -> None:
    """A deployment's own phrases may make any word urgent, the command words too."""
    found = {where: asyncio.run(_stopped(ScriptedEngine(), asked(*where))) for where in WHERE}
    assert {where: each for where, each in found.items() if not _is_answered_and_obeyed(each)} == {}


@pytest.mark.rasa
def test_the_model_answers_and_obeys_an_urgent_stop(served_model: ServedModel) -> None:
    async def at_every_question() -> dict[tuple[str | None, str], tuple[list[str], list[str]]]:
        async with loopback_client(served_model.port) as client:
            engine = RasaEngine(client, timeout_seconds=30)
            return {where: await _stopped(engine, asked(*where)) for where in WHERE}

    found = asyncio.run(at_every_question())
    assert {where: each for where, each in found.items() if not _is_answered_and_obeyed(each)} == {}
