"""One fact found in a message, and which of several overlapping ones stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entity:
    """A fact and the words it was read from: `text` is exactly `message[start:end]`."""

    entity: str
    value: str = field(repr=False)
    text: str = field(repr=False)
    start: int
    end: int


def longest_of_each_kind(found: Iterable[Entity]) -> list[Entity]:
    """In the order of the message. Where two of one kind overlap, the longer stands; of equal ones the first."""
    kept: list[Entity] = []
    covered: defaultdict[str, set[int]] = defaultdict(set)
    for entity in sorted(found, key=lambda each: each.start - each.end):
        places = range(entity.start, entity.end)
        if covered[entity.entity].isdisjoint(places):
            covered[entity.entity].update(places)
            kept.append(entity)
    return sorted(kept, key=lambda each: (each.start, each.entity))
