"""Every journey under told/, over the real path: PostgreSQL, doors and polling, inbox, the trained model in its own
process, outbox, providers over HTTP. One world for all of them; each has phones of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from time import monotonic

import pytest

from bot.conversation.wording import Wording
from bot.privacy.sealing import ServiceKeys
from tests.journeys.endings import all_keys_are_gone, ends_well
from tests.journeys.journey import Journey
from tests.journeys.response_names import spoken
from tests.journeys.scene import Scene
from tests.journeys.stage import Stage, opened_stage
from tests.journeys.telephones import TELEGRAM
from tests.journeys.told import ALL, traffickers

LANGUAGES = ("th", "km", "vi", "my", "en")


@pytest.fixture(scope="module")
def stage(
    keys: ServiceKeys, wording: Wording, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    writer, began = request.config.get_terminal_writer(), monotonic()

    def say(figure: str) -> None:
        writer.line(f"\n  {figure}")

    with opened_stage(keys, wording, tmp_path_factory.mktemp("journeys"), say) as running:
        running.wait_for_model()
        ready = monotonic()
        yield running
        all_keys_are_gone(running)
        say(f"{len(ALL)} journeys in {monotonic() - ready:.0f} s, after {ready - began:.0f} s to start")


@pytest.mark.rasa
@pytest.mark.parametrize("journey", ALL, ids=[journey.name for journey in ALL])
def test_a_journey(stage: Stage, journey: Journey) -> None:
    scene = Scene(stage, journey)
    scene.play()
    ends_well(scene)


def test_there_are_sixty_journeys_and_every_language_and_channel_has_its_share() -> None:
    languages = Counter(spoken(journey.language) for journey in ALL)
    by_telegram = sum(journey.channel == TELEGRAM for journey in ALL)
    assert len({journey.name for journey in ALL}) == len(ALL) >= 60
    assert {language: languages[language] for language in LANGUAGES if languages[language] < 10} == {}
    assert min(by_telegram, len(ALL) - by_telegram) >= len(ALL) * 2 // 5
    assert len(traffickers.JOURNEYS) >= 8
