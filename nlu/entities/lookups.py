"""The word lists of nlu/lookups, read once, and what the marks before a word mean.

`=word`  with these Vietnamese tone marks only: without them it is another word
`~word`  only when the message is in the language of the list
`?word`  only beside the words of context that the kind of fact asks for
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import ruamel.yaml

from nlu.entities.reading import read
from nlu.normal_text import without_marks

FOLDER = Path(__file__).parents[1] / "lookups"
_MARKS = "=~?"


@dataclass(frozen=True)
class Phrase:
    """Words as they are searched for, and their conditions."""

    words: str
    language: str
    exact: bool = False
    own_language_only: bool = False
    needs_context: bool = False

    def spellings(self) -> set[str]:
        """With and without tone marks. One marked syllable alone says too little without its marks: list it apart."""
        if self.exact or " " not in self.words:
            return {self.words}
        return {self.words, without_marks(self.words)}


@cache
def table(name: str) -> Mapping[str, Any]:
    """The content of nlu/lookups/<name>.yml."""
    content: Mapping[str, Any] = ruamel.yaml.YAML(typ="safe").load((FOLDER / f"{name}.yml").read_text("utf-8"))
    return content


def phrase_of(written: str, language: str) -> Phrase:
    """An entry of a list, its marks taken off; in the form of `Reading.spaced`."""
    words = written.lstrip(_MARKS)
    marks = written[: len(written) - len(words)]
    return Phrase(read(words).spaced, language, "=" in marks, "~" in marks, "?" in marks)


def phrases_of(lists: Mapping[str, list[str]]) -> Iterator[Phrase]:
    """All entries of lists by language."""
    for language, entries in lists.items():
        for entry in entries:
            yield phrase_of(str(entry), language)
