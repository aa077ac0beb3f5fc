"""What docs/dialogue.md promises of every turn, whatever was written before it; and a walk that is held to it.

A promise that was broken is told by its name and the names of moves and responses: never by a word that was written."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.conversation.directives import (
    ConfirmSafe,
    DeclareUnsafe,
    FileReport,
    GiveCode,
    RecordFacts,
    TellNumbers,
    TellStatus,
    Wipe,
)
from bot.conversation.engine import DialogueEngine
from bot.dialogue.hearing import CASE_SLOTS
from bot.dialogue.message import COMMANDS, NOT_UNDERSTOOD, TOPIC_OF_INTENT
from bot.dialogue.questions import READ_BACK
from bot.dialogue.state import BadStateError, check_state, empty_state
from tests.conversations.walks import Move, Turn, random_walk, take, without_one, word

LARGEST_STATE_BYTES = 16 * 1024
TURNS_TO_THE_END = 15
RECEIVED = {"urgent_received", "suicide_received"}
# What may be said to whoever has not said that it is safe: nothing that tells who we are, or what was told us.
NEUTRAL = RECEIVED | set(
    "ask_safe_now not_safe words_only ask_danger_now to_person stop choose_language language_set "
    "ask_wipe wiped not_wiped".split()
)
_ASKED_AS = {"wipe_confirmed": "ask_wipe", "language_choice": "choose_language"}
_NO_ANSWER_EITHER = COMMANDS | {"greet", "thanks", "start", "unreadable", "location"}


class Promises:
    """Looks at the turns of one walk, in order."""

    def __init__(self) -> None:
        self._asked_again = 0
        self._told_before_a_gap = False
        self._rules_told = False

    def broken(self, turn: Turn) -> list[str]:
        """The names of the promises that this turn breaks."""
        return [name for name, kept in self._kept(turn).items() if not kept]

    def _kept(self, turn: Turn) -> dict[str, bool]:
        return {
            "nobody is left in silence": bool(turn.answer.say),
            "two messages at most": len(turn.said) <= 2,
            "the open question is the last word": _ends_with_the_open_question(turn),
            "asked again once": self._asked_again_once(turn),
            "nothing told before a gap is read back": self._is_discreet(turn),
            "nobody chooses before the rules are told": self._knows_the_rules(turn),
            "neutral until it is safe": _is_neutral(turn),
            "no word of theirs is handed back": not any(each.arguments for each in turn.answer.say),
            "the state is small and can be read": _is_good_state(turn),
            "urgent is answered": _urgent_is_answered(turn),
            "safe, erased and no danger only in exact words": turn.move.exact or not _takes_something_back(turn),
            "no fact is lost": _facts_are_kept(turn),
            "the next case begins empty": _next_case_is_empty(turn),
        }

    def _asked_again_once(self, turn: Turn) -> bool:
        """The safe question is the exception: it stays open."""
        before, after = turn.before["requested_slot"], turn.after["requested_slot"]
        intent, situation = turn.answer.understanding.intent or NOT_UNDERSTOOD, turn.move.situation
        counts = situation.kind == "text" and not situation.gap and intent not in _NO_ANSWER_EITHER
        same = counts and before is not None and before == after and before != "safe_now"
        self._asked_again = self._asked_again + 1 if same else 0
        return self._asked_again <= 1

    def _knows_the_rules(self, turn: Turn) -> bool:
        """Who may be told without their word is said before, or beside, the first question of whom we may tell."""
        self._rules_told = self._rules_told or "who_is_told" in turn.said
        if any(isinstance(each, Wipe) for each in turn.answer.do):
            self._rules_told = False
            return True
        return self._rules_told or "ask_tell_whom" not in turn.said

    def _is_discreet(self, turn: Turn) -> bool:
        """Another hand can say that it is safe as well; what it must not get is what was told before it came."""
        before, after = turn.before["slots"], turn.after["slots"]
        told = any(before[fact] is not None for fact in READ_BACK)
        if told and (turn.move.situation.gap or turn.move.situation.kind == "start" or before["safe_now"] is False):
            self._told_before_a_gap = True
        if all(after[fact] is None for fact in READ_BACK):
            self._told_before_a_gap = False
        return not (self._told_before_a_gap and "ask_confirmed" in turn.said)


def _ends_with_the_open_question(turn: Turn) -> bool:
    requested = turn.after["requested_slot"]
    questions = [name for name in turn.said if name.startswith("ask_") or name == "choose_language"]
    asked = [name for name in questions if name != "ask_rephrase"]
    expected = _ASKED_AS.get(requested, f"ask_{requested}")
    return (asked == [expected] and turn.said[-1] == expected) if requested else not asked


def _is_neutral(turn: Turn) -> bool:
    """Also what is done tells nothing: no status, no code, no number."""
    if turn.after["slots"]["safe_now"] is True:
        return True
    telling = any(isinstance(each, TellStatus | GiveCode | TellNumbers) for each in turn.answer.do)
    return set(turn.said) <= NEUTRAL and not telling


def _is_good_state(turn: Turn) -> bool:
    try:
        check_state(turn.after)
    except BadStateError:
        return False
    return len(json.dumps(turn.after).encode()) <= LARGEST_STATE_BYTES


def _urgent_is_answered(turn: Turn) -> bool:
    said = bool(RECEIVED & set(turn.said))
    before, after = turn.before["slots"]["urgent_said"], turn.after["slots"]["urgent_said"]
    if after and not before and not said:
        return False  # the next urgent words would be answered with silence about it
    unsafe = any(isinstance(each, DeclareUnsafe) for each in turn.answer.do)
    return said or not turn.move.situation.urgent or unsafe or (before and not turn.move.situation.gap)


def _takes_something_back(turn: Turn) -> bool:
    no_danger = any(isinstance(each, RecordFacts) and each.facts.get("danger_now") == "no" for each in turn.answer.do)
    return no_danger or any(isinstance(each, ConfirmSafe | Wipe) for each in turn.answer.do)


def _facts_are_kept(turn: Turn) -> bool:
    """What somebody tells in words of their own is recorded, all of it."""
    intent = turn.answer.understanding.intent or NOT_UNDERSTOOD
    tells = turn.move.situation.kind == "text" and not turn.move.exact
    if not tells or (intent != NOT_UNDERSTOOD and intent not in TOPIC_OF_INTENT):
        return True
    told = [value for each in turn.answer.do if isinstance(each, RecordFacts) for value in each.facts.values()]
    return turn.move.text.strip() in told


def _next_case_is_empty(turn: Turn) -> bool:
    if not any(isinstance(each, FileReport) for each in turn.answer.do):
        return True
    slots = turn.after["slots"]
    empty = empty_state()["slots"]
    return all(slots[name] == empty[name] for name in CASE_SLOTS) and not set(slots["skipped"]) & set(CASE_SLOTS)


async def can_be_erased(engine: DialogueEngine, turn: Turn) -> bool:
    """From here, "wipe" and "1" erase everything."""
    asked = await take(engine, turn.after, word("wipe"))
    erased = await take(engine, asked.after, word("1"))
    wiped = any(isinstance(each, Wipe) for each in erased.answer.do)
    return asked.said[-1:] == ("ask_wipe",) and wiped and erased.said == ("wiped",) and erased.after == empty_state()


async def comes_to_an_end(engine: DialogueEngine, turn: Turn) -> bool:
    """From here, once it is safe, leaving out every question is an end within fifteen turns."""
    left, last = TURNS_TO_THE_END, turn
    for _ in range(TURNS_TO_THE_END + 4):  # an open wipe or language question, "not safe", the safe question
        safe = last.after["slots"]["safe_now"] is True
        if safe and last.after["requested_slot"] is None:
            return True
        left -= safe
        if left < 0:
            return False
        asks_safety = last.after["requested_slot"] == "safe_now"
        last = await take(engine, last.after, word("1" if asks_safety else "skip"))
        if not last.answer.say:
            return False
    return False


@dataclass(frozen=True, kw_only=True)
class Walked:
    """How a walk went: the first promises broken, if any, and the names of what led there."""

    turns: int
    broken: tuple[str, ...] = ()
    said: frozenset[str] = frozenset()
    transcript: tuple[str, ...] = ()


async def walk_through(engine: DialogueEngine, moves: Sequence[Move], *, every_state: bool = True) -> Walked:
    """Take the walk until a promise is broken. `every_state` tries also to erase and to finish from every state, not
    from the last alone."""
    promises, transcript, said = Promises(), list[str](), set[str]()
    state = None
    for place, move in enumerate(moves):
        try:
            turn = await take(engine, state, move)
            broken = promises.broken(turn)
            if every_state or place == len(moves) - 1:
                broken += await _broken_from_here(engine, turn)
        except Exception as error:  # the walk is the outermost frame: the next one is taken all the same
            transcript.append(str(move))
            return Walked(turns=place + 1, broken=(type(error).__name__,), transcript=tuple(transcript))
        transcript.append(str(turn))
        said.update(turn.said)
        if broken:
            return Walked(turns=place + 1, broken=tuple(broken), transcript=tuple(transcript))
        state = turn.after
    return Walked(turns=len(moves), said=frozenset(said), transcript=tuple(transcript))


async def _broken_from_here(engine: DialogueEngine, turn: Turn) -> list[str]:
    kept = {
        "everything can be erased": await can_be_erased(engine, turn),
        "every conversation has an end": await comes_to_an_end(engine, turn),
    }
    return [name for name, holds in kept.items() if not holds]


Walk = Callable[[Sequence[Move]], Awaitable[Walked]]


def walk_of(seed: int, number: int) -> list[Move]:
    """The walk of this number; a failure is found again by these two alone."""
    return random_walk(random.Random(f"{seed}:{number}"))


async def shortest(walk: Walk, moves: Sequence[Move], failed: Walked) -> Walked:
    """The same promise broken by as few moves as leaving out one at a time can find."""
    moves = moves[: failed.turns]
    for fewer in without_one(moves):
        tried = await walk(fewer)
        if set(tried.broken) & set(failed.broken):
            return await shortest(walk, fewer, tried)
    return failed
