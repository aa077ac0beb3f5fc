"""The urgency floor: phrases and patterns that mean "a human, now", in five languages, without any model. Pure.

It errs towards waking somebody: a hit anywhere in the text counts, unless it lies inside a span that is known to mean
something else (homework, a headline, a joke). The phrases lie in data packs (phrase_book.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from bot.messages.normalising import Reading, without_marks
from bot.reports.phrase_book import LANGUAGES, PhraseBook, Rule, load
from bot.reports.phrases import Phrase, Scan
from bot.reports.urgency import Urgency

_WINDOW, _OVERLAP = 1500, 200  # a text of 100 kB is read in pieces, so that no pattern can take long
_MOST_READ_AT_THE_START, _MOST_READ_AT_THE_END = 16_000, 4_000  # Telegram's longest text has 4,096 characters
ENGLISH = "en"
_EVERY_LANGUAGE = frozenset(LANGUAGES)
_ENGLISH_ONLY, _VIETNAMESE_OR_MIXED = frozenset({ENGLISH}), frozenset({"vi", ENGLISH})
# The commonest words of English: some of them are words elsewhere too, most of a text is so only in English.
_ENGLISH_WORDS = frozenset(
    (
        "the a an i im am is are was were be been being do does did dont doesnt didnt not no yes of and or but if so "
        "to in on at by for from with about into out up down off over under after before again then than that this "
        "these those there here it its he she we you they me him her us them my your his our their who what when "
        "where why how which can could will would should may might must have has had get got go goes going gone went "
        "come came see saw seen say said says tell told ask asked give gave make made take took know knew think "
        "thought want need like love help work look find found call try use used feel leave put keep let begin show "
        "hear play run move live believe hold bring happen write sit stand lose pay meet read learn one two three ten "
        "all some any many much more most other another such only own same very just now still also too well back "
        "year years day days today tonight tomorrow week month time people man woman men women boy girl child "
        "children family friend mother father sister brother house home school job boss money thing way new old good "
        "bad big small long first last "
    ).split()
)
_LATIN_WORD = re.compile("[a-z]+")
# Thai, Lao, Burmese, Khmer.
_OTHER_SCRIPT = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f]")
_FEWEST_ENGLISH_WORDS, _ENGLISH_SHARE = 3, 0.55
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
            spans = _Spans(window, plain, _phrases())
            languages = _languages_of(window, spans, marks_count=marks_count)
            for rule in _phrases().rules:
                if (rule.urgency, rule.reason) in found or not rule.needs.search(window):
                    continue
                if rule.language not in languages:
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
    book = _public_book() if private_pack is None else load(private_pack)
    _loaded.clear()
    _loaded.append(book)


@cache
def _public_book() -> PhraseBook:
    """The phrases everybody has: part of the program, and compiling them takes seconds."""
    return load()


_loaded: list[PhraseBook] = []  # at most one, read once for the life of the process


def _phrases() -> PhraseBook:
    if not _loaded:
        warm_up()
    return _loaded[0]


def _windows(text: str) -> Iterator[str]:
    for start in range(0, max(len(text), 1), _WINDOW):
        yield text[max(0, start - _OVERLAP) : start + _WINDOW]


def _languages_of(window: str, spans: _Spans, *, marks_count: bool) -> frozenset[str]:
    """Whose phrases are looked for: every language's. But where a text is plainly English or Vietnamese, what its words
    happen to mean in another language typed in Latin letters does not count ("doan chat" is a chat in Vietnamese)."""
    if _OTHER_SCRIPT.search(window):
        return _EVERY_LANGUAGE
    if marks_count:
        return _VIETNAMESE_OR_MIXED
    return _ENGLISH_ONLY if spans.reads_as_english else _EVERY_LANGUAGE


def _share_of_marks(text: str, plain: str) -> float:
    letters = sum(character.isalpha() for character in text) or 1
    return sum(one != other for one, other in zip(text, plain, strict=False)) / letters


class _Spans:
    """One window of a text, as it is and without marks, with the spans in which a hit of a language does not count."""

    def __init__(self, window: str, plain: str, book: PhraseBook) -> None:
        self.window, self._plain, self._book = window, plain, book
        self._found: dict[tuple[Phrase, bool], list[tuple[int, int]]] = {}

    @cached_property
    def marked(self) -> Scan:
        """The window as it is."""
        return Scan(self.window, self._book.lexicon)

    @cached_property
    def plain(self) -> Scan:
        """The window without marks."""
        return self.marked if self._plain == self.window else Scan(self._plain, self._book.lexicon)

    def excused(self, language: str, hit: re.Match[str], *, plain: bool) -> bool:
        """Whether a hit lies wholly inside such a span. People mix English into every language, so each list knows
        English words too, and what does not count in English does not count there; but "song" is two in Thai and to
        live in Vietnamese, so the text has to read as English."""
        begin, end = hit.span()
        also_english = language != ENGLISH and hit.group().isascii() and self.reads_as_english
        # Each pattern is searched for on its own: joined, one that begins early would hide one that covers the hit.
        return any(
            start <= begin and end <= stop
            for name in ((language, ENGLISH) if also_english else (language,))
            for unless in self._book.unless[name]
            for start, stop in self._spans(unless, plain=plain)
        )

    @cached_property
    def reads_as_english(self) -> bool:
        words = _LATIN_WORD.findall(self.window)
        english = sum(word in _ENGLISH_WORDS for word in words)
        return english >= _FEWEST_ENGLISH_WORDS and english >= _ENGLISH_SHARE * len(words)

    def _spans(self, unless: Phrase, *, plain: bool) -> list[tuple[int, int]]:
        spans = self._found.get((unless, plain))
        if spans is None:
            spans = self._found[unless, plain] = unless.spans(self.plain if plain else self.marked)
        return spans


def _hits(rule: Rule, spans: _Spans, marks_count: bool) -> bool:
    if rule.with_marks is not None:
        for hit in rule.with_marks.matches(spans.marked):
            if not spans.excused(rule.language, hit, plain=False):
                return True
    if rule.without_marks is not None and not marks_count:
        for hit in rule.without_marks.matches(spans.plain):
            if not spans.excused(rule.language, hit, plain=True):
                return True
    return False
