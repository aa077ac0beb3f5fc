"""Whatever is written, in whatever order, every turn keeps the promises of docs/dialogue.md (promises.py).

The same walks through the scripted engine, through the same as if a model had guessed, through the trained model served
as in production, and through a model that comes and goes. `make walks` takes many more."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from bench.chaos.words import LANGUAGES, THANKS
from bot.conversation.engine import DialogueEngine
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from bot.messages.normalising import read
from bot.reports.urgency_floor import assess
from tests.conversations.door import NOTHING_KEPT
from tests.conversations.moves import LONGEST_WALK, Move, asking_walk, word
from tests.conversations.walk_words import ALARMING, PRACTICE, practice
from tests.conversations.walking import walk_of, walk_through
from tests.conversations.walking_machine import WalkingMachine
from tests.conversations.walks import EitherEngine, GuessingEngine, Turn, take
from tests.rasa_environment.served_model import ServedModel

WALKS, WALKS_OF_BOTH, ASKING_WALKS = 200, 20, 60
FEWEST_TURNS_OF_A_WALK = 5  # on average; a machine whose walks end at once would prove little
SEED = 20261122
MODEL_SECONDS = 1800  # on a machine that has other things to do


def _walk(engine: DialogueEngine, runner: asyncio.Runner, walks: int, *, to_the_end_every: int = 1) -> None:
    """Take so many walks, the same each time: nobody's change is stopped by what chance finds that day. `make walks`
    takes others. A failure tells its seed."""

    class Walking(WalkingMachine):
        pass

    Walking.engine, Walking.runner, Walking.to_the_end_every = engine, runner, to_the_end_every
    calmly = settings(
        max_examples=walks,
        stateful_step_count=LONGEST_WALK,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(SEED)(Walking), settings=calmly)
    except BaseException as error:
        error.add_note(f"seed {SEED}")
        raise
    assert Walking.walks >= walks
    assert Walking.turns >= FEWEST_TURNS_OF_A_WALK * walks


@pytest.mark.parametrize("engine", [ScriptedEngine(), GuessingEngine()], ids=["scripted", "guessing"])
def test_every_turn_of_any_walk_keeps_the_promises(engine: DialogueEngine) -> None:
    with asyncio.Runner() as runner:
        _walk(engine, runner, WALKS)


@pytest.mark.rasa
@pytest.mark.timeout(MODEL_SECONDS)
def test_every_turn_of_any_walk_through_the_model_keeps_the_promises(served_model: ServedModel) -> None:
    with asyncio.Runner() as runner:
        client = loopback_client(served_model.port)
        _walk(RasaEngine(client, timeout_seconds=30), runner, WALKS, to_the_end_every=4)
        runner.run(client.aclose())


@pytest.mark.rasa
@pytest.mark.timeout(MODEL_SECONDS)
def test_a_model_that_comes_and_goes_keeps_the_promises(served_model: ServedModel) -> None:
    with asyncio.Runner() as runner:
        client = loopback_client(served_model.port)
        _walk(EitherEngine(RasaEngine(client, timeout_seconds=30), ScriptedEngine()), runner, WALKS_OF_BOTH)
        runner.run(client.aclose())


def test_what_alarms_on_its_own_is_heard_by_the_floor() -> None:
    """Or the walks would hold an engine to what no engine is asked."""
    for sentences in ALARMING.values():
        for text in sentences.values():
            urgency = assess(read(text)).urgency
            assert urgency is not None, text
            assert urgency.pages, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_walkers_also_write_what_the_model_was_trained_on(language: str) -> None:
    texts = practice(language)
    assert len(texts) > 2000
    assert {name.split()[0] for name, _ in texts} >= {"urgent", "tip", "help", "smalltalk", "near_misses"}
    assert PRACTICE.name == "data", "never what it is measured with"


def test_the_walks_go_everywhere() -> None:
    """Promises kept by walks that never leave the first question would prove little."""

    async def walk() -> set[str]:
        said = set[str]()
        asking = (asking_walk(random.Random(f"{SEED}:asking {number}")) for number in range(ASKING_WALKS))
        for moves in chain((walk_of(SEED, number) for number in range(2 * WALKS)), asking):
            said |= (await walk_through(GuessingEngine(), moves, every_state=False)).said
        return said

    said = asyncio.run(walk())
    opening = "who who_can_see ask_safe_now not_safe urgent_received suicide_received ask_topic".split()
    report = "ask_whose ask_danger_now ask_place ask_details ask_people ask_write_back ask_write_when".split()
    tip = "ask_when ask_children ask_how_known ask_confirmed ask_correction ask_tell_whom filed noted".split()
    question = "ask_info_topic ask_departure ask_scam_kind info_job_offer info_work info_out info_reporting".split()
    aid = ["ask_aid_kind"]  # one of seven answers, and its five are told by tests/conversations/about_questions.py
    telling = "who_is_told choice_kept choice_unchanged".split()
    commands = "stop ask_wipe wiped not_wiped status return_code hotlines to_person language_set".split()
    rest = "choose_language words_only ask_rephrase thanks info_lost_money ask_question".split()
    missing = {*opening, *report, *tip, *question, *aid, *telling, *commands, *rest} - said
    assert not missing


# What the walks found, each once more by itself.


CASES = [(name, language) for name in ALARMING for language in LANGUAGES]


def _turn(engine: DialogueEngine, runner: asyncio.Runner, *moves: Move) -> Turn:
    """The last of these moves."""
    kept, turn = NOTHING_KEPT, None
    for move in moves:
        turn = runner.run(take(engine, kept, move))
        kept = turn.kept
    assert turn is not None
    return turn


@pytest.mark.rasa
@pytest.mark.parametrize(("name", "language"), CASES, ids=[" ".join(each) for each in CASES])
def test_no_cry_for_help_is_taken_for_a_wish_to_hear_nothing_more(
    name: str, language: str, served_model: ServedModel
) -> None:
    """ "I do not want to live any more" sounded like "do not write any more": it was told "we write nothing more"."""
    cry = Move(name=name, text=ALARMING[name][language], language=language, alarming=True)
    received = "suicide_received" if name == "cry of who wants to die" else "urgent_received"
    with asyncio.Runner() as runner:
        client = loopback_client(served_model.port)
        engine = RasaEngine(client, timeout_seconds=30)
        for before in ((), (word("tip"), word("1"))):
            turn = _turn(engine, runner, *before, cry)
            assert turn.said[0] == received, turn
            assert turn.said[1].startswith("ask_"), turn
            assert turn.verdict.urgency.pages
        runner.run(client.aclose())


def _after(engine: DialogueEngine, *moves: Move) -> list[str]:
    """What is said to the last of these moves."""

    with asyncio.Runner() as runner:
        return list(_turn(engine, runner, *moves).said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_are_returned_only_once_it_is_safe(language: str) -> None:
    """Whoever holds the phone learns nothing from a courtesy either."""
    thanks = Move(name="thanks", text=THANKS[language], language=language)
    late = replace(thanks, gap=True)
    assert _after(GuessingEngine(), word("help"), thanks) == ["ask_safe_now"]
    assert _after(GuessingEngine(), word("help"), word("1"), late) == ["ask_safe_now"]
    assert _after(GuessingEngine(), word("help"), word("1"), thanks) == ["thanks", "ask_whose"]
