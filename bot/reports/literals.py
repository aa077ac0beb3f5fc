"""What a text must hold for an expression to match it, read from the parse tree of Python's own `re`, so that an
expression is understood as `re` understands it. What is not understood needs nothing, and is tried everywhere."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from bot.reports.needed_words import ALWAYS_TRIED, FOLDED, Need, Requirements, Words, beginnings, fold

_MOST_WORDS = 400  # of one need: the longest list of the packs has about 250
_MOST_JOINED = 64  # ways of two parts together, before they are looked for apart
_MOST_SIGNS, _MOST_REPEATS = 12, 3
_MOST_NEEDS = 3
_UNBOUNDED = math.inf
_NOTHING = frozenset({""})
_WITHOUT_PARTS = frozenset({"ANY", "AT", "CATEGORY", "NEGATE", "GROUPREF", "FAILURE"})
_OTHER_TREE = (ImportError, AttributeError, TypeError, ValueError, LookupError)  # what another shape leads to
_EMPTY = Requirements(exact=_NOTHING)
# Read in another way than this, an expression is not understood: a later Python may build its trees otherwise.
_PROBE = "(?:ab|c)d{2,3}[ef](?=gh)(?:i{1,9}|[^j])K?(?!l)"
_PROBE_NEEDS = Requirements(
    head=frozenset(before + "d" * count + after for before in ("ab", "c") for count in (2, 3) for after in "ef"),
    needs=(
        Need(
            words=frozenset(
                before + "d" * count + after for before in ("ab", "c") for count in (2, 3) for after in "ef"
            ),
            low=0,
            high=0,
        ),
        Need(words=frozenset({"gh"}), low=4, high=6),
    ),
    low=5,
    high=16,
    cases_matter=True,
)

Parse = Callable[[str], Any]


def parse_tree(expression: str) -> Any:
    """As `re` reads it: private, and the only exact reading of an expression there is. Raises re.error."""
    return importlib.import_module("re._parser").parse(expression)


def requirements(expression: str, parse: Parse = parse_tree) -> Requirements:
    """What a text must hold for this expression; nothing, where this Python's trees are not understood. Raises re.error
    for what is no expression."""
    try:
        return _read(parse(expression)) if _understands(parse) else ALWAYS_TRIED
    except _OTHER_TREE:
        return ALWAYS_TRIED


@cache
def _understands(parse: Parse) -> bool:
    return _read(parse(_PROBE)) == _PROBE_NEEDS


def _read(tree: Any) -> Requirements:
    whole = _of_sequence(tree)
    best = whole.best()
    if whole.exact is not None and best is not None:
        whole = replace(whole, head=whole.exact, needs=(best,))
    rarest = [need.in_short() for need in sorted(whole.needs, key=lambda need: need.likelihood)[:_MOST_NEEDS]]
    return replace(
        whole,
        exact=None,
        head=None if whole.head is None else beginnings(whole.head),
        needs=tuple(sorted(rarest, key=lambda need: need.likelihood)),
        at_start=len(tree) > 0 and [str(each) for each in tree[0]] == ["AT", "AT_BEGINNING"],
        cases_matter=any(_has_another_case(code) for code in _codes(tree)),
    )


def _codes(node: Any) -> Iterable[int]:
    """Every letter, and every letter of a range, in a parse tree."""
    for operation, argument in node:
        name = str(operation)
        if name in ("LITERAL", "NOT_LITERAL"):
            yield argument
        elif name == "RANGE":
            yield from range(argument[0], argument[1] + 1)
        elif name == "IN":
            yield from _codes(argument)
        else:
            for part in _parts(name, argument):
                yield from _codes(part)


def _parts(name: str, argument: Any) -> Sequence[Any]:
    """The expressions inside an operation."""
    if name == "BRANCH":
        return argument[1]  # type: ignore[no-any-return]
    if name == "ATOMIC_GROUP":
        return [argument]
    if name in ("SUBPATTERN", "MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT", "ASSERT", "ASSERT_NOT"):
        return [argument[-1]]
    if name == "GROUPREF_EXISTS":
        return [part for part in argument[1:] if part]
    if name not in _WITHOUT_PARTS:
        raise LookupError(name)
    return []


def _has_another_case(code: int) -> bool:
    return code in FOLDED or chr(code).lower() != chr(code)


def _of_sequence(items: Any) -> Requirements:
    building = _Building()
    for operation, argument in items:
        building.add(_of(str(operation), argument))
    return building.done()


class _Building:
    """The parts of a sequence, one after the other: short lists that touch are joined, so that longer words result."""

    def __init__(self) -> None:
        self._needs: list[Need] = []
        self._joined: Words = _NOTHING  # everything that the last parts can be together
        self._joined_low, self._joined_high = 0, 0.0
        self._low, self._high = 0, 0.0
        self._head: Words | None = None
        self._is_exact = True

    def add(self, part: Requirements) -> None:
        """One more part."""
        if part.exact is not None and _may_be_joined(self._joined, part.exact):
            self._joined = frozenset(before + after for before in self._joined for after in part.exact)
        else:
            self._break_off(part)
        if part.exact == _NOTHING:  # what is only looked at, and not taken
            self._needs += [need.after(self._low, self._high) for need in part.needs]
        self._low += part.low
        self._high += part.high

    def _break_off(self, part: Requirements) -> None:
        begins = part.head if part.exact is None else part.exact
        if self._is_exact:
            self._head = self._joined
            if begins is not None and _may_be_joined(self._joined, begins):
                self._head = frozenset(before + after for before in self._joined for after in begins)
            self._is_exact = False
        self._keep_joined()
        whole = part.exact is not None
        self._needs += [] if whole else [need.after(self._low, self._high) for need in part.needs]
        self._joined = part.exact if part.exact is not None else _NOTHING
        self._joined_low = self._low if whole else self._low + part.low
        self._joined_high = self._high if whole else self._high + part.high

    def _keep_joined(self) -> None:
        if "" not in self._joined:
            self._needs.append(Need(words=self._joined, low=self._joined_low, high=self._joined_high))

    def done(self) -> Requirements:
        """What the whole sequence needs."""
        if self._is_exact:
            return Requirements(
                exact=self._joined,
                head=_unless_empty(self._joined),
                needs=tuple(self._needs),
                low=self._low,
                high=self._high,
            )
        self._keep_joined()
        return Requirements(head=_unless_empty(self._head), needs=tuple(self._needs), low=self._low, high=self._high)


def _may_be_joined(one: Words, other: Words) -> bool:
    ways = len(one) * len(other)
    return ways <= (_MOST_WORDS if 1 in (len(one), len(other)) else _MOST_JOINED)


def _unless_empty(words: Words | None) -> Words | None:
    return None if words is None or "" in words else words


def _of(name: str, argument: Any) -> Requirements:
    if name == "LITERAL":
        return _one_of(fold(chr(argument)))
    if name == "ASSERT" and argument[0] > 0:
        ahead = _of_sequence(argument[1])
        best = ahead.best()
        return replace(_EMPTY, needs=ahead.needs if best is None or ahead.exact is None else (best,))
    if name in ("AT", "ASSERT", "ASSERT_NOT"):
        return _EMPTY
    if name in ("ANY", "NOT_LITERAL"):
        return Requirements(low=1, high=1)
    if name == "IN":
        return _of_class(argument)
    if name == "BRANCH":
        return _of_branch([_of_sequence(part) for part in argument[1]])
    if name in ("SUBPATTERN", "ATOMIC_GROUP"):
        return _of_sequence(_parts(name, argument)[0])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, part = argument
        return _of_repeat(low, _UNBOUNDED if str(high) == "MAXREPEAT" else high, _of_sequence(part))
    return ALWAYS_TRIED


def _one_of(signs: Iterable[str]) -> Requirements:
    words = frozenset(signs)
    return Requirements(exact=words, head=_unless_empty(words), low=1, high=1)


def _of_class(argument: Any) -> Requirements:
    """A class of a few signs is a list of words; any other is one sign."""
    if all(str(operation) in ("LITERAL", "RANGE") for operation, _ in argument):
        codes = list(_codes(argument))
        if len(codes) <= _MOST_SIGNS:
            return _one_of(fold(chr(code)) for code in codes)
    return Requirements(low=1, high=1)


def _of_branch(parts: Sequence[Requirements]) -> Requirements:
    low, high = min(part.low for part in parts), max(part.high for part in parts)
    exact = _union([part.exact for part in parts])
    if exact is not None:
        return Requirements(exact=exact, head=_unless_empty(exact), low=low, high=high)
    head = _union([part.head for part in parts])
    best = [need for need in (part.best() for part in parts) if need is not None]
    words = _union([need.words for need in best]) if len(best) == len(parts) else None
    if words is None:
        return Requirements(head=head, low=low, high=high)
    need = Need(words=words, low=min(each.low for each in best), high=max(each.high for each in best))
    return Requirements(head=head, needs=(need,), low=low, high=high)


def _union(lists: Sequence[Words | None]) -> Words | None:
    known = [words for words in lists if words is not None]
    together = frozenset[str]().union(*known)
    return together if len(known) == len(lists) and len(together) <= _MOST_WORDS else None


def _of_repeat(low: int, high: float, part: Requirements) -> Requirements:
    if part.exact is not None and high <= _MOST_REPEATS:
        ways = powers = _NOTHING if low == 0 else frozenset[str]()
        powers = _NOTHING
        for count in range(1, int(high) + 1):
            powers = frozenset(before + after for before in powers for after in part.exact)
            ways = ways | powers if count >= low else ways
            if len(ways) > _MOST_JOINED or len(powers) > _MOST_JOINED:
                break
        else:
            return Requirements(exact=ways, head=_unless_empty(ways), low=low * part.low, high=high * part.high)
    longest = high * part.high if part.high else 0
    if low == 0:
        return Requirements(high=longest)
    best = part.best()
    needs = part.needs if best is None or part.exact is None else (best,)
    return Requirements(head=part.head, needs=needs, low=low * part.low, high=longest)
