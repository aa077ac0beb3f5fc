"""The texts of other people that the language benchmarks measure on, whole and cut short."""

from __future__ import annotations

import json
from collections.abc import Mapping

import icu

from bench.language.messages import SHARED
from bot.messages.normalising import without_marks

CUTS = ("whole line", "first 3 words", "first 12 characters")


def lines(name: str) -> list[str]:
    """The lines of a text file, or the texts of a JSON lines file, in ../shared/data."""
    raw = [line.strip() for line in (SHARED / name).read_text(encoding="utf-8").splitlines() if line.strip()]
    if not name.endswith(".jsonl"):
        return raw
    rows = [json.loads(line) for line in raw]
    return [row["utt"] if "utt" in row else row["text"] for row in rows]


def zawgyi_pairs() -> list[tuple[str, str]]:
    """Lines in Zawgyi with the same in Unicode."""
    raw = (SHARED / "zawgyi_pairs.my.jsonl").read_text(encoding="utf-8").splitlines()
    return [(pair["zawgyi"], pair["unicode"]) for pair in map(json.loads, raw)]


def by_language() -> Mapping[str, list[str]]:
    """What each language is measured on; "vi plain" is Vietnamese with its marks taken off."""
    vietnamese = lines("talpco.vi.txt") + lines("tatoeba.vi.txt")
    return {
        "en": lines("talpco.en.txt"),
        "vi": vietnamese,
        "vi plain": [without_marks(line) for line in vietnamese],
        "id": lines("talpco.id.txt") + lines("tatoeba.id.txt"),
        "ms": lines("talpco.ms.txt"),
        "tl": lines("tatoeba.tl.txt"),
        "th": lines("talpco.th.txt") + lines("tatoeba.th.txt") + lines("sib200.th.jsonl"),
        "km": lines("tatoeba.km.txt") + lines("opinion.km.jsonl") + lines("sib200.km.jsonl"),
        "my": lines("talpco.my.txt") + lines("sib200.my.jsonl"),
    }


def cut(text: str, how: str) -> str:
    """A text as one of `CUTS`; words are ICU's, because Thai, Khmer and Burmese put no spaces between them."""
    if how == "whole line":
        return text
    if how == "first 12 characters":
        return text[:12]
    return _first_words(text, 3)


def _first_words(text: str, count: int) -> str:
    breaks = icu.BreakIterator.createWordInstance(icu.Locale("en"))
    breaks.setText(text)
    found, end = 0, 0
    for boundary in breaks:
        piece = text[end:boundary]
        end = boundary
        found += any(sign.isalnum() for sign in piece)
        if found == count:
            break
    return text[:end]
