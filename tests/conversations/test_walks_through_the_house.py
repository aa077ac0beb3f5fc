"""Random walks through the whole house: the moves of the pure turn, with PostgreSQL, alarms and the outbox."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bot.conversation.engine import DialogueEngine, TurnAnswer, TurnRequest
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from tests.conversations.house_walks import Visit
from tests.conversations.moves import random_walk
from tests.rasa_environment.served_model import ServedModel
from tests.unit.house import House

WALKS, MODEL_WALKS = 6, 6
LONGEST = 24
LOADED_SECONDS = 900  # on a machine that has other things to do
NewHouse = Callable[[DialogueEngine], House]


class ModelOverHttp:
    """The served model; a client for each turn, because the house opens an event loop for each of its steps."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        async with loopback_client(self._port) as client:
            return await RasaEngine(client, timeout_seconds=30).take_turn(request)


@pytest.fixture
def new_house(emptied: Callable[[], Database], settings: Settings, wording: Wording, keys: ServiceKeys) -> NewHouse:
    """A house with nobody in it but Dara, who is on call and sleeps."""

    patient = settings.model_copy(update={"many_messages": 10_000})  # they write a day's words in a moment

    def build(engine: DialogueEngine) -> House:
        house = House(database=emptied(), settings=patient, wording=wording, keys=keys, engine=engine)
        house.on_call("Dara")
        return house

    return build


def _walk(new_house: NewHouse, engine: DialogueEngine, walks: int) -> int:
    """Take so many walks; how many turns they had. A failure tells its seed, and the walk by its moves."""
    turns = 0
    for seed in range(walks):  # the same walks each time: nobody's change is stopped by what chance finds that day
        chance = random.Random(seed)
        visit = Visit(house=new_house(engine), chance=chance)
        try:
            visit.walk(random_walk(chance, LONGEST))
        except Exception as error:
            error.add_note(f"seed {seed}: {visit.transcript}")
            raise
        turns += visit.turns
    return turns


@pytest.mark.timeout(LOADED_SECONDS)
def test_every_walk_through_the_house_keeps_the_promises(new_house: NewHouse) -> None:
    assert _walk(new_house, ScriptedEngine(), WALKS) > WALKS


@pytest.mark.rasa
@pytest.mark.timeout(LOADED_SECONDS)
def test_every_walk_through_the_house_with_the_model_keeps_the_promises(
    new_house: NewHouse, served_model: ServedModel
) -> None:
    assert _walk(new_house, ModelOverHttp(served_model.port), MODEL_WALKS) > MODEL_WALKS
