"""What the public phrases need, known before: reading some six thousand expressions takes seconds of every start.

`floor_phrases/index.json` holds it, under the expression's own digest. What is not in it is read when it is loaded, so
that an old file costs time and never an answer. After a change of the phrases:

    python -m bot.reports.write_phrase_index
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from bot.reports.needed_words import Need, Requirements, Words

FILE = Path(__file__).parent / "floor_phrases" / "index.json"
_DIGITS = 16


def digest(text: str) -> str:
    """The name of an expression, or of a list of words."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def find(expression: str) -> Requirements | None:
    """What it needs, if that is known."""
    return _known().get(digest(expression))


@cache
def _known() -> dict[str, Requirements]:
    try:
        return unpacked(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}  # it only saves time


def unpacked(text: str) -> dict[str, Requirements]:
    """What `packed` wrote. Each list of words is one object, however many expressions need it."""
    book = json.loads(text)
    once: dict[str, str] = {}
    lists = {name: frozenset([once.setdefault(word, word) for word in words]) for name, words in book["words"].items()}
    return {name: _requirements(entry, lists) for name, entry in book["expressions"].items()}


def _requirements(entry: list[Any], lists: dict[str, Words]) -> Requirements:
    low, high, at_start, cases_matter, head, needs = entry
    return Requirements(
        head=None if head is None else lists[head],
        needs=tuple(Need(words=lists[words], low=first, high=_length(last)) for words, first, last in needs),
        low=low,
        high=_length(high),
        at_start=at_start,
        cases_matter=cases_matter,
    )


def _length(number: float | None) -> float:
    return math.inf if number is None else number


def packed(found: Iterable[tuple[str, Requirements]]) -> str:
    """One line for each expression and for each list of words, sorted: small changes, small differences."""
    words: dict[str, str] = {}
    expressions: dict[str, str] = {}

    def named(those: Words) -> str:
        written = _line(sorted(those))
        words[digest(written)] = written
        return digest(written)

    for expression, needed in found:
        expressions[digest(expression)] = _line(
            [
                needed.low,
                _number(needed.high),
                needed.at_start,
                needed.cases_matter,
                None if needed.head is None else named(needed.head),
                [[named(need.words), need.low, _number(need.high)] for need in needed.needs],
            ]
        )
    return f'{{"expressions": {{\n{_lines(expressions)}\n}}, "words": {{\n{_lines(words)}\n}}}}\n'


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lines(entries: dict[str, str]) -> str:
    return ",\n".join(f'"{name}":{entries[name]}' for name in sorted(entries))


def _number(length: float) -> int | None:
    return None if math.isinf(length) else int(length)
