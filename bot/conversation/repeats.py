"""The same words many times over are one line for staff. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.conversation.case_desk import Entry

_ANSWERED_ALIKE = frozenset({"reporter", "bot"})


def fold_repeats(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What a reporter wrote again in the very same words is counted into the line where they wrote it first, and so is
    what the bot said again to it. A person's words, and what may not have arrived, always stand for themselves."""
    folded: list[Entry] = []
    last: dict[str, int] = {}
    repeating = False
    for entry in entries:
        if entry.who not in _ANSWERED_ALIKE:
            last.clear()
            repeating = False
            folded.append(entry)
            continue
        place = last.get(entry.who)
        same = place is not None and _is_the_same(folded[place], entry)
        if entry.who == "reporter":
            repeating = same
        if place is not None and same and repeating:
            folded[place] = replace(folded[place], times=folded[place].times + 1, until=entry.at)
        else:
            last[entry.who] = len(folded)
            folded.append(entry)
    return tuple(folded)


def _is_the_same(one: Entry, other: Entry) -> bool:
    plain = bool(other.text) and not other.hidden and other.state != "uncertain"
    return plain and (one.text, one.state) == (other.text, other.state)
