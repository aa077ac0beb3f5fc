"""Small changes of the text, each of which takes one of the 33 rules of the on-call engine out: mutants.yml, read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

RULES = range(1, 34)


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One way to take a rule out: `old` stands in the file exactly once, and becomes `new`."""

    rule: int
    takes_out: str
    file: str
    old: str
    new: str


def load_mutants() -> tuple[Mutant, ...]:
    """All of them, by rule."""
    written = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    return tuple(Mutant(rule=rule, **each) for rule, changes in written.items() for each in changes)


MUTANTS = load_mutants()
