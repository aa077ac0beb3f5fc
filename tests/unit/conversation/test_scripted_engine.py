"""What the table of conversations does not show of the scripted engine: bad input, size, what stays out of sight."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.conversation.directives import FileReport, RaiseUrgency, RecordFacts
from bot.conversation.engine import Situation, TurnAnswer, TurnRequest
from bot.conversation.scripted_engine import ScriptedEngine
from bot.dialogue.message import Message
from bot.dialogue.state import check_state, empty_state
from bot.errors import EngineError
from bot.reports.urgency import Urgency


def take(text: str, state: Any = None, **situation: Any) -> TurnAnswer:
    request = TurnRequest(state=state, text=text, language="en", channel="sms", situation=Situation(**situation))
    return asyncio.run(ScriptedEngine().take_turn(request))


def state_with(requested: str | None, **slots: Any) -> dict[str, Any]:
    state = {**empty_state(), "loop": "report_form" if requested else None, "requested_slot": requested}
    return {**state, "slots": {**state["slots"], **slots}}


@pytest.mark.parametrize("text", ["", "   ", "/"])
def test_a_text_message_without_text_is_refused(text: str) -> None:
    with pytest.raises(EngineError):
        take(text)


@pytest.mark.parametrize(
    "state",
    [{}, {"v": 2}, {"v": 1, "slots": {"other": 1}, "loop": None, "requested_slot": None}, {"v": 1, "slots": 5}],
)
def test_a_state_it_cannot_read_is_refused(state: Any) -> None:
    with pytest.raises(EngineError):
        take("help", state)


def test_a_state_survives_json() -> None:
    first = take("help")
    again = json.loads(json.dumps(dict(first.state)))
    assert check_state(again) == first.state


def test_danger_told_by_the_last_answer_raises_the_urgency_before_the_report_is_filed() -> None:
    left_out = ["whose", "people", "write_back", "tell_whom"]
    told = {"topic": "help", "place": "x", "details": "y", "skipped": left_out}
    answer = take("yes", state_with("danger_now", safe_now=True, told_who=3, **told))
    assert [type(each) for each in answer.do] == [RecordFacts, RaiseUrgency, FileReport]
    assert answer.do[1] == RaiseUrgency(urgency=Urgency.CRITICAL, reason="danger_now")


@pytest.mark.parametrize(
    ("question", "about", "expected"),
    [("safe_now", "i am safe", True), ("safe_now", "not safe", False)],
)
def test_words_about_safety_answer_the_safe_question(question: str, about: str, expected: bool) -> None:
    answer = take(about, state_with(question, topic="help"))
    assert answer.state["slots"]["safe_now"] is expected


def test_a_long_answer_is_recorded_whole_and_kept_short() -> None:
    answer = take("z" * 900, state_with("details", safe_now=True, told_who=3, topic="tip", danger_now=False, place="x"))
    recorded = next(each for each in answer.do if isinstance(each, RecordFacts))
    assert len(recorded.facts["details"]) == 900
    assert len(json.dumps(dict(answer.state))) < 2048


def test_nothing_of_a_person_is_seen_when_a_turn_is_printed() -> None:
    answer = take("my name is Dara")
    assert "Dara" not in repr(answer)
    assert "Dara" not in repr(Message(intent="help_self", text="my name is Dara"))


def test_a_skipped_danger_question_of_one_case_is_asked_in_the_next() -> None:
    state: Any = None
    for text in ("help", "yes", "1", *["skip"] * 6):
        state = take(text, state).state
    assert state["slots"]["filed"] is True
    state = take("help", state).state
    assert [each.response for each in take("1", state).say] == ["utter_ask_danger_now"]
