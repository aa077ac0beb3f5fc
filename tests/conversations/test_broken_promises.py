"""A promise that is broken is found, and told by names and seeds alone: an engine with each fault is walked through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bench.walks import Plan, main, show, walk_all
from bot.conversation.directives import ConfirmSafe, RaiseUrgency, RecordFacts
from bot.conversation.engine import Say, TurnAnswer, TurnRequest
from bot.conversation.scripted_engine import ScriptedEngine
from bot.errors import EngineError
from tests.conversations.moves import Move
from tests.conversations.walk_words import ALARMING
from tests.conversations.walking import Walked, shortest, walk_of, walk_through

WALKS = 200
SEED = 20261122


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


def _careless(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    """It takes the answer to the question of danger and tells nobody."""
    return replace(answer, do=tuple(each for each in answer.do if not isinstance(each, RaiseUrgency)))


def _asking_in_circles(request: TurnRequest, answer: TurnAnswer) -> TurnAnswer:
    before, after = request.state or {}, answer.state
    if before.get("requested_slot") != "place" or after["requested_slot"] != "details":
        return answer
    return replace(answer, say=(Say(response="utter_ask_place"),), state={**after, "requested_slot": "place"})


FAULTS = {
    "nobody is left in silence": _silent,
    "two messages at most": _talkative,
    "the open question is the last word": _without_question,
    "asked again once": _stubborn,
    "what was answered is not asked again": _asking_in_circles,
    "urgent is alarmed within its turn": _careless,
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


def _plan(walks: int) -> Plan:
    return Plan(seed=SEED, numbers=range(walks))


def test_a_broken_promise_is_printed_by_seed_and_names_alone(capsys: pytest.CaptureFixture[str]) -> None:
    show([asyncio.run(walk_all(_Faulty(_deaf), "deaf", _plan(20)))], SEED)
    printed = capsys.readouterr().out
    assert "urgent is answered" in printed
    assert f"--seed {SEED}" in " ".join(printed.split())
    assert "cry (" in printed
    assert not any(text in printed for text in [text for texts in ALARMING.values() for text in texts.values()])


def test_the_night_counts_what_it_walked_and_what_broke() -> None:
    kept = asyncio.run(walk_all(ScriptedEngine(), "scripted", _plan(3)))
    assert (kept.walks, kept.failures) == (3, [])
    assert kept.turns == sum(len(walk_of(SEED, number)) for number in range(3))
    broken = asyncio.run(walk_all(_Faulty(_failing), "failing", _plan(2)))
    assert [number for number, _ in broken.failures] == [0, 1]


@pytest.mark.parametrize("walks", ["0", "-3", "many"])
def test_the_command_refuses_a_number_of_walks_that_is_none(walks: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--walks", walks])
    assert "--walks" in capsys.readouterr().err


def test_the_command_prints_its_seed_and_says_that_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--walks", "2", "--seed", "5", "--engine", "scripted"]) == 0
    assert "seed 5" in capsys.readouterr().out


def test_one_walk_is_taken_again_alone_and_told_by_its_moves(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "5", "--only", "3", "--engine", "scripted"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    walked = asyncio.run(walk_through(ScriptedEngine(), walk_of(5, 3)))
    assert walked.turns > 1
    assert all(" ".join(line.split()) in printed for line in walked.transcript)


def test_one_walk_alone_needs_the_seed_it_is_a_walk_of(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "3"])
    assert "--seed" in capsys.readouterr().err


def test_no_walk_begins_when_the_time_is_over() -> None:
    plan = Plan(seed=SEED, numbers=range(1000), minutes=0)
    night = asyncio.run(walk_all(ScriptedEngine(), "scripted", plan, every_state=False))
    assert night.walks < 1000
