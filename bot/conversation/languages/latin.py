"""Which language a text in Latin letters is in: langdetect's naive Bayes with the project's own profiles, over all
n-grams once, and the words. The same text has the same answer in every process (docs/decisions/0005-language.md)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from langdetect import DetectorFactory
from langdetect.detector import Detector

from bot.conversation.languages.ngrams import grams_of, letters_of, words_of
from bot.conversation.languages.profiles import stored

# Grams overlap, so each says less than it would alone. Set by hand, then checked: docs/decisions/0005-language.md.
_GRAM_WEIGHT = 0.30
_WORD_WEIGHT = 0.8
_GRAM_ALPHA = 0.5 / 10_000  # langdetect's smoothing
_WORD_ALPHA = 2e-5
_STEPS_PER_NAT = 16  # logarithms are kept as small whole numbers, which Python does not store twice
LONGEST = 2000  # signs; more of the same tells nothing new
_PRIOR = {"vi": 1.0, "id": 1.0, "ms": 1.0, "tl": 1.0} | dict.fromkeys(
    ("en", "vi-plain", "th-Latn", "km-Latn", "my-Latn"), 3.0
)
_PRIOR_OF_OTHERS = 0.2


@dataclass(frozen=True, kw_only=True)
class Likely:
    """One profile and how probable it is; `words` are those of the text that the profile knows."""

    profile: str
    probability: float
    words: tuple[str, ...]


class EveryGramOnce(Detector):  # type: ignore[misc]  # langdetect has no types
    """langdetect's detector without its sampling: it draws n-grams at random until it is sure, seven times over, which
    is slow and gives another answer with another seed. Here each n-gram of the text counts once."""

    def __init__(self, model: Model) -> None:
        super().__init__(model.factory)
        self._model = model

    def append(self, text: str) -> None:
        """Take the text to detect, at most its first 2,000 signs."""
        self.text = letters_of(text[:LONGEST])

    def likely(self) -> list[Likely]:
        """All profiles, most probable first; empty without a letter."""
        words = words_of(self.text)
        if not words:
            return []
        self._detect_block()
        known = [self._model.known_by(word) for word in words]
        ranked = sorted(zip(self.langprob, self.langlist, strict=True), reverse=True)
        return [
            Likely(
                profile=name,
                probability=probability,
                words=tuple(word for word, by in zip(words, known, strict=True) if name in by),
            )
            for probability, name in ranked
        ]

    def _detect_block(self) -> None:
        model = self._model
        tables = [row for gram in grams_of(self.text) if (row := model.grams.get(gram))]
        words = [row for word in words_of(self.text) if (row := model.words.get(word))]
        by_grams = [sum(column) for column in zip(*tables, strict=True)] or [0] * len(self.langlist)
        by_words = [sum(column) for column in zip(*words, strict=True)] or [0] * len(self.langlist)
        scores = [
            prior + (_GRAM_WEIGHT * grams + _WORD_WEIGHT * word) / _STEPS_PER_NAT
            for prior, grams, word in zip(model.priors, by_grams, by_words, strict=True)
        ]
        best = max(scores)
        shares = [math.exp(score - best) for score in scores]
        self.langprob = [share / sum(shares) for share in shares]


class Model:
    """The profiles as tables of whole-numbered logarithms, one row per n-gram and word, one column per profile."""

    def __init__(self, profiles: Mapping[str, str]) -> None:
        parsed = [json.loads(profile) for profile in profiles.values()]
        word_counts = [profile.pop("words") for profile in parsed]
        self.factory = DetectorFactory()
        self.factory.load_json_profile([json.dumps(profile) for profile in parsed])
        names: Sequence[str] = self.factory.langlist
        self.grams = {g: _logarithms(row, _GRAM_ALPHA) for g, row in self.factory.word_lang_prob_map.items()}
        totals = [sum(counts.values()) for counts in word_counts]
        every_word = sorted(set().union(*word_counts))
        self.words = {
            word: _logarithms([c.get(word, 0) / t for c, t in zip(word_counts, totals, strict=True)], _WORD_ALPHA)
            for word in every_word
        }
        self._known_by = {
            word: frozenset(name for name, counts in zip(names, word_counts, strict=True) if word in counts)
            for word in every_word
        }
        self.priors = [math.log(_PRIOR.get(name, _PRIOR_OF_OTHERS)) for name in names]

    def known_by(self, word: str) -> frozenset[str]:
        """The profiles that know a lower-case word."""
        return self._known_by.get(word, frozenset())


def likely_languages(text: str, model: Model) -> list[Likely]:
    """The profiles for a text in Latin letters, most probable first."""
    detector = EveryGramOnce(model)
    detector.append(text)
    return detector.likely()


@cache
def stored_model() -> Model:
    """The committed profiles, read once."""
    return Model(stored())


def warm_up() -> None:
    """Load the profiles now, not with the first message."""
    stored_model()


def _logarithms(row: Sequence[float], alpha: float) -> tuple[int, ...]:
    """Relative to the smallest, so that the numbers are small."""
    least = math.log(alpha)
    return tuple(round((math.log(value + alpha) - least) * _STEPS_PER_NAT) for value in row)
