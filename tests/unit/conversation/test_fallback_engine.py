"""The scripted engine takes over at once, the model is left alone for a growing pause, and gets its turns back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.conversation.engine import Say, TurnAnswer, TurnRequest, Understanding
from bot.conversation.fallback_engine import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, FallbackEngine
from bot.errors import EngineError

REQUEST = TurnRequest(state=None, text="help", language="en", channel="sms")


def _answer(by: str) -> TurnAnswer:
    return TurnAnswer(understanding=Understanding(), say=(Say(response=f"utter_{by}"),), do=(), state={"v": 1})


@dataclass
class Model:
    """A model that works or does not."""

    works: bool = True
    healthy: bool = True
    turns: int = 0
    probes: int = 0

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        self.turns += 1
        if not self.works:
            raise EngineError("the model was late")
        return _answer("model")

    async def is_healthy(self) -> bool:
        self.probes += 1
        return self.healthy


class Scripted:
    """Always works."""

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        return _answer("scripted")


@dataclass
class Scene:
    """Both engines under a clock that the test moves."""

    model: Model = field(default_factory=Model)
    now: float = 1000.0

    def __post_init__(self) -> None:
        self.engine = FallbackEngine(self.model, Scripted(), monotonic=lambda: self.now)

    def turn(self) -> str:
        answer = asyncio.run(self.engine.take_turn(REQUEST))
        return answer.say[0].response.removeprefix("utter_")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_while_the_model_works_it_takes_every_turn(scene: Scene) -> None:
    assert [scene.turn() for _ in range(3)] == ["model"] * 3
    assert scene.model.probes == 0


def test_a_failed_turn_is_taken_by_the_scripted_engine_in_the_same_breath(scene: Scene) -> None:
    scene.model.works = False
    assert scene.turn() == "scripted"


def test_during_the_pause_nobody_waits_for_the_model(scene: Scene) -> None:
    scene.model.works = False
    assert [scene.turn() for _ in range(10)] == ["scripted"] * 10
    assert (scene.model.turns, scene.model.probes) == (1, 0)


def test_after_the_pause_a_healthy_model_gets_its_turns_back(scene: Scene) -> None:
    scene.model.works = False
    scene.turn()
    scene.model.works = True
    scene.now += FIRST_PAUSE_SECONDS
    assert [scene.turn(), scene.turn()] == ["model", "model"]
    assert scene.model.probes == 1


def test_an_unhealthy_model_is_asked_no_turn_only_its_health(scene: Scene) -> None:
    scene.model.works = scene.model.healthy = False
    scene.turn()
    scene.now += FIRST_PAUSE_SECONDS
    assert scene.turn() == "scripted"
    assert (scene.model.turns, scene.model.probes) == (1, 1)


def test_the_pause_doubles_up_to_its_limit_and_starts_small_again(scene: Scene) -> None:
    scene.model.works = scene.model.healthy = False
    scene.turn()
    pauses = []
    for _ in range(6):
        before, probes = scene.now, scene.model.probes
        while scene.model.probes == probes:
            scene.now += 0.25
            scene.turn()
        pauses.append(scene.now - before)
    assert pauses == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    scene.model.works = scene.model.healthy = True
    scene.now += LONGEST_PAUSE_SECONDS
    assert scene.turn() == "model"
    scene.model.works = False
    scene.turn()
    scene.model.works = True
    scene.now += FIRST_PAUSE_SECONDS
    assert scene.turn() == "model"


def test_only_one_turn_asks_a_resting_model_how_it_is(scene: Scene) -> None:
    scene.model.works = False
    scene.turn()
    scene.now += FIRST_PAUSE_SECONDS

    async def crowd() -> None:
        await asyncio.gather(*(scene.engine.take_turn(REQUEST) for _ in range(5)))

    asyncio.run(crowd())
    assert scene.model.probes == 1
