"""Which language a message is in: ours beside general tools, on text written by others. `python -m
bench.language.identification` prints the tables; `make bench-language` joins them with the others.

The lines are in ../shared/data. None is in our samples, but what failed on them was looked at (decision 0005). A
language that is none of the five counts as right when it is not called one of the five. No answer counts as wrong for
the five."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from bench.language.left_out import LEFT_OUT_COLUMNS, left_out_rows
from bench.language.peers import FOREIGN, Identify, identifiers, ours
from bench.language.samples import CUTS, by_language, cut, lines
from bench.language.zawgyi import (
    CONVERSION_COLUMNS,
    DETECTION_COLUMNS,
    conversion_rows,
    detection_rows,
    share,
)

FIVE = frozenset({"en", "vi", "th", "km", "my"})
_LATIN = ("en", "vi", "vi plain", "id", "ms", "tl")
_SCRIPTS = ("th", "km", "my")
LATIN_COLUMNS = (
    "Latin letters",
    "text",
    "en",
    "vi",
    "en+vi among id, ms, tl",
    "vi plain",
    "id, ms, tl not ours",
    "ms/msg",
)
SCRIPT_COLUMNS = ("scripts", "text", "th", "km", "my", "ms/msg")
FOREIGN_COLUMNS = (
    "ours: called another language",
    "text",
    "en (MASSIVE)",
    "en (TALPCo)",
    "vi",
    "vi plain",
    "id, ms, tl",
)


@dataclass(kw_only=True)
class _Right:
    """How many lines of each language were right, and how long all of them took."""

    right: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def share(self, *languages: str) -> str:
        right = sum(self.right[each] for each in languages)
        whole = sum(self.lines[each] for each in languages)
        return f"{right / whole:.2%}"

    @property
    def milliseconds(self) -> str:
        return f"{self.seconds * 1000 / sum(self.lines.values()):.3f}"


def latin_rows() -> list[list[str]]:
    """One row per tool and length: each language, and English and Vietnamese among their neighbours together."""
    rows = []
    for name, right, how in _measured(_LATIN):
        together = right.share("en", "vi", "id", "ms", "tl")
        neighbours = right.share("id", "ms", "tl")
        cells = [right.share("en"), right.share("vi"), together, right.share("vi plain"), neighbours]
        rows.append([name, how, *cells, right.milliseconds])
    return rows


def script_rows() -> list[list[str]]:
    """One row per tool and length for the three languages with a script of their own."""
    return [
        [name, how, *(right.share(each) for each in _SCRIPTS), right.milliseconds]
        for name, right, how in _measured(_SCRIPTS)
    ]


def foreign_rows() -> list[list[str]]:
    """How often ours says "another language", where it must not and where it should."""
    texts = by_language()
    sets = (lines("massive.en.jsonl"), texts["en"], texts["vi"], texts["vi plain"])
    others = texts["id"] + texts["ms"] + texts["tl"]
    rows = []
    for how in CUTS:
        called = [[ours(cut(text, how)) for text in each].count(FOREIGN) for each in (*sets, others)]
        cells = [share(count, len(each)) for count, each in zip(called, (*sets, others), strict=True)]
        rows.append(["ours", how, *cells])
    return rows


def tables() -> list[tuple[Sequence[str], list[list[str]]]]:
    """Every table as its column names and its rows."""
    return [
        (SCRIPT_COLUMNS, script_rows()),
        (LATIN_COLUMNS, latin_rows()),
        (FOREIGN_COLUMNS, foreign_rows()),
        (LEFT_OUT_COLUMNS, left_out_rows()),
        (DETECTION_COLUMNS, detection_rows()),
        (CONVERSION_COLUMNS, conversion_rows()),
    ]


def _measured(languages: Sequence[str]) -> list[tuple[str, _Right, str]]:
    texts = {language: each for language, each in by_language().items() if language in languages}
    found = []
    for name, identify in identifiers().items():
        for how in CUTS:
            found.append((name, _measure(identify, texts, how), how))
    return found


def _measure(identify: Identify, texts: Mapping[str, Sequence[str]], how: str) -> _Right:
    right = _Right()
    for language, each in texts.items():
        pieces = [cut(text, how) for text in each]
        identify(pieces[0])  # what is loaded at first use is not counted
        started = time.perf_counter()
        answers = [identify(piece) for piece in pieces]
        right.seconds += time.perf_counter() - started
        wanted = language.removesuffix(" plain")
        right.right[language] = sum(answer == wanted if wanted in FIVE else answer not in FIVE for answer in answers)
        right.lines[language] = len(each)
    return right


def main() -> None:
    """Print every table."""
    console = Console(width=150)
    for columns, rows in tables():
        table = Table()
        for index, column in enumerate(columns):
            table.add_column(column, justify="left" if index < 1 or column == "text" else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)


if __name__ == "__main__":
    main()
