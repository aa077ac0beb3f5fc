"""What a text must hold for an expression to match it: literal words, and how far from its beginning they stand.
Looking for words costs nothing beside trying the expression, so an expression is tried only where its words are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

_UPPER_LIMIT = 0x20000  # letters with cases lie below
_LONGEST_WORD = 6

Words = frozenset[str]


def _folded_letters() -> dict[int, int]:
    """Lower-case letters that `re` takes for one another when it ignores cases (the dotless i and the i)."""
    first: dict[str, int] = {}
    folded = {}
    for code in range(_UPPER_LIMIT):
        upper = chr(code).upper()
        if upper != chr(code):
            kept = first.setdefault(upper, code)
            if kept != code:
                folded[code] = kept
    return folded


FOLDED = _folded_letters()


def fold(text: str) -> str:
    """Lower case with every letter as the one that stands for it: what is looked for, and what it is looked for in."""
    return text.lower().translate(FOLDED)


def beginnings(words: Words) -> Words:
    """Every word up to its sixth sign, and no word that begins with another one."""
    short = {word[:_LONGEST_WORD] for word in words}
    return frozenset(word for word in short if not any(word[:size] in short for size in range(1, len(word))))


@dataclass(frozen=True, kw_only=True)
class Need:
    """One of these words begins between `low` and `high` signs after the beginning of the match."""

    words: Words
    low: int
    high: float

    def after(self, low: int, high: float) -> Need:
        """The same need with so many signs before it."""
        return replace(self, low=self.low + low, high=self.high + high)

    def in_short(self) -> Need:
        """The same need with the beginnings of its words, of which fewer are different."""
        return replace(self, words=beginnings(self.words))

    @property
    def likelihood(self) -> float:
        """How often a text holds one of them, roughly: fewer and longer words are rarer."""
        return math.fsum(0.12 ** len(word) for word in self.words)  # the same in whatever order


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """What every match of an expression holds. `exact`: everything that the expression can match, where that is a short
    list. `head`: the words one of which every match begins with. `needs`: in the end, the rarest one first. `low` and
    `high`: its length in signs. `at_start`: it
    begins where the text begins. Where no `cases_matter`, lower-case text is matched alike with and without its cases,
    and `re` is several times as fast."""

    exact: Words | None = None
    head: Words | None = None
    needs: tuple[Need, ...] = field(default=())
    low: int = 0
    high: float = 0
    at_start: bool = False
    cases_matter: bool = True

    @property
    def rarest(self) -> Words | None:
        """The words to look for first."""
        return self.needs[0].words if self.needs else self.head

    def best(self) -> Need | None:
        """The rarest need, the whole of it where that is a short list."""
        if self.exact is not None:
            return None if "" in self.exact else Need(words=self.exact, low=0, high=0)
        return min(self.needs, key=lambda need: need.likelihood, default=None)


ALWAYS_TRIED = Requirements(high=math.inf)
