"""`python -m bot.reports.write_phrase_index`: writes what the public phrases need (phrase_index.py), read anew."""

from __future__ import annotations

import sys

from bot.reports.literals import requirements
from bot.reports.phrase_book import every_phrase, load
from bot.reports.phrase_index import FILE, packed


def fresh() -> str:
    """The file as it should be."""
    expressions = {phrase.expression for phrase in every_phrase(load())}
    return packed((expression, requirements(expression)) for expression in sorted(expressions))


def main() -> None:
    """Write it."""
    FILE.write_text(fresh(), encoding="utf-8")
    sys.stdout.write(f"{FILE} is up to date\n")


if __name__ == "__main__":
    main()
