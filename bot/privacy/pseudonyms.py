"""Names staff can say aloud ("quiet river"). Drawn at random, never derived from anything about the person."""

from __future__ import annotations

import secrets

_MANNERS = (
    "quiet calm gentle bright early late open soft steady clear warm cool deep wide tall slow swift kind brave plain "
    "round silver golden green blue amber ivory pale dark misty sunny rainy windy snowy dusty mossy sandy rocky grassy "
    "hidden distant near upper lower northern southern eastern western summer winter autumn spring morning evening"
).split()
_THINGS = (
    "river lake hill field garden bridge harbour island valley meadow forest orchard cloud rain wind star moon sun "
    "stone shell reed lotus bamboo mango palm cedar willow lily orchid jasmine fern moss heron swallow sparrow crane "
    "kingfisher turtle otter deer lantern kite boat sail oar bell drum loom basket kettle window gate path market"
).split()


def draw_pseudonym() -> str:
    """Two words, and two digits so that a busy year does not run out; uniqueness is the database's to enforce."""
    return f"{secrets.choice(_MANNERS)} {secrets.choice(_THINGS)} {secrets.randbelow(90) + 10}"
