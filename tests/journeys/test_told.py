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
from tests.journeys.journey import Journey, says, told
from tests.journeys.response_names import spoken
from tests.journeys.scene import Scene
from tests.journeys.staff_steps import staff_see
from tests.journeys.stage import Stage, opened_stage
from tests.journeys.telephones import TELEGRAM
from tests.journeys.told import ALL, traffickers

LANGUAGES = ("th", "km", "vi", "my", "en")


@pytest.fixture(scope="module")
def stage(
    keys: ServiceKeys, wording: Wording, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    began = monotonic()
    writer = request.config.get_terminal_writer()
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def say(figure: str) -> None:
        with capture.global_and_fixture_disabled():
            writer.line(f"\n  {figure}")

    with opened_stage(keys, wording, tmp_path_factory.mktemp("journeys"), say) as running:
        running.wait_for_model()
        ready = monotonic()
        yield running
        all_keys_are_gone(running)
        say(f"{running.played} journeys in {monotonic() - ready:.0f} s, after {ready - began:.0f} s to start")


@pytest.mark.rasa
@pytest.mark.parametrize("journey", ALL, ids=[journey.name for journey in ALL])
def test_a_journey(stage: Stage, journey: Journey) -> None:
    scene, stage.played = Scene(stage, journey), stage.played + 1
    try:
        scene.play()
    finally:
        if stage.model_is_dead:  # the story broke off; the others need it
            stage.model_comes_back()
    ends_well(scene)


HELLO = told("somebody says hello", "en", TELEGRAM, says("hello, are you there", "ask_safe_now"))


@pytest.mark.rasa
def test_other_words_than_the_story_tells_of_are_noticed(stage: Stage) -> None:
    with pytest.raises(AssertionError, match="instead of"):
        Scene(stage, told("another answer", "en", TELEGRAM, says("hello", "who ask_topic"))).play()
    with pytest.raises(AssertionError, match="instead of"):
        Scene(stage, told("another language", "th", TELEGRAM, says("hello", "ask_safe_now"))).play()


@pytest.mark.rasa
def test_words_of_somebody_else_on_a_screen_are_noticed(stage: Stage) -> None:
    scene = Scene(stage, HELLO)
    scene.told.append(("somebody else", "Is it safe for you to write now?"))
    with pytest.raises(AssertionError, match="is shown again"):
        scene.play()


@pytest.mark.rasa
def test_a_message_sent_twice_is_noticed(stage: Stage) -> None:
    scene = Scene(stage, HELLO)
    scene.play()
    stage.world.telegram.sent.append(stage.world.telegram.sent[-1])
    with pytest.raises(AssertionError, match="screens and outbox differ"):
        ends_well(scene)


@pytest.mark.rasa
def test_a_page_that_nobody_gets_and_a_question_asked_for_ever_are_noticed(stage: Stage) -> None:
    scene = Scene(stage, HELLO)
    scene.play()
    with pytest.raises(AssertionError, match="there is no case"):
        staff_see(alarm="confined").play(scene)
    scene.note_questions("the writer", ["ask_place"], "here")
    scene.note_questions("the writer", ["ask_place"], "there")
    with pytest.raises(AssertionError, match="again and again"):
        scene.note_questions("the writer", ["ask_place"], "everywhere")


def test_there_are_sixty_journeys_and_every_language_and_channel_has_its_share() -> None:
    languages = Counter(spoken(journey.language) for journey in ALL)
    by_telegram = sum(journey.channel == TELEGRAM for journey in ALL)
    assert len({journey.name for journey in ALL}) == len(ALL) >= 60
    assert {language: languages[language] for language in LANGUAGES if languages[language] < 10} == {}
    assert min(by_telegram, len(ALL) - by_telegram) >= len(ALL) * 2 // 5
    assert len(traffickers.JOURNEYS) >= 8
