"""The urgency floor: phrases and patterns that mean "a human, now", in five languages, without any model. Pure.

It errs towards waking somebody: a hit anywhere in the text counts, unless it lies inside a span that is known to mean
something else (homework, a headline, a joke). The phrases lie in data packs (phrase_book.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.messages.normalising import Reading, without_marks
from bot.reports.phrase_book import PhraseBook, Rule, load
from bot.reports.urgency import Urgency

_WINDOW, _OVERLAP = 1500, 200  # a text of 100 kB is read in pieces, so that no pattern can take long
_MOST_READ_AT_THE_START, _MOST_READ_AT_THE_END = 16_000, 4_000  # Telegram's longest text has 4,096 characters
ENGLISH = "en"
_FEW_MARKS = 0.08  # Vietnamese below this share of marked letters counts as typed without marks


@dataclass(frozen=True, kw_only=True)
class FloorVerdict:
    """What was found: the highest urgency, the reasons for it as codes, and the languages whose phrases matched."""

    urgency: Urgency | None
    reasons: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


NOTHING_FOUND = FloorVerdict(urgency=None)


def assess(reading: Reading) -> FloorVerdict:
    """Read every reading of a message against every language's phrases; the highest urgency found wins."""
    found: dict[tuple[Urgency, str], str] = {}
    for text in map(_worth_reading, reading.all):
        for window in _windows(text.lower()):
            plain = without_marks(window)
            marks_count = window != plain and _share_of_marks(window, plain) >= _FEW_MARKS
            spans = _Spans(window, plain)
            for rule in _phrases().rules:
                if (rule.urgency, rule.reason) in found or not rule.needs.search(window):
                    continue
                if _hits(rule, spans, marks_count):
                    found[rule.urgency, rule.reason] = rule.language
    if not found:
        return NOTHING_FOUND
    ranked = sorted(found, key=lambda hit: -hit[0].rank)
    return FloorVerdict(
        urgency=ranked[0][0],
        reasons=tuple(dict.fromkeys(reason for _, reason in ranked)),
        languages=tuple(dict.fromkeys(found[hit] for hit in ranked)),
    )


def _worth_reading(text: str) -> str:
    """A flood of text is read at its beginning and its end: nobody may keep the door busy for minutes."""
    if len(text) <= _MOST_READ_AT_THE_START + _MOST_READ_AT_THE_END:
        return text
    return f"{text[:_MOST_READ_AT_THE_START]} {text[-_MOST_READ_AT_THE_END:]}"


def warm_up(private_pack: Path | None = None) -> None:
    """Read and compile the phrases now, a deployment's own on top. Raises ConfigurationError for whatever is wrong with
    them, before anything depends on them."""
    _loaded.clear()
    _loaded.append(load(private_pack))


_loaded: list[PhraseBook] = []  # at most one, read once for the life of the process


def _phrases() -> PhraseBook:
    if not _loaded:
        warm_up()
    return _loaded[0]


def _windows(text: str) -> Iterator[str]:
    for start in range(0, max(len(text), 1), _WINDOW):
        yield text[max(0, start - _OVERLAP) : start + _WINDOW]


def _share_of_marks(text: str, plain: str) -> float:
    letters = sum(character.isalpha() for character in text) or 1
    return sum(one != other for one, other in zip(text, plain, strict=False)) / letters


class _Spans:
    """One window of a text, as it is and without marks, with the spans in which a hit of a language does not count."""

    def __init__(self, window: str, plain: str) -> None:
        self.window, self.plain = window, plain
        self._found: dict[tuple[str, bool], list[tuple[int, int]]] = {}

    def excused(self, language: str, hit: re.Match[str], *, plain: bool) -> bool:
        """Whether a hit lies wholly inside such a span. People mix English into every language, so each list knows
        English words too, and what does not count in English does not count there."""
        spans = self._spans(language, plain=plain)
        if language != ENGLISH and hit.group().isascii():
            spans = [*spans, *self._spans(ENGLISH, plain=plain)]
        return any(start <= hit.start() and hit.end() <= end for start, end in spans)

    def _spans(self, language: str, *, plain: bool) -> list[tuple[int, int]]:
        spans = self._found.get((language, plain))
        if spans is None:
            # Each pattern is searched for on its own: joined, one that begins early would hide one that covers the hit.
            text = self.plain if plain else self.window
            patterns = _phrases().unless[language]
            spans = [match.span() for unless in patterns for match in unless.finditer(text)]
            self._found[language, plain] = spans
        return spans


def _hits(rule: Rule, spans: _Spans, marks_count: bool) -> bool:
    if rule.with_marks is not None:
        for hit in rule.with_marks.finditer(spans.window):
            if not spans.excused(rule.language, hit, plain=False):
                return True
    if rule.without_marks is not None and not marks_count:
        for hit in rule.without_marks.finditer(spans.plain):
            if not spans.excused(rule.language, hit, plain=True):
                return True
    return False
