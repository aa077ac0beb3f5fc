"""The urgency floor: phrases and patterns that mean "a human, now", in five languages, without any model. Pure.

It errs towards waking somebody: a hit anywhere in the text counts, unless it lies inside a span that is known to mean
something else (homework, a headline, a joke). The phrases lie in floor_phrases/<language>.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from bot.messages.normalising import Reading, canonical, canonical_pattern, without_marks
from bot.reports.urgency import Urgency

LANGUAGES = ("th", "km", "vi", "my", "en")
_FOLDER = Path(__file__).parent / "floor_phrases"
_LEVELS = {"critical": Urgency.CRITICAL, "urgent": Urgency.URGENT}
_WINDOW, _OVERLAP = 1500, 200  # a text of 100 kB is read in pieces, so that no pattern can take long
_MOST_READ_AT_THE_START, _MOST_READ_AT_THE_END = 16_000, 4_000  # Telegram's longest text has 4,096 characters
_NAMED_WORDS = re.compile(r"<([a-z_]+)>")
_FEW_MARKS = 0.08  # Vietnamese below this share of marked letters counts as typed without marks


@dataclass(frozen=True, kw_only=True)
class FloorVerdict:
    """What was found: the highest urgency, the reasons for it as codes, and the languages whose phrases matched."""

    urgency: Urgency | None
    reasons: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


NOTHING_FOUND = FloorVerdict(urgency=None)


@dataclass(frozen=True, kw_only=True)
class _Rule:
    language: str
    urgency: Urgency
    reason: str
    with_marks: re.Pattern[str] | None
    without_marks: re.Pattern[str] | None


@dataclass(frozen=True, kw_only=True)
class _PhraseBook:
    rules: tuple[_Rule, ...]
    unless: Mapping[str, tuple[re.Pattern[str], ...]]


def assess(reading: Reading) -> FloorVerdict:
    """Read every reading of a message against every language's phrases; the highest urgency found wins."""
    found: dict[tuple[Urgency, str], str] = {}
    for text in map(_worth_reading, reading.all):
        for window in _windows(text.lower()):
            plain = without_marks(window)
            marks_count = window != plain and _share_of_marks(window, plain) >= _FEW_MARKS
            for rule in _phrase_book().rules:
                if (rule.urgency, rule.reason) not in found and _hits(rule, window, plain, marks_count):
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


def warm_up() -> None:
    """Read and compile the phrases now; raises whatever is wrong with them before anything depends on them."""
    assess(Reading(text=""))


def _windows(text: str) -> Iterator[str]:
    for start in range(0, max(len(text), 1), _WINDOW):
        yield text[max(0, start - _OVERLAP) : start + _WINDOW]


def _share_of_marks(text: str, plain: str) -> float:
    letters = sum(character.isalpha() for character in text) or 1
    return sum(one != other for one, other in zip(text, plain, strict=False)) / letters


def _hits(rule: _Rule, text: str, plain: str, marks_count: bool) -> bool:
    if rule.with_marks is not None and _outside_unless(rule, rule.with_marks, text):
        return True
    return not marks_count and rule.without_marks is not None and _outside_unless(rule, rule.without_marks, plain)


def _outside_unless(rule: _Rule, pattern: re.Pattern[str], text: str) -> bool:
    hits = list(pattern.finditer(text))
    if not hits:
        return False
    # Each pattern is searched for on its own: joined, one that begins early would hide one that covers the hit.
    spans = [match.span() for unless in _phrase_book().unless[rule.language] for match in unless.finditer(text)]
    return any(not any(start <= hit.start() and hit.end() <= end for start, end in spans) for hit in hits)


@cache
def _phrase_book() -> _PhraseBook:
    rules: list[_Rule] = []
    unless: dict[str, tuple[re.Pattern[str], ...]] = {}
    for language in LANGUAGES:
        book = yaml.safe_load((_FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
        words = book.get("words") or {}
        for level, urgency in _LEVELS.items():
            for reason, phrases in book[level].items():
                rules.append(_rule(language, urgency, reason, [_with_words(phrase, words) for phrase in phrases]))
        unless[language] = tuple(
            re.compile(_pattern(_with_words(phrase, words)), re.IGNORECASE) for phrase in book.get("unless") or ()
        )
    return _PhraseBook(rules=tuple(rules), unless=unless)


def _with_words(phrase: str, words: Mapping[str, list[str]]) -> str:
    """An expression with each `<name>` replaced by the words of that name, as one group; words may use others."""
    if not phrase.startswith("re:"):
        return phrase
    while named := _NAMED_WORDS.search(phrase):
        phrase = phrase.replace(named.group(), f"(?:{'|'.join(words[named.group(1)])})")
    return phrase


def _rule(language: str, urgency: Urgency, reason: str, phrases: list[str]) -> _Rule:
    """Vietnamese phrases written without marks are only held against texts typed without marks: "bị bán" (sold) and
    "bị bận" (busy) are told apart where the marks are there."""
    plain = [phrase for phrase in phrases if language == "vi" and without_marks(phrase) == phrase]
    marked = [phrase for phrase in phrases if phrase not in plain]
    return _Rule(
        language=language,
        urgency=urgency,
        reason=reason,
        with_marks=_compile(marked),
        without_marks=_compile(plain),
    )


def _compile(phrases: list[str]) -> re.Pattern[str] | None:
    if not phrases:
        return None
    return re.compile("|".join(f"(?:{_pattern(phrase)})" for phrase in phrases), re.IGNORECASE)


def _pattern(phrase: str) -> str:
    """A plain phrase in Latin letters matches whole words; in scripts without spaces it matches anywhere.
    Phrases are brought to the same spelling as the messages that they are held against."""
    if phrase.startswith("re:"):
        return canonical_pattern(phrase[3:])
    escaped = re.escape(canonical(phrase).lower())
    return rf"(?<!\w){escaped}(?!\w)" if phrase[:1].isascii() or "\u00c0" <= phrase[:1] <= "\u1eff" else escaped
