"""Intents and urgency on the held-out messages, and false alarms on text written by other people.

Our figures come from the running model through the same functions that decide for a person who writes
(`sampan explain`). Nothing of a held-out message is printed, only counts."""

from __future__ import annotations

import asyncio
import collections
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.language.messages import LANGUAGES, SHARED_FALSE_ALARMS, Labelled, heldout, shared
from bot.conversation.engine import Understanding
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.messages.normalising import to_zawgyi, without_marks
from bot.operations.explain import explain

PAGES = frozenset({"critical", "urgent"})
AT_LEAST_HIGH = PAGES | {"high"}
CRITICAL_THEMES = frozenset(
    "violence_now weapon suicide life_threat child_in_danger moved_or_sold_soon contact_discovered fire_or_raid".split()
)
LATER_LABELS = frozenset(
    "status code numbers vanish keep who_is_this insult".split()
)  # the set was measured before them
_Z = 1.96  # of a 95 % interval


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was made of one held-out message."""

    message: Labelled
    intent: str | None
    pages: bool
    floor_pages: bool
    seen_today: bool = False  # at least HIGH: before a human the same day


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of a whole, with Wilson's interval of 95 %."""

    part: int
    whole: int

    @classmethod
    def of(cls, outcomes: Iterable[Outcome], holds: Callable[[Outcome], bool]) -> Share:
        """How many of the outcomes hold."""
        found = [holds(each) for each in outcomes]
        return cls(part=sum(found), whole=len(found))

    @property
    def rate(self) -> float:
        """0 to 1; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson (1927)."""
        if not self.whole:
            return 0.0, 1.0
        n, p = self.whole, self.rate
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.rate:.3f} ({low:.2f}–{high:.2f})"


def variants(messages: Sequence[Labelled], language: str) -> list[Labelled]:
    """The messages as they are also typed: all Burmese in Zawgyi, all Vietnamese without marks."""
    change = {"my": ("zawgyi", to_zawgyi), "vi": ("all without marks", without_marks)}.get(language)
    if change is None:
        return []
    typing, write = change
    return [
        Labelled(
            text=write(each.text),
            language=each.language,
            intent=each.intent,
            theme=each.theme,
            near_miss=each.near_miss,
            typing=typing,
        )
        for each in messages
        if each.typing not in ("roman", "nomarks")
    ]


@dataclass(kw_only=True)
class Watch:
    """Seconds spent on messages: all of it (reading, language, floor, model, triage), and the model over HTTP alone."""

    messages: int = 0
    whole: float = 0.0
    model: float = 0.0

    def __str__(self) -> str:
        count = max(self.messages, 1) / 1000
        return f"{self.model / count:.1f} ms per message in the model, {self.whole / count:.1f} ms in all"


def of_ours(messages: Sequence[Labelled], port: int, watch: Watch) -> list[Outcome]:
    """Every message explained."""

    async def all_of_them() -> list[Outcome]:
        async with loopback_client(port) as client:
            engine = RasaEngine(client)

            async def understand(text: str, language: str) -> Understanding:
                asked = time.perf_counter()
                understood = await engine.understand(text, language)
                watch.model += time.perf_counter() - asked
                return understood

            outcomes = []
            for message in messages:
                found = await explain(message.text, understand)
                outcomes.append(
                    Outcome(
                        message=message,
                        intent=found["intent"],
                        pages=found["urgency"] in PAGES,
                        floor_pages=found["floor"] in PAGES,
                        seen_today=found["urgency"] in AT_LEAST_HIGH,
                    )
                )
            return outcomes

    started = time.perf_counter()
    outcomes = asyncio.run(all_of_them())
    watch.whole += time.perf_counter() - started
    watch.messages += len(messages)
    return outcomes


def macro_f1(outcomes: Sequence[Outcome]) -> float:
    """The mean of every intent's F1, each intent counting alike."""
    right: collections.Counter[str] = collections.Counter()
    said: collections.Counter[str] = collections.Counter()
    meant: collections.Counter[str] = collections.Counter()
    for each in outcomes:
        assert each.message.intent is not None
        meant[each.message.intent] += 1
        said[each.intent or ""] += 1
        right[each.message.intent] += each.intent == each.message.intent
    return sum(2 * right[name] / (said[name] + meant[name]) for name in meant) / max(len(meant), 1)


@dataclass(frozen=True, kw_only=True)
class LanguageFigures:
    """The figures of one language."""

    intents: Share
    intents_of_the_first_labels: Share
    intents_of_the_later_labels: Share
    macro_f1: float
    page_worthy: Share
    seen_today: Share
    critical: Share
    floor_alone: Share
    worst_theme: tuple[str, Share]
    near_misses: Share
    near_misses_of_the_floor: Share
    by_typing: dict[str, Share]


def figures(outcomes: Sequence[Outcome], varied: Sequence[Outcome] = ()) -> LanguageFigures:
    """What the outcomes of one language come to. `varied` are those of the variants."""
    urgent = [each for each in outcomes if each.message.theme]
    near = [each for each in outcomes if each.message.near_miss]
    with_intent = [each for each in outcomes if each.message.intent]
    themes = sorted({each.message.theme for each in urgent if each.message.theme})
    by_theme = {theme: Share.of((e for e in urgent if e.message.theme == theme), _pages) for theme in themes}
    typings = sorted({each.message.typing for each in urgent})
    by_typing = {typing: Share.of((e for e in urgent if e.message.typing == typing), _pages) for typing in typings}
    also = [each for each in varied if each.message.theme]
    for typing in sorted({each.message.typing for each in also}):
        by_typing[typing] = Share.of((each for each in also if each.message.typing == typing), _pages)
    return LanguageFigures(
        intents=Share.of(with_intent, _is_right),
        intents_of_the_first_labels=Share.of((e for e in with_intent if not _is_later(e)), _is_right),
        intents_of_the_later_labels=Share.of((e for e in with_intent if _is_later(e)), _is_right),
        macro_f1=macro_f1(with_intent),
        page_worthy=Share.of(urgent, _pages),
        seen_today=Share.of(urgent, lambda each: each.pages or each.seen_today),
        critical=Share.of((each for each in urgent if each.message.theme in CRITICAL_THEMES), _pages),
        floor_alone=Share.of(urgent, lambda each: each.floor_pages),
        worst_theme=min(by_theme.items(), key=lambda item: item[1].rate),
        near_misses=Share.of(near, _pages),
        near_misses_of_the_floor=Share.of(near, lambda each: each.floor_pages),
        by_typing=by_typing,
    )


def _is_right(outcome: Outcome) -> bool:
    return outcome.intent == outcome.message.intent


def _is_later(outcome: Outcome) -> bool:
    return outcome.message.intent in LATER_LABELS


def _pages(outcome: Outcome) -> bool:
    return outcome.pages


def held_out_figures(port: int) -> tuple[dict[str, LanguageFigures], Watch]:
    """Figures per language, and the time it took."""
    found, watch = {}, Watch()
    for language in LANGUAGES:
        messages = list(heldout(language))
        outcomes = of_ours(messages, port, watch)
        found[language] = figures(outcomes, of_ours(variants(messages, language), port, watch))
    return found, watch


def urgency_of_lines(lines: Sequence[str], port: int) -> collections.Counter[str]:
    """How many lines come to each urgency."""

    async def all_of_them() -> collections.Counter[str]:
        async with loopback_client(port) as client:
            understand = RasaEngine(client).understand
            return collections.Counter([(await explain(line, understand))["urgency"] for line in lines])

    return asyncio.run(all_of_them())


def false_alarms(port: int) -> list[tuple[str, int, int]]:
    """Pages per file of other people's text: (file, pages, lines)."""
    rows = []
    for name in SHARED_FALSE_ALARMS:
        lines = shared(name)
        counts = urgency_of_lines(lines, port)
        rows.append((name, sum(counts[each] for each in PAGES), len(lines)))
    return rows


def disaster_requests(port: int) -> tuple[int, int]:
    """How many of the direct requests become at least HIGH, of how many."""
    counts = urgency_of_lines(shared("disaster_direct_requests_en.jsonl"), port)
    return sum(counts[each] for each in AT_LEAST_HIGH), sum(counts.values())
