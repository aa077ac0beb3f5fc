"""A walk that is held to the promises of every turn, and to two of the whole: wherever it stands, everything can be
erased, and leaving out every question comes to an end."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.conversation.directives import Wipe
from bot.conversation.engine import DialogueEngine
from bot.dialogue.state import empty_state
from tests.conversations.door import NOTHING_KEPT
from tests.conversations.moves import Move, random_walk, without_one, word
from tests.conversations.promises import Promises
from tests.conversations.walks import Turn, take

TURNS_TO_THE_END = 15


async def can_be_erased(engine: DialogueEngine, turn: Turn) -> bool:
    """From here, "wipe" and "1" erase everything."""
    asked = await take(engine, turn.kept, word("wipe"))
    erased = await take(engine, asked.kept, word("1"))
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
        last = await take(engine, last.kept, word("1" if asks_safety else "skip"))
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
    kept = NOTHING_KEPT
    for place, move in enumerate(moves):
        try:
            turn = await take(engine, kept, move)
            broken = promises.broken(turn)
            if every_state or place == len(moves) - 1:
                broken += await broken_from_here(engine, turn)
        except Exception as error:  # the walk is the outermost frame: the next one is taken all the same
            transcript.append(str(move))
            return Walked(turns=place + 1, broken=(type(error).__name__,), transcript=tuple(transcript))
        transcript.append(str(turn))
        said.update(turn.said)
        if broken:
            return Walked(turns=place + 1, broken=tuple(broken), transcript=tuple(transcript))
        kept = turn.kept
    return Walked(turns=len(moves), said=frozenset(said), transcript=tuple(transcript))


async def broken_from_here(engine: DialogueEngine, turn: Turn, *, to_the_end: bool = True) -> list[str]:
    """Which of the two promises of the whole is broken after this turn. Going to the end costs up to fifteen turns."""
    kept = {
        "everything can be erased": await can_be_erased(engine, turn),
        "every conversation has an end": not to_the_end or await comes_to_an_end(engine, turn),
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
