"""Keeps the training data in order. `python -m bench.language.training [--mend]` lists the examples not written
as the model will read them, that stand twice in one block, or that share a frame with a held-out message. --mend
rewrites the first and takes out the others: training yields, the held-out set is never edited."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.language.frames import in_language
from bench.language.messages import LANGUAGES, TRAINING
from bot.messages.normalising import read

_BULLET = "- "


def mended(lines: list[str], unwanted: set[str]) -> Iterator[tuple[str, str | None]]:
    """Each line of a file, and what becomes of it: itself, its normal form, or None when it goes."""
    seen: set[str] = set()
    for line in lines:
        indent, bullet, text = line.partition(_BULLET)
        if indent.strip() or not bullet or len(indent) < len("    "):
            seen = set() if "intent:" in line else seen
            yield line, line
            continue
        normal = read(text).text
        keep = bool(normal) and normal not in seen and text.strip() not in unwanted and normal not in unwanted
        seen.add(normal)
        yield line, f"{indent}{_BULLET}{normal}" if keep else None


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.language.training", description=__doc__)
    parser.add_argument("--mend", action="store_true")
    mend = parser.parse_args().mend
    for language in LANGUAGES:
        unwanted = set(in_language(language))
        for path in sorted((TRAINING / language).glob("*.yml")):
            _mend(path, unwanted, write=mend)


def _mend(path: Path, unwanted: set[str], *, write: bool) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    after = list(mended(lines, unwanted))
    for before, now in after:
        if now != before:
            sys.stdout.write(
                f"{path.relative_to(TRAINING)}  {'goes  ' if now is None else 'is rewritten  '}{before.strip()}\n"
            )
    if write:
        path.write_text("\n".join(now for _, now in after if now is not None) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
