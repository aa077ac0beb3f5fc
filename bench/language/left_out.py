"""The languages in Latin letters that nobody publishes text of: our own samples, each fifth heard with profiles made
without it. The samples are ours, so these figures say that the profiles generalise, not that people write so."""

from __future__ import annotations

from collections import Counter

from bot.conversation.languages import latin, latin_verdict
from bot.conversation.languages.build_profiles import PLANS, build, samples_of
from bot.conversation.languages.heard import Heard

_FIFTHS = 5
LEFT_OUT_COLUMNS = ("own samples, left out", "text", "right", "no sign", "another of the five", "another language")
_SHOWN = {"th-Latn": "th", "km-Latn": "km", "my-Latn": "my", "vi-plain": "vi", "en": "en"}


def left_out_rows() -> list[list[str]]:
    """One row per language and length, whole sentences and first three words."""
    heard: dict[tuple[str, str], Counter[str]] = {}
    for fifth in range(_FIFTHS):
        model = latin.Model({name: build(plan, name, without=(fifth, _FIFTHS)) for name, plan in PLANS.items()})
        for name, language in _SHOWN.items():
            _, sentences = samples_of(PLANS[name])
            for sentence in sentences[fifth::_FIFTHS]:
                for how, text in (("whole line", sentence), ("first 3 words", " ".join(sentence.split()[:3]))):
                    verdict = latin_verdict.verdict(text, (), model=model)
                    heard.setdefault((name, how), Counter())[_kind(verdict, language)] += 1
    kinds = ("right", "none", "five", "foreign")
    return [
        [name, how, *(f"{counts[kind] / counts.total():.2%}" for kind in kinds)]
        for (name, how), counts in sorted(heard.items())
    ]


def _kind(heard: Heard, language: str) -> str:
    if heard.foreign:
        return "foreign"
    if heard.language is None:
        return "none"
    return "right" if heard.language == language else "five"
