"""Makes the language profiles from our own sample sentences and word lists (language_profiles/samples) and, where
langdetect has a profile of the language, from that one too: `python -m bot.conversation.languages.build_profiles`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from langdetect import PROFILES_DIRECTORY

from bot.conversation.languages.ngrams import LONGEST_GRAM, grams_of, letters_of, words_of
from bot.conversation.languages.profiles import FOLDER
from bot.messages.normalising import canonical, without_marks

_SAMPLES = FOLDER / "samples"
_WORDS = "words:"
_SCALE = 1_000_000
_LEAST = 30  # of a million; what is rarer tells nothing in a message
_LEAST_IN_OURS = 12


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a profile is made from: our samples, the share they have in it, and whether marks are taken off."""

    samples: str
    langdetect: str | None = None
    our_share: float = 1.0
    without_marks: bool = False


PLANS: Mapping[str, Plan] = {
    "en": Plan(samples="en", langdetect="en", our_share=0.6),
    "vi": Plan(samples="vi", langdetect="vi", our_share=0.7),
    "vi-plain": Plan(samples="vi", langdetect="vi", our_share=0.7, without_marks=True),
    "th-Latn": Plan(samples="th-Latn"),
    "km-Latn": Plan(samples="km-Latn"),
    "my-Latn": Plan(samples="my-Latn"),
    "id": Plan(samples="id", langdetect="id", our_share=0.7),
    "ms": Plan(samples="ms", langdetect="id", our_share=0.8),
    "tl": Plan(samples="tl", langdetect="tl", our_share=0.7),
    "kac": Plan(samples="kac"),
    "hi-Latn": Plan(samples="hi-Latn"),
    "sw": Plan(samples="sw", langdetect="sw", our_share=0.2),
    "es": Plan(samples="es", langdetect="es", our_share=0.2),
    "fr": Plan(samples="fr", langdetect="fr", our_share=0.2),
    "de": Plan(samples="de", langdetect="de", our_share=0.2),
    "pt": Plan(samples="pt", langdetect="pt", our_share=0.2),
}


def build(plan: Plan, name: str, *, without: tuple[int, int] | None = None) -> str:
    """The profile as JSON; the same samples always give the same text. `without` leaves sentences out, which are then
    measured: (1, 5) is the second, the seventh and so on."""
    frequent, sentences = samples_of(plan)
    if without is not None:
        first, step = without
        sentences = [sentence for index, sentence in enumerate(sentences) if index % step != first]
    ours: Counter[str] = Counter()
    words: Counter[str] = Counter(frequent)
    for sentence in sentences:
        ours.update(grams_of(sentence))
        words.update(words_of(sentence))
    for word in frequent:
        ours.update(grams_of(word))
    frequencies = _per_million(ours)
    if plan.langdetect is not None:
        theirs = _per_million(_langdetect_counts(plan.langdetect, marks=not plan.without_marks))
        frequencies = _mixed(frequencies, theirs, plan.our_share)
    kept = {gram: round(f) for gram, f in frequencies.items() if f >= (_LEAST if plan.langdetect else _LEAST_IN_OURS)}
    profile = {
        "name": name,
        "n_words": [_SCALE] * LONGEST_GRAM,
        "freq": dict(sorted(kept.items())),
        "words": dict(sorted(words.items())),
    }
    return json.dumps(profile, ensure_ascii=False, separators=(",", ":")) + "\n"


def samples_of(plan: Plan) -> tuple[list[str], list[str]]:
    """The frequent words of a plan's samples, and their sentences."""
    lines = (_SAMPLES / f"{plan.samples}.txt").read_text(encoding="utf-8").splitlines()
    texts = [without_marks(line) if plan.without_marks else canonical(line) for line in lines]
    frequent = [word for line in texts if line.startswith(_WORDS) for word in words_of(letters_of(line[len(_WORDS) :]))]
    return list(dict.fromkeys(frequent)), [letters_of(line) for line in texts if not line.startswith(_WORDS)]


def _langdetect_counts(name: str, *, marks: bool) -> Counter[str]:
    profile = json.loads((Path(PROFILES_DIRECTORY) / name).read_text(encoding="utf-8"))
    counts: Counter[str] = Counter()
    for gram, count in profile["freq"].items():
        small = gram.lower() if marks else without_marks(gram.lower())
        if len(small) == len(gram) and all(sign.isalpha() or sign == " " for sign in small):
            counts[small] += count
    return counts


def _per_million(counts: Mapping[str, int]) -> dict[str, float]:
    totals = Counter[int]()
    for gram, count in counts.items():
        totals[len(gram)] += count
    return {gram: count * _SCALE / totals[len(gram)] for gram, count in counts.items()}


def _mixed(ours: Mapping[str, float], theirs: Mapping[str, float], our_share: float) -> dict[str, float]:
    grams: Iterable[str] = ours.keys() | theirs.keys()
    return {gram: ours.get(gram, 0.0) * our_share + theirs.get(gram, 0.0) * (1 - our_share) for gram in grams}


def _main() -> None:
    for name, plan in PLANS.items():
        (FOLDER / f"{name}.json").write_text(build(plan, name), encoding="utf-8")


if __name__ == "__main__":
    _main()
