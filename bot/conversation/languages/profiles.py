"""The project's own language profiles, as they are read at run time; build_profiles.py makes them.

A profile is langdetect's JSON (`name`, `freq` of runs of 1 to 3 letters, `n_words` their totals) with one more table,
`words`: the words of the language and how often its samples have them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "language_profiles"
# In this order everywhere. With "Latn" are languages with a script of their own, as they are typed in Latin letters.
NAMES = (
    "en", "vi", "vi-plain", "th-Latn", "km-Latn", "my-Latn", "id", "ms", "tl", "kac", "hi-Latn", "sw", "es", "fr", "de",
    "pt",
)  # fmt: skip


def stored() -> dict[str, str]:
    """Every committed profile, by name."""
    return {name: (FOLDER / f"{name}.json").read_text(encoding="utf-8") for name in NAMES}
