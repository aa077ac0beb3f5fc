"""By SMS a person may type what stands beside the number. Where the answer is yes or no, the words of a translation are
ones that the lists know: a cry "yes, it is happening" must not be lost because it was not typed as "1"."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.conversation.engine import Situation, TurnAnswer, TurnRequest
from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.wording import Wording
from bot.dialogue.questions import YES_OR_NO
from bot.dialogue.state import empty_state
from bot.operations.words_rules import Message, messages

QUESTIONS = {
    "utter_ask_safe_now": ("safe_now", None),
    "utter_ask_danger_now": ("danger_now", "help"),
    "utter_ask_danger_now_child": ("danger_now", "help"),
    "utter_ask_children": ("children", "tip"),
    "utter_ask_confirmed": ("confirmed", "tip"),
    "utter_ask_wipe": ("wipe_confirmed", "help"),
}


def asked(question: str, topic: str | None) -> dict[str, Any]:
    """A conversation in which this question is open."""
    state = empty_state()
    slots = {**state["slots"], "topic": topic, "safe_now": None if question == "safe_now" else True, "told_who": 3}
    loop = "wipe_form" if question == "wipe_confirmed" else "report_form"
    return {**state, "slots": slots, "loop": loop, "requested_slot": question}


def take(text: str, message: Message) -> TurnAnswer:
    state = asked(*QUESTIONS[message.name])
    request = TurnRequest(state=state, text=text, language=message.language, channel="sms", situation=Situation())
    return asyncio.run(ScriptedEngine().take_turn(request))


def what_came_of(text: str, message: Message) -> tuple[list[str], list[str]]:
    answer = take(text, message)
    return [each.response for each in answer.say], [type(each).__name__ for each in answer.do]


def test_every_question_with_yes_and_no_is_typed_here() -> None:
    assert {question for question, _ in QUESTIONS.values()} == YES_OR_NO


# The English "Yes, erase" is heard as the wish to erase and asked again.
@pytest.mark.parametrize("language", ["th", "km", "vi", "my"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_yes_or_no_can_be_typed_as_it_is_written(wording: Wording, name: str, language: str) -> None:
    for message in messages(wording):
        if (message.name, message.language) == (name, language):
            for number, words in message.buttons:
                assert what_came_of(words, message) == what_came_of(number, message), words


def test_words_that_no_list_knows_are_no_answer(wording: Wording) -> None:
    child = next(m for m in messages(wording) if m.name == "utter_ask_danger_now_child" and m.language == "my")
    assert what_came_of("ဖြစ်နေပါတယ်", child) != what_came_of("1", child)
