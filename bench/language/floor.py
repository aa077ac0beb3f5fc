"""The urgency floor alone: `python -m bench.language.floor [language ...] [--show] [--heldout]`.

Recall per theme on the training examples (or the held-out set, for figures only), false alarms on near misses and on
text written by other people. `--show` prints the training messages that were missed and every false alarm; what was
missed of the held-out set is never shown."""

from __future__ import annotations

import argparse
import collections
import sys

from bench.language.messages import LANGUAGES, SHARED_FALSE_ALARMS, Labelled, heldout, shared, training
from bot.messages.normalising import read
from bot.reports.urgency_floor import assess


def pages(text: str) -> bool:
    """Whether the floor alone would wake somebody."""
    urgency = assess(read(text)).urgency
    return urgency is not None and urgency.pages


def of_labelled(messages: list[Labelled], *, show: bool) -> list[tuple[str, int, int]]:
    """Per theme and for everything that is no theme: (name, pages, messages)."""
    counts: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    for message in messages:
        name = message.theme or ("near misses" if message.near_miss else f"not urgent: {message.intent}")
        hit = pages(message.text)
        counts[name][0] += hit
        counts[name][1] += 1
        if show and hit != (message.theme is not None):
            say(f"{'missed' if message.theme else 'FALSE'}  {name:28} {message.text}")
    return [(name, hits, total) for name, (hits, total) in sorted(counts.items())]


def of_shared(language: str, *, show: bool) -> list[tuple[str, int, int]]:
    """False alarms per file of other people's text in a language: (file, pages, lines)."""
    rows = []
    for name in SHARED_FALSE_ALARMS:
        if name.split(".")[1] == language or (
            language == "en" and ("_en." in name or name.split(".")[1] in ("id", "ms", "tl"))
        ):
            lines = shared(name)
            false = [line for line in lines if pages(line)]
            rows.append((name, len(false), len(lines)))
            if show:
                for line in false:
                    say(f"FALSE  {name:28} {line[:300]}")
    return rows


def say(line: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(line + "\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.language.floor", description=__doc__)
    parser.add_argument("languages", nargs="*", default=list(LANGUAGES))
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--heldout", action="store_true")
    arguments = parser.parse_args()
    source = heldout if arguments.heldout else training
    for language in arguments.languages:
        say(f"== {language}")
        rows = of_labelled(list(source(language)), show=arguments.show and not arguments.heldout)
        themes = [row for row in rows if not row[0].startswith(("not urgent", "near"))]
        total = ("all themes", sum(row[1] for row in themes), sum(row[2] for row in themes))
        for name, hits, count in [*rows, total, *of_shared(language, show=arguments.show)]:
            say(f"{name:44} {hits:5} / {count:5}  {hits / max(count, 1):7.2%}")


if __name__ == "__main__":
    main()
