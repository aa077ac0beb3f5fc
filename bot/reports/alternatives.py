"""An expression taken apart into its alternatives, in their order: `\\b(?:a|b)\\b` into `\\b(?:a)\\b` and
`\\b(?:b)\\b`. A search tries the same things in the same order, but each part can be left out by itself."""

from __future__ import annotations

import re

_LOOK = re.compile(r"\(\?(?:<?[=!])")
_EDGE = re.compile(r"\\[bB]|\^")
_TAKEN_AS_IT_IS = re.compile(r"\\[1-9]|\(\?(?:P=|\(|#|[aiLmsu]*x)")  # what was found before, comments
# A bracket, a bar; and what may hide one: an escaped sign, a class (a bracket that stands first in it closes nothing).
_SIGNS = re.compile(r"[()|]|\\.|\[\^?(?:\\.|[^\\])(?:\\.|[^\]\\])*\]", re.DOTALL)
_DEEPER = {"(": 1, ")": -1}
_PLAIN = re.compile(r"\(\?(?:-?[i]+)?:")


def alternatives(expression: str) -> list[str]:
    """The same expression as a list, one after the other; itself alone where it is not one choice between others."""
    if _TAKEN_AS_IT_IS.search(expression):
        return [expression]
    parts = _split(expression)
    if len(parts) > 1:
        return [each for part in parts for each in alternatives(part)]
    found = _choice(expression)
    if found is None:
        return [expression]
    before, opened, inside, after = found
    inner = alternatives(inside)
    return [expression] if len(inner) == 1 else [f"{before}{opened}{each}){after}" for each in inner]


def _split(expression: str) -> list[str]:
    """At every "|" that stands in no group."""
    parts, depth, began = [], 0, 0
    for sign in _SIGNS.finditer(expression):
        depth += _DEEPER.get(sign.group(), 0)
        if depth == 0 and sign.group() == "|":
            parts.append(expression[began : sign.start()])
            began = sign.end()
    return [*parts, expression[began:]]


def _choice(expression: str) -> tuple[str, str, str, str] | None:
    """(what is looked at before, the group's opening, its inside, what is looked at after), if that is all there is."""
    start = _after_looks(expression, 0)
    opened = _PLAIN.match(expression, start)
    if opened is None:
        return None
    end = _after_group(expression, start)
    if _after_looks(expression, end) != len(expression):
        return None
    return expression[:start], opened.group(), expression[opened.end() : end - 1], expression[end:]


def _after_looks(expression: str, at: int) -> int:
    """Past everything there that takes no sign of a text."""
    while at < len(expression):
        if edge := _EDGE.match(expression, at):
            after = edge.end()
        elif _LOOK.match(expression, at):
            after = _after_group(expression, at)
        else:
            break
        if expression[after : after + 1] in ("?", "*", "+", "{"):
            break
        at = after
    return at


def _after_group(expression: str, at: int) -> int:
    depth = 0
    for sign in _SIGNS.finditer(expression, at):
        depth += _DEEPER.get(sign.group(), 0)
        if depth == 0:
            return sign.end()
    return len(expression)
