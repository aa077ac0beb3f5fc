"""Whatever is written, in whatever order, every turn keeps the promises of docs/dialogue.md. A broken one is found."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.chaos.words import CRIES, LANGUAGES, THANKS
from bench.walks import main, show, walk_all
from bot.conversation.directives import ConfirmSafe, RecordFacts
from bot.conversation.engine import DialogueEngine, Say, Situation, TurnAnswer, TurnRequest
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from bot.errors import EngineError
from tests.conversations.promises import Walked, shortest, walk_of, walk_through
from tests.conversations.walks import (
    LONGEST_WALK,
    WANTS_TO_DIE,
    GuessingEngine,
    Move,
    opening,
    random_move,
    take,
    word,
)
from tests.rasa_environment.served_model import ServedModel

WALKS, MODEL_WALKS, MODEL_SECONDS = 200, 40, 60
SEED = 20261122


def _moves(language: str, calm: bool, numbers: Sequence[int]) -> list[Move]:
    told = opening(random.Random(numbers[0]), language) if calm else []
    return told + [random_move(random.Random(number), language, calm=calm) for number in numbers]


# Every move is one number, so that a walk that breaks a promise is made shorter by leaving moves out.
any_walk = st.builds(
    _moves,
    st.sampled_from(LANGUAGES),
    st.booleans(),
    st.lists(st.integers(0, 99_999), min_size=1, max_size=LONGEST_WALK),
)
each_engine = pytest.mark.parametrize("engine", [ScriptedEngine(), GuessingEngine()], ids=["scripted", "guessing"])


@each_engine
def test_every_turn_of_any_walk_keeps_the_promises(engine: DialogueEngine) -> None:
    @settings(max_examples=WALKS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(moves=any_walk)
    def walk(moves: list[Move]) -> None:
        walked = asyncio.run(walk_through(engine, moves))
        assert not walked.broken, walked

    walk()


@pytest.mark.rasa
def test_every_turn_of_a_walk_through_the_model_keeps_the_promises(served_model: ServedModel) -> None:
    async def walk() -> None:
        async with loopback_client(served_model.port) as client:
            engine = RasaEngine(client, timeout_seconds=30)
            until = time.monotonic() + MODEL_SECONDS
            for number in range(MODEL_WALKS):
                walked = await walk_through(engine, walk_of(SEED, number), every_state=False)
                assert not walked.broken, (SEED, number, walked)
                if time.monotonic() > until:
                    assert number >= MODEL_WALKS // 4, "hardly anything was walked in the time there is"
                    return

    asyncio.run(walk())


def test_the_walks_go_everywhere() -> None:
    """Promises kept by walks that never leave the first question would prove little."""

    async def walk() -> set[str]:
        said = set[str]()
        for number in range(WALKS):
            said |= (await walk_through(GuessingEngine(), walk_of(SEED, number), every_state=False)).said
        return said

    said = asyncio.run(walk())
    opening = "who who_can_see ask_safe_now not_safe urgent_received suicide_received ask_topic".split()
    report = "ask_whose ask_danger_now ask_place ask_details ask_people ask_write_back ask_write_when".split()
    tip = "ask_when ask_children ask_how_known ask_confirmed ask_correction ask_tell_whom filed noted".split()
    question = "ask_info_topic ask_departure ask_scam_kind info_job_offer info_work info_out info_reporting".split()
    telling = "who_is_told choice_kept choice_unchanged".split()
    commands = "stop ask_wipe wiped not_wiped status return_code hotlines to_person language_set".split()
    rest = "choose_language words_only ask_rephrase thanks info_lost_money ask_question".split()
    missing = {*opening, *report, *tip, *question, *telling, *commands, *rest} - said
    assert not missing


class _Faulty:
    """The scripted engine with one fault."""

    def __init__(self, fault: Callable[[TurnRequest, TurnAnswer], TurnAnswer]) -> None:
        self._fault = fault

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        return self._fault(request, await ScriptedEngine().take_turn(request))


def _silent(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    return replace(answer, say=(), do=()) if request.text == "3" else answer


def _talkative(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    return replace(answer, say=(Say(response="utter_not_wiped"), Say(response="utter_stop"), *answer.say))


def _without_question(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    asks = answer.say[-1:] and answer.say[-1].response == "utter_ask_place"
    return replace(answer, say=(Say(response="utter_who"),)) if asks else answer


def _stubborn(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    if (request.state or {}).get("requested_slot") != "whose" or not answer.say:
        return answer
    slots = {**answer.state["slots"], "whose": None, "skipped": [], "misses": 0}
    asked = (Say(response="utter_ask_whose"),)
    return replace(answer, say=asked, state={**answer.state, "slots": slots, "requested_slot": "whose"})


def _indiscreet(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    unsafe = answer.state["slots"]["safe_now"] is None and answer.say
    return replace(answer, say=(Say(response="utter_status"), answer.say[-1])) if unsafe else answer


def _echoing(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    return replace(answer, say=tuple(replace(each, arguments={"place": request.text}) for each in answer.say))


def _hoarding(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    slots = {**answer.state["slots"], "details": "x" * 20_000}
    return replace(answer, state={**answer.state, "slots": slots})


def _deaf(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    return replace(answer, say=answer.say[-1:]) if request.situation.urgent else answer


def _guessing_safety(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    return replace(answer, do=(ConfirmSafe(), *answer.do)) if len(request.text) > 20 else answer


def _forgetful(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    return replace(answer, do=tuple(each for each in answer.do if not isinstance(each, RecordFacts)))


def _mixing_cases(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    slots = {**answer.state["slots"], "place": "poipet"} if answer.state["slots"]["filed"] else answer.state["slots"]
    return replace(answer, state={**answer.state, "slots": slots})


def _reading_back(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    slots = {**answer.state["slots"]}
    slots["skipped"] = [name for name in slots["skipped"] if name != "confirmed"]
    return replace(answer, state={**answer.state, "slots": slots})


def _secretive(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    return replace(answer, say=tuple(each for each in answer.say if each.response != "utter_who_is_told"))


def _never_erasing(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    wiped = any(each.response == "utter_wiped" for each in answer.say)
    return replace(answer, state={**answer.state, "recent": ["wipe"]}) if wiped else answer


def _failing(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    raise EngineError("planted")


FAULTS = {
    "nobody is left in silence": _silent,
    "two messages at most": _talkative,
    "the open question is the last word": _without_question,
    "asked again once": _stubborn,
    "nothing told before a gap is read back": _reading_back,
    "every conversation has an end": _stubborn,
    "neutral until it is safe": _indiscreet,
    "no word of theirs is handed back": _echoing,
    "the state is small and can be read": _hoarding,
    "urgent is answered": _deaf,
    "safe, erased and no danger only in exact words": _guessing_safety,
    "no fact is lost": _forgetful,
    "the next case begins empty": _mixing_cases,
    "nobody chooses before the rules are told": _secretive,
    "everything can be erased": _never_erasing,
    "EngineError": _failing,
}


@pytest.mark.parametrize(("promise", "fault"), FAULTS.items(), ids=FAULTS)
def test_a_broken_promise_is_found(promise: str, fault: Callable[[TurnRequest, TurnAnswer], TurnAnswer]) -> None:
    async def walk() -> set[str]:
        broken = set[str]()
        for number in range(WALKS):
            walked = await walk_through(_Faulty(fault), walk_of(SEED, number), every_state=False)
            broken |= set(walked.broken)
            if promise in broken:
                break
        return broken

    assert promise in asyncio.run(walk())


def test_a_failure_is_told_by_names_and_by_as_few_moves_as_possible() -> None:
    async def walk(moves: Sequence[Move]) -> Walked:
        return await walk_through(_Faulty(_deaf), moves, every_state=False)

    async def find() -> Walked:
        for number in range(WALKS):
            moves = walk_of(SEED, number)
            if (walked := await walk(moves)).broken:
                return await shortest(walk, moves, walked)
        raise AssertionError("nothing was found")

    failed = asyncio.run(find())
    assert [line.split(" (")[0] for line in failed.transcript] == ["cry"]
    assert failed.transcript[0].endswith("-> ask_safe_now")


def test_the_same_seed_walks_the_same_way() -> None:
    assert walk_of(SEED, 7) == walk_of(SEED, 7) != walk_of(SEED + 1, 7)


def test_a_broken_promise_is_printed_by_seed_and_names_alone(capsys: pytest.CaptureFixture[str]) -> None:
    show([asyncio.run(walk_all(_Faulty(_deaf), "deaf", 20, SEED))], SEED)
    printed = capsys.readouterr().out
    assert "urgent is answered" in printed
    assert f"seed {SEED}" in " ".join(printed.split())
    assert "cry (" in printed
    assert not any(text in printed for text in [*CRIES.values(), *WANTS_TO_DIE.values()])


def test_the_night_counts_what_it_walked_and_what_broke() -> None:
    kept = asyncio.run(walk_all(ScriptedEngine(), "scripted", 3, SEED))
    assert (kept.walks, kept.failures) == (3, [])
    assert kept.turns == sum(len(walk_of(SEED, number)) for number in range(3))
    broken = asyncio.run(walk_all(_Faulty(_failing), "failing", 2, SEED))
    assert [number for number, _ in broken.failures] == [0, 1]


@pytest.mark.parametrize("walks", ["0", "-3", "many"])
def test_the_command_refuses_a_number_of_walks_that_is_none(walks: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--walks", walks])
    assert "--walks" in capsys.readouterr().err


def test_the_command_prints_its_seed_and_says_that_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--walks", "2", "--seed", "5", "--scripted-only"]) == 0
    assert "seed 5" in capsys.readouterr().out


# What the walks found, each once more by itself.


def _after(engine: DialogueEngine, *moves: Move) -> list[str]:
    """What is said to the last of these moves."""

    async def go() -> list[str]:
        state, said = None, list[str]()
        for move in moves:
            turn = await take(engine, state, move)
            state, said = turn.after, list(turn.said)
        return said

    return asyncio.run(go())


@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_are_returned_only_once_it_is_safe(language: str) -> None:
    """Whoever holds the phone learns nothing from a courtesy either."""
    thanks = Move(name="thanks", text=THANKS[language], language=language)
    late = replace(thanks, situation=Situation(gap=True))
    assert _after(GuessingEngine(), word("help"), thanks) == ["ask_safe_now"]
    assert _after(GuessingEngine(), word("help"), word("1"), late) == ["ask_safe_now"]
    assert _after(GuessingEngine(), word("help"), word("1"), thanks) == ["thanks", "ask_whose"]
