"""Every journey under told/, over the real path: PostgreSQL, doors and polling, inbox, the trained model in its own
process, outbox, providers over HTTP. One world for all of them; each has phones of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from bot.conversation.wording import Wording
from bot.privacy.sealing import ServiceKeys
from tests.journeys.endings import all_keys_are_gone, ends_well
from tests.journeys.journey import Journey
from tests.journeys.scene import Scene
from tests.journeys.stage import Stage, opened_stage
from tests.journeys.telephones import TELEGRAM
from tests.journeys.told import ALL


@pytest.fixture(scope="module")
def stage(keys: ServiceKeys, wording: Wording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with opened_stage(keys, wording, tmp_path_factory.mktemp("journeys")) as running:
        running.wait_for_model()
        yield running
        all_keys_are_gone(running)


@pytest.mark.rasa
@pytest.mark.parametrize("journey", ALL, ids=[journey.name.replace(" ", "_") for journey in ALL])
def test_a_journey(stage: Stage, journey: Journey) -> None:
    scene = Scene(stage, journey)
    scene.play()
    ends_well(scene)
