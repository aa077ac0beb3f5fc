"""The floor's phrases as compiled patterns: read from the data pack in floor_phrases/ and, where a deployment has one,
from a private pack of its own. Traffickers read public lists; what partners learn need not stand in one.

A pack is a folder with a file per language (`th.yml` ...; a private one may leave languages out):

    words:      {name: [alternatives of a regular expression]}     used in expressions as <name>
    critical:   {reason: [phrases]}                                 plain words, or "re:" and a regular expression
    urgent:     {reason: [phrases]}
    unless:     [phrases]                                            a hit inside one of these does not count
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError
from bot.messages.normalising import canonical, canonical_pattern, without_marks
from bot.reports.alternatives import alternatives
from bot.reports.phrases import Lexicon, Phrase, Phrases
from bot.reports.triage import TRIGGERS
from bot.reports.urgency import Urgency

LANGUAGES = ("th", "km", "vi", "my", "en")
PUBLIC_PACK = Path(__file__).parent / "floor_phrases"
_LEVELS = {"critical": Urgency.CRITICAL, "urgent": Urgency.URGENT}
_OWN_SCRIPT = re.compile("[\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f]")  # Thai, Burmese, Khmer
_LATIN = re.compile("[a-z\u00c0-\u1eff]", re.IGNORECASE)
_ANYTHING = re.compile("")
_ESCAPE = re.compile(r"\\[a-zA-Z]|\(\?[a-zA-Z]+[:)]")  # \w, \b, (?i): letters that stand for no letter
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads the packs five times as fast
_NAMED_WORDS = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Phrases of one reason in one language, either those in its own script, those in Latin letters, or those in both.
    Vietnamese ones without tone marks stand apart. `needs` matches a letter without which none of them can match."""

    language: str
    urgency: Urgency
    reason: str
    needs: re.Pattern[str]
    with_marks: Phrases | None
    without_marks: Phrases | None


@dataclass(frozen=True, kw_only=True)
class PhraseBook:
    """Every rule of every language, and by language what makes a hit not count; and the words that all of it needs."""

    rules: tuple[Rule, ...]
    unless: Mapping[str, tuple[Phrase, ...]]
    lexicon: Lexicon


def load(private_pack: Path | None = None) -> PhraseBook:
    """Read the public pack, and the private one on top. Raises ConfigurationError, which names the file and the entry,
    for whatever is wrong with them."""
    rules: list[Rule] = []
    unless: dict[str, tuple[Phrase, ...]] = {}
    for language in LANGUAGES:
        words: dict[str, list[str]] = {}
        for book, path in _books(language, private_pack):
            words.update(book.get("words") or {})
            rules.extend(_rules(language, book, words, path))
            unless[language] = (
                *unless.get(language, ()),
                *_compiled(book.get("unless") or (), words, path, "unless", apart=False).each,
            )
    # English first: "help" stands in every list, because people mix it in, and by itself it is English.
    rules.sort(key=lambda rule: rule.language != "en")
    return PhraseBook(rules=tuple(rules), unless=unless, lexicon=Lexicon(_every_phrase(rules, unless)))


def every_phrase(book: PhraseBook) -> Iterator[Phrase]:
    """All that it holds."""
    return _every_phrase(book.rules, book.unless)


def _every_phrase(rules: Iterable[Rule], unless: Mapping[str, Iterable[Phrase]]) -> Iterator[Phrase]:
    for phrases in unless.values():
        yield from phrases
    for rule in rules:
        for those in (rule.with_marks, rule.without_marks):
            yield from () if those is None else those.each


def _books(language: str, private_pack: Path | None) -> Iterable[tuple[dict[str, Any], Path]]:
    yield _read(PUBLIC_PACK / f"{language}.yml"), PUBLIC_PACK / f"{language}.yml"
    if private_pack is None:
        return
    if not private_pack.is_dir():
        raise ConfigurationError(f"the folder of the floor's private phrases does not exist: {private_pack}")
    path = private_pack / f"{language}.yml"
    if path.exists():
        yield _read(path), path


def _read(path: Path) -> dict[str, Any]:
    try:
        book = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path} cannot be read as YAML ({type(error).__name__})") from None
    if not isinstance(book, dict) or not set(book) <= {"words", "critical", "urgent", "unless"}:
        raise ConfigurationError(f"{path} may hold words, critical, urgent and unless, and nothing else")
    return book


def _rules(language: str, book: Mapping[str, Any], words: Mapping[str, list[str]], path: Path) -> Iterable[Rule]:
    """A reason must be a trigger, at its own level: what a page says and how soon it comes belong together."""
    for level, urgency in _LEVELS.items():
        for reason, phrases in (book.get(level) or {}).items():
            if TRIGGERS.get(reason) is not urgency:
                raise ConfigurationError(f"{path}: {reason!r} is not one of the {level} reasons")
            for needs, those in _by_script(phrases, words).items():
                plain = [phrase for phrase in those if language == "vi" and not _has_marks(_expanded(phrase, words))]
                marked = [phrase for phrase in those if phrase not in plain]
                # "bị bán" (sold) and "bị bận" (busy) are told apart where the marks are there.
                yield Rule(
                    language=language,
                    urgency=urgency,
                    reason=reason,
                    needs=needs,
                    with_marks=_compiled(marked, words, path, reason) if marked else None,
                    without_marks=_compiled(plain, words, path, reason) if plain else None,
                )


def _by_script(phrases: Iterable[Any], words: Mapping[str, list[str]]) -> dict[re.Pattern[str], list[Any]]:
    """The phrases by what a text must hold for them: most messages are in one script, and need only its phrases."""
    sorted_phrases: dict[re.Pattern[str], list[Any]] = {}
    for phrase in phrases:
        letters = _ESCAPE.sub("", _expanded(phrase, words))
        own, latin = bool(_OWN_SCRIPT.search(letters)), bool(_LATIN.search(letters))
        sorted_phrases.setdefault(_ANYTHING if own and latin else _OWN_SCRIPT if own else _LATIN, []).append(phrase)
    return sorted_phrases


def _has_marks(phrase: str) -> bool:
    return without_marks(phrase) != phrase


def _expanded(phrase: Any, words: Mapping[str, list[str]]) -> str:
    try:
        return _with_words(phrase, words)
    except (KeyError, TypeError, AttributeError):
        return ""  # `_compiled` says what is wrong with it


def _compiled(
    phrases: Iterable[Any], words: Mapping[str, list[str]], path: Path, name: str, *, apart: bool = True
) -> Phrases:
    """The expressions of these phrases, taken apart into their alternatives unless each is to match by itself."""
    try:
        expressions = [f"(?:{_pattern(_with_words(phrase, words))})" for phrase in phrases]
        if not apart:
            return Phrases(each=tuple(map(Phrase, expressions)))
        return Phrases.of([each for expression in expressions for each in alternatives(expression)])
    except KeyError as error:
        raise ConfigurationError(f"{path}: {name} uses <{error.args[0]}>, which `words` does not have") from None
    except (re.error, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{path}: an entry of {name} is no phrase and no expression ({error})") from None


def _with_words(phrase: str, words: Mapping[str, list[str]]) -> str:
    """An expression with each `<name>` replaced by the words of that name, as one group; words may use others."""
    if not phrase.startswith("re:"):
        return phrase
    while named := _NAMED_WORDS.search(phrase):
        phrase = phrase.replace(named.group(), f"(?:{'|'.join(words[named.group(1)])})")
    return phrase


def _pattern(phrase: str) -> str:
    """A plain phrase in Latin letters matches whole words; in scripts without spaces it matches anywhere.
    Phrases are brought to the same spelling as the messages that they are held against."""
    if phrase.startswith("re:"):
        return canonical_pattern(phrase[3:])
    escaped = re.escape(canonical(phrase).lower())
    return rf"(?<!\w){escaped}(?!\w)" if phrase[:1].isascii() or "\u00c0" <= phrase[:1] <= "\u1eff" else escaped
