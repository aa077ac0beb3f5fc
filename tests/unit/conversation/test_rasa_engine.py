"""The client of the Rasa process: every failure is an EngineError, and none says what was written."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.conversation.directives import RaiseUrgency, RecordFacts
from bot.conversation.engine import Entity, Say, Situation, TurnAnswer, TurnRequest, Understanding
from bot.conversation.rasa_engine import RasaEngine, loopback_client, read_answer
from bot.errors import EngineError
from bot.reports.urgency import Urgency

WRITTEN = "what a person wrote"
REQUEST = TurnRequest(
    state={"v": 1},
    text=WRITTEN,
    language="km",
    channel="sms",
    situation=Situation(urgent=True, kind="text"),
    received_at=datetime(2026, 11, 22, 2, 14, tzinfo=UTC),
)
GOOD: dict[str, Any] = {
    "understanding": {
        "intent": "help_self",
        "confidence": 0.9,
        "entities": [{"entity": "place", "value": "poipet", "text": "Poipet"}],
        "themes": [{"name": "confined", "confidence": 0.7}],
        "perhaps_urgent": True,
    },
    "say": [{"response": "utter_ask_safe_now", "arguments": {}}],
    "do": [
        {"directive": "record_facts", "topic": "help", "danger_now": True},
        {"directive": "raise_urgency", "urgency": "CRITICAL", "reason": "danger_now"},
    ],
    "state": {"v": 1, "slots": {}},
}


UNDERSTOOD = Understanding(
    intent="help_self",
    confidence=0.9,
    entities=(Entity(entity="place", value="poipet", text="Poipet"),),
    themes=(("confined", 0.7),),
    perhaps_urgent=True,
)


def understand(answer: Callable[[httpx.Request], httpx.Response]) -> Understanding:
    async def once() -> Understanding:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://127.0.0.1:1") as client:
            return await RasaEngine(client).understand(WRITTEN, "km")

    return asyncio.run(once())


def take(answer: Callable[[httpx.Request], httpx.Response], timeout_seconds: float = 5.0) -> TurnAnswer:
    async def turn() -> TurnAnswer:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as client:
            return await RasaEngine(client, timeout_seconds=timeout_seconds).take_turn(REQUEST)

    return asyncio.run(turn())


def test_a_good_answer_arrives_in_our_types() -> None:
    asked: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return httpx.Response(200, json=GOOD)

    got = take(answer)
    assert asked == [
        {
            "state": {"v": 1},
            "text": WRITTEN,
            "language": "km",
            "channel": "sms",
            "situation": {"urgent": True, "suicidal": False, "gap": False, "kind": "text"},
            "now": "2026-11-22T02:14:00+00:00",
        }
    ]
    assert got.say == (Say(response="utter_ask_safe_now"),)
    assert got.do == (
        RecordFacts(facts={"topic": "help", "danger_now": "yes"}),
        RaiseUrgency(urgency=Urgency.CRITICAL, reason="danger_now"),
    )
    assert got.understanding == UNDERSTOOD


def test_a_text_is_understood_without_a_conversation() -> None:
    asked: list[tuple[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, json.loads(request.content)))
        return httpx.Response(200, json=GOOD["understanding"])

    assert understand(answer) == UNDERSTOOD
    assert asked == [("/understand", {"text": WRITTEN, "language": "km"})]


def test_an_understanding_that_cannot_be_read_is_an_error_of_the_engine() -> None:
    with pytest.raises(EngineError) as caught:
        understand(lambda _: httpx.Response(200, json={"intent": WRITTEN}))
    assert WRITTEN not in str(caught.value)


BAD: dict[str, Any] = {
    "nothing said and nothing done": {**GOOD, "say": [], "do": []},
    "an unknown directive": {**GOOD, "do": [{"directive": "call_police"}]},
    "a directive without its field": {**GOOD, "do": [{"directive": "choose_language"}]},
    "an urgency that is none": {**GOOD, "do": [{"directive": "raise_urgency", "urgency": "MAYBE", "reason": "x"}]},
    "words instead of a name": {**GOOD, "say": [{"response": "Hello!", "arguments": {}}]},
    "no state": {key: value for key, value in GOOD.items() if key != "state"},
    "a state of another kind": {**GOOD, "state": []},
    "no understanding": {**GOOD, "understanding": None},
    "a list": [],
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_a_bad_answer_is_an_engine_error(body: Any) -> None:
    with pytest.raises(EngineError):
        read_answer(json.dumps(body).encode())


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"null"])
def test_an_answer_that_is_no_json_object_is_an_engine_error(content: bytes) -> None:
    with pytest.raises(EngineError):
        read_answer(content)


@pytest.mark.parametrize("status", [204, 302, 403, 413, 500, 503])
def test_any_other_status_than_200_is_an_engine_error(status: int) -> None:
    with pytest.raises(EngineError, match=str(status)):
        take(lambda request: httpx.Response(status))


def test_a_process_that_is_gone_is_an_engine_error_without_the_text() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot send {WRITTEN}", request=request)

    with pytest.raises(EngineError) as caught:
        take(refuse)
    assert WRITTEN not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_process_that_never_answers_is_late() -> None:
    async def turn() -> None:
        async with loopback_client(port) as client:
            with pytest.raises(EngineError, match="late"):
                await RasaEngine(client, timeout_seconds=0.05).take_turn(REQUEST)
            assert not await RasaEngine(client).is_healthy()

    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections are accepted, and nobody ever answers
        port = silent.getsockname()[1]
        asyncio.run(turn())


def test_no_more_than_two_turns_are_under_way_at_once() -> None:
    under_way, most = 0, 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200, json=GOOD)

    async def crowd() -> None:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as client:
            engine = RasaEngine(client)
            await asyncio.gather(*(engine.take_turn(REQUEST) for _ in range(8)))

    asyncio.run(crowd())
    assert most == 2


def test_the_client_ignores_proxies_and_knows_only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    client = loopback_client(5005)
    assert str(client.base_url) == "http://127.0.0.1:5005"
    assert not client.trust_env


def test_a_request_shows_no_text_when_printed() -> None:
    assert WRITTEN not in repr(REQUEST)
