"""Every conversation of the table, in every language, through both engines: docs/dialogue.md in examples."""

from __future__ import annotations

import asyncio

import pytest

from bot.conversation.engine import DialogueEngine, TurnAnswer
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from tests.conversations.about_questions import ABOUT_QUESTIONS
from tests.conversations.about_telling import ABOUT_TELLING
from tests.conversations.conversations import CONVERSATIONS, Conversation
from tests.conversations.engines import summary, walk
from tests.conversations.found_by_walks import FOUND_BY_WALKS
from tests.conversations.manners import MANNERS
from tests.conversations.words import LANGUAGES, WORDS
from tests.rasa_environment.served_model import ServedModel

each_conversation = pytest.mark.parametrize(
    "conversation",
    [*CONVERSATIONS, *MANNERS, *ABOUT_TELLING, *ABOUT_QUESTIONS, *FOUND_BY_WALKS],
    ids=lambda told: told.name,
)
each_language = pytest.mark.parametrize("language", LANGUAGES)


async def _take(engine: DialogueEngine, conversation: Conversation, language: str) -> list[TurnAnswer]:
    words = WORDS[language]
    messages = [(words.get(step.text, step.text), step.situation) for step in conversation.steps]
    return [answer for answer, _ in await walk(engine, messages, language)]


def _check(conversation: Conversation, answers: list[TurnAnswer]) -> None:
    expected = [(step.say, step.do) for step in conversation.steps]
    assert [summary(answer) for answer in answers] == expected


@each_language
@each_conversation
def test_the_scripted_engine_keeps_to_the_table(conversation: Conversation, language: str) -> None:
    _check(conversation, asyncio.run(_take(ScriptedEngine(), conversation, language)))


@pytest.mark.rasa
@each_language
@each_conversation
def test_the_model_keeps_to_the_table(conversation: Conversation, language: str, served_model: ServedModel) -> None:
    async def take() -> list[TurnAnswer]:
        async with loopback_client(served_model.port) as client:
            return await _take(RasaEngine(client, timeout_seconds=30), conversation, language)

    _check(conversation, asyncio.run(take()))
