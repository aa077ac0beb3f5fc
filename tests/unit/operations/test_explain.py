"""`sampan explain`: one line in, one JSON object out, whatever the line is."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import pytest

from bot.conversation.engine import Entity, Understanding
from bot.errors import EngineError
from bot.operations.explain import explain, explain_lines

KEYS = [
    "text",
    "language",
    "languages",
    "script",
    "encoding",
    "normalised",
    "intent",
    "confidence",
    "entities",
    "urgency",
    "floor",
    "reasons",
]


def floor_alone(*lines: bytes) -> list[dict[str, Any]]:
    out = io.StringIO()
    explain_lines(lines, out, with_model=False, channel="telegram")
    return [json.loads(line) for line in out.getvalue().splitlines()]


def explained(text: str, *, channel: str = "telegram", **heard: Any) -> dict[str, Any]:
    async def understand(_text: str, _language: str) -> Understanding:
        return Understanding(**{"intent": "out_of_scope", "confidence": 0.9, **heard})

    return asyncio.run(explain(text, understand, channel=channel))


def test_every_line_gives_one_object_with_the_same_keys() -> None:
    answers = floor_alone("ช่วยด้วย โดนขัง".encode(), b"nice weather today")
    assert [list(answer) for answer in answers] == [KEYS, KEYS]


def test_the_floor_alone_has_no_intent_and_names_its_reason_in_words() -> None:
    (answer,) = floor_alone(b"they locked me in a room and i cannot get out")
    assert (answer["intent"], answer["confidence"], answer["entities"]) == (None, None, [])
    assert (answer["floor"], answer["urgency"]) == ("urgent", "urgent")
    assert "locked in or held" in answer["reasons"]


def test_bytes_that_are_no_text_give_an_error_and_on_it_goes() -> None:
    broken, good = floor_alone(b"help \xff\xfe\n", b"good morning\r\n")
    assert broken == {"line": 1, "error": "byte 6 is not UTF-8"}
    assert good["text"] == "good morning"


@pytest.mark.parametrize("line", [b"", b"/", b"\xe2\x80\x8b", b"1", b"\xf0\x9f\x98\x82", b"\x00", b"x" * 100_000])
def test_a_line_that_tells_nothing_is_explained_all_the_same(line: bytes) -> None:
    (answer,) = floor_alone(line)
    assert answer["floor"] == "none"
    assert answer["urgency"] in ("info", "standard")


def test_the_model_raises_what_the_floor_does_not_hear() -> None:
    answer = explained("zzz qqq", intent="help_self", themes=(("weapon", 0.6), ("confined", 0.3)))
    assert (answer["floor"], answer["urgency"], answer["reasons"]) == ("none", "critical", ["a weapon"])


def test_the_models_doubt_is_seen_the_same_day() -> None:
    answer = explained("zzz qqq", perhaps_urgent=True)
    assert (answer["urgency"], answer["reasons"]) == ("high", ["may be urgent, the machine is not sure"])


def test_the_model_lowers_nothing() -> None:
    answer = explained("they locked me in a room and i cannot get out", intent="out_of_scope")
    assert answer["urgency"] == "urgent"


URGENCY_OF_INTENT = {
    "help_self": "high",
    "help_other": "high",
    "talk_to_person": "high",
    "report_tip": "standard",
    "ask_information": "info",
    "nlu_fallback": "standard",
    "greet": "info",
    "out_of_scope": "info",
}


@pytest.mark.parametrize(("intent", "urgency"), URGENCY_OF_INTENT.items())
def test_an_intent_without_a_danger_has_its_own_urgency(intent: str, urgency: str) -> None:
    assert explained("zzz qqq", intent=intent)["urgency"] == urgency


def test_entities_stand_with_their_words() -> None:
    answer = explained("ปอยเปต", entities=(Entity(entity="place", value="poipet", text="ปอยเปต"),))
    assert answer["entities"] == [{"entity": "place", "value": "poipet", "text": "ปอยเปต"}]


def test_another_language_is_at_least_high() -> None:
    answer = explained("请帮帮我，我在园区里面")
    assert (answer["language"], answer["urgency"]) == ("zh", "high")


def test_a_model_that_fails_leaves_the_floor_and_says_so() -> None:
    async def failing(_text: str, _language: str) -> Understanding:
        raise EngineError("the model was late")

    answer = asyncio.run(explain("they locked me in a room and i cannot get out", failing))
    assert (answer["urgency"], answer["intent"], answer["error"]) == ("urgent", None, "the model was late")


def test_a_leading_slash_is_a_telegram_commands_and_an_sms_character() -> None:
    asked: list[str] = []

    async def understand(text: str, _language: str) -> Understanding:
        asked.append(text)
        return Understanding(intent="greet", confidence=1.0)

    for channel in ("telegram", "sms"):
        asyncio.run(explain("/help me", understand, channel=channel))
    assert asked == ["help me", "/help me"]
