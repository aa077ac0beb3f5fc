"""A walk as Hypothesis takes it: it chooses what is written next, and leaves out moves to tell a failure shortly."""

from __future__ import annotations

import asyncio
import random
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bench.chaos.words import LANGUAGES
from bot.conversation.engine import DialogueEngine
from tests.conversations.door import NOTHING_KEPT
from tests.conversations.moves import LONGEST_WALK, Move, opening, random_move
from tests.conversations.promises import Promises
from tests.conversations.walking import broken_from_here
from tests.conversations.walks import Turn, take

MOST_REPEATS = 5
chances = st.integers(0, 99_999).map(random.Random)
writes_on = precondition(lambda self: self.left > 0)


class WalkingMachine(RuleBasedStateMachine):
    """One person writes up to forty messages; every turn keeps the promises, and at the end everything can be erased.

    A subclass gives the `engine`, and the `runner` it is waited for with; `walks` and `turns` count what was done."""

    engine: ClassVar[DialogueEngine]
    runner: ClassVar[asyncio.Runner]
    to_the_end_every: ClassVar[int] = 1  # of so many lengths of walks, one goes on to the end: a turn of Rasa's costs
    walks: ClassVar[int] = 0
    turns: ClassVar[int] = 0

    @initialize(
        language=st.sampled_from(LANGUAGES), calm=st.booleans(), length=st.integers(1, LONGEST_WALK), by=chances
    )
    def begins(self, language: str, calm: bool, length: int, by: random.Random) -> None:
        """Somebody writes for the first time. Who is calm says what it is about, and that it is safe."""
        type(self).walks += 1
        self.language, self.calm, self.left = language, calm, length
        self.promises, self.kept = Promises(), NOTHING_KEPT
        self.transcript: list[str] = []
        self.last: Turn | None = None
        for move in opening(by, language) if calm else ():
            self.write(move)

    @writes_on
    @rule(by=chances)
    def writes(self, by: random.Random) -> None:
        """Any message, in the language of the moment."""
        self.write(random_move(by, self.language, calm=self.calm))

    @writes_on
    @rule(language=st.sampled_from(LANGUAGES), by=chances)
    def writes_in_another_language(self, language: str, by: random.Random) -> None:
        """And goes on in it."""
        if by.random() < 0.2:
            self.language = language
        self.write(random_move(by, self.language, calm=self.calm))

    @writes_on
    @rule(by=chances, times=st.integers(1, MOST_REPEATS))
    def writes_the_same_again(self, by: random.Random, times: int) -> None:
        """A message once more, now and then several times."""
        move = random_move(by, self.language, calm=self.calm)
        for _ in range(times if by.random() < 0.2 else 1):
            self.write(move)

    @precondition(lambda self: self.left <= 0)
    @rule()
    def writes_no_more(self) -> None:
        """The walk is over."""

    def write(self, move: Move) -> None:
        """One turn, held to the promises."""
        if self.left <= 0:
            return
        self.left -= 1
        type(self).turns += 1
        turn = self.runner.run(take(self.engine, self.kept, move))
        self.transcript.append(str(turn))
        broken = self.promises.broken(turn)
        assert not broken, (broken, self.transcript)
        self.last, self.kept = turn, turn.kept

    def teardown(self) -> None:
        """Wherever it stands, it can be erased, and it has an end."""
        last: Turn | None = getattr(self, "last", None)
        if last is not None:
            to_the_end = len(self.transcript) % self.to_the_end_every == 0
            broken = self.runner.run(broken_from_here(self.engine, last, to_the_end=to_the_end))
            assert not broken, (broken, self.transcript)
