"""Regular expressions of ours, brought to the spelling that a message is brought to before it is compared."""

from __future__ import annotations

import re

from bot.messages.normalising.canonical import spelt_in_one_way
from bot.messages.normalising.vietnamese import either_tone_place

_CLASS = re.compile(r"(\[(?:\\.|[^\]\\])*\])")


def canonical_pattern(pattern: str) -> str:
    """A regular expression that matches canonical text wherever the given one matches what was typed. What stands in
    square brackets stays: there the order of signs means nothing. Either place of a Vietnamese tone mark matches."""
    parts = _CLASS.split(pattern)
    spelt = "".join(part if part.startswith("[") else spelt_in_one_way(part) for part in parts)
    return either_tone_place(spelt)
