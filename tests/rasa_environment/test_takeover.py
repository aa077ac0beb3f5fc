"""A model that hangs or dies in the middle of a conversation: the person is answered all the same."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from bot.conversation.engine import State, TurnAnswer, TurnRequest
from bot.conversation.fallback_engine import LONGEST_PAUSE_SECONDS, FallbackEngine
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from tests.rasa_environment.served_model import ServedModel

pytestmark = pytest.mark.rasa

WITHIN_SECONDS = 3.0


def _request(state: State | None, text: str) -> TurnRequest:
    return TurnRequest(state=state, text=text, language="en", channel="sms")


def test_the_scripted_engine_takes_over_within_three_seconds_and_gives_back() -> None:
    now = 0.0
    server = ServedModel()
    taken: list[tuple[TurnAnswer, float]] = []

    async def converse() -> None:
        nonlocal now
        async with loopback_client(server.port) as client:
            engine = FallbackEngine(RasaEngine(client), ScriptedEngine(), monotonic=lambda: now)

            async def say(text: str) -> None:
                started = time.monotonic()
                state = taken[-1][0].state if taken else None
                answer = await engine.take_turn(_request(state, text))
                taken.append((answer, time.monotonic() - started))

            await say("please help me, I am in Poipet")
            server.process.send_signal(signal.SIGSTOP)
            await say("yes")
            await say("yes")
            server.process.send_signal(signal.SIGCONT)
            now += LONGEST_PAUSE_SECONDS
            await say("zzkq")
            server.process.kill()
            server.process.wait()
            await say("yes")

    try:
        asyncio.run(converse())
    finally:
        server.process.send_signal(signal.SIGCONT)
        server.stop()
    said = [tuple(each.response.removeprefix("utter_") for each in answer.say) for answer, _ in taken]
    assert said[0] == ("ask_safe_now",)
    assert said[1][0] == "who"
    assert all(said), "every message was answered"
    assert max(seconds for _, seconds in taken) < WITHIN_SECONDS
    assert taken[1][0].understanding.confidence == 1.0
    assert taken[3][0].understanding.intent is not None, "the model has its turns back"
