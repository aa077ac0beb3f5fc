"""Words by what they mean: the same classes in every language (`nlu/lookups/word_classes/<language>.yml`).

What a classifier learns of "captor … lock … me" from examples in one language it then knows in the others, and of words
that no example used. Pure; no Rasa. The lists say how their entries are written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import regex
import ruamel.yaml

from nlu.normal_text import normal, without_marks

FOLDER = Path("nlu/lookups/word_classes")
_WHOLE = "="  # before an entry: this word and no longer one
_END = ""  # the key of a trie's node that holds the classes of an entry that ends there
_NEAR = 3  # classes that far apart still make an ordered pair
_LATIN_RUN = regex.compile(r"[\p{Latin}\p{N}\p{M}'’ ?!+.,:;_/()\-\u20a0-\u20cf]+")
_APOSTROPHES = regex.compile("['’`]")
Trie = dict[str, Any]


def read_entries(file: Path) -> Iterator[tuple[str, str]]:
    """Entry and class. ValueError when a class holds something else than text."""
    for name, entries in ruamel.yaml.YAML(typ="safe").load(file.read_text(encoding="utf-8")).items():
        for entry in entries:
            if not isinstance(entry, str) or not entry.strip(_WHOLE + " "):
                raise ValueError(f"{file}: {name} holds {entry!r}")
            yield entry, str(name)


class WordClasses:
    """Called with a text it gives what the classifiers see: the classes in it, alone, in order, and together."""

    def __init__(self, entries: Mapping[str, list[tuple[str, str]]]) -> None:
        """`entries` are (entry, class) by language."""
        self._own_script: Trie = {}
        self._latin: dict[str, Trie] = {}
        for language, listed in sorted(entries.items()):
            for entry, name in listed:
                whole, word = entry.startswith(_WHOLE), _plain(entry.lstrip(_WHOLE))
                if regex.match(r"\p{Latin}|\d|\?", word):
                    for form in {word, without_marks(word)}:
                        _add(self._latin.setdefault(language, {}), form, name, whole)
                else:
                    _add(self._own_script, word, name, whole=False)

    @classmethod
    def load(cls, folder: Path = FOLDER) -> WordClasses:
        """The lists of all languages there are."""
        return cls({path.stem: list(read_entries(path)) for path in sorted(folder.glob("*.yml"))})

    def __call__(self, text: str) -> list[str]:
        """The features of a text: each class once, ordered pairs of near ones, and every two that occur together."""
        found = self.classes_of(text)
        once = list(dict.fromkeys(found))
        pairs = [f"{a}>{b}" for at, a in enumerate(found) for b in found[at + 1 : at + 1 + _NEAR] if a != b]
        together = ["+".join(sorted(pair)) for pair in itertools.combinations(once, 2)]
        return [*once, *pairs, *together]

    def classes_of(self, text: str) -> list[str]:
        """The classes in the order of the words. A stretch in Latin letters is read with the one language's list that
        explains most of it: "ban" is a friend, a gun or a prohibition."""
        plain = _plain(text)
        found = list(_matches(self._own_script, plain, 0, anywhere=True))
        for run in _LATIN_RUN.finditer(plain):
            readings = [list(_matches(trie, run.group(), run.start(), anywhere=False)) for trie in self._latin.values()]
            found += max(readings, key=lambda hits: sum(length for _, length, _ in hits), default=[])
        found.sort(key=lambda hit: hit[0])
        return [name for _, _, names in found for name in names]


def _plain(text: str) -> str:
    return _APOSTROPHES.sub("", normal(text))


def _add(trie: Trie, word: str, name: str, whole: bool) -> None:
    node = trie
    for character in word:
        node = node.setdefault(character, {})
    names = node.setdefault(_END, {})
    names[name] = names.get(name, True) and whole


def _matches(trie: Trie, text: str, offset: int, *, anywhere: bool) -> Iterator[tuple[int, int, list[str]]]:
    """(where, how long, classes) of the longest entry at each place, one after the other. In Latin letters an entry
    begins where a word begins."""
    at = 0
    while at < len(text):
        if not anywhere and at > 0 and text[at - 1].isalnum() and text[at].isalnum():
            at += 1
            continue
        end, names = _longest(trie, text, at)
        if names:
            yield offset + at, end - at, names
        at = max(end, at + 1)


def _longest(trie: Trie, text: str, start: int) -> tuple[int, list[str]]:
    node, end, names = trie, start, []
    for at in range(start, len(text)):
        node = node.get(text[at])  # type: ignore[assignment]
        if node is None:
            break
        if _END in node:
            ends_word = at + 1 == len(text) or not text[at + 1].isalnum()
            here = [name for name, whole in node[_END].items() if ends_word or not whole]
            end, names = (at + 1, here) if here else (end, names)
    return end, names
