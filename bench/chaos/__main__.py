"""`make chaos`: kill -9 of service, Rasa and PostgreSQL at named points of the path while people write.
Exit code 1 when a promise was broken."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from rich.console import Console
from rich.table import Table

from bench.chaos.points import Point, Victim
from bench.chaos.soak import Orders, Outcome, soak

console = Console()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument(
        "--scripted-only", action="store_true", help="without Rasa: the scripted engine takes all turns"
    )
    arguments = parser.parse_args()
    orders = Orders(
        messages=arguments.messages,
        kills=arguments.kills,
        seed=arguments.seed,
        with_rasa=not arguments.scripted_only,
    )
    outcome = soak(orders, lambda line: console.print(f"  {line}", style="dim", highlight=False, no_wrap=True))
    show(outcome)
    return 1 if outcome.verdict.violations else 0


def show(outcome: Outcome) -> None:
    """Kills per point and victim, then what was found."""
    table = Table(title=f"{len(outcome.kills)} x kill -9 in {outcome.seconds:.0f} s")
    table.add_column("point")
    for victim in Victim:
        table.add_column(victim.value, justify="right")
    counted = Counter((kill["point"], kill["victim"]) for kill in outcome.kills)
    for point in Point:
        row = [counted[point.value, victim.value] for victim in Victim]
        if any(row):
            table.add_row(point.value, *(str(count or "") for count in row))
    totals = Counter(kill["victim"] for kill in outcome.kills)
    table.add_section()
    table.add_row("all", *(str(totals[victim.value]) for victim in Victim))
    console.print(table)
    results = Table(title="Found afterwards", show_header=False)
    results.add_row("messages accepted (200, or offset moved)", str(outcome.accepted))
    results.add_row("webhook posts, repeats included", str(outcome.posts))
    for name, figure in outcome.verdict.figures.items():
        results.add_row(name, str(figure))
    results.add_section()
    for violation in outcome.verdict.violations:
        results.add_row("[red]BROKEN[/red]", violation)
    if not outcome.verdict.violations:
        results.add_row("[green]0 lost, 0 sent twice, order kept[/green]", "0 violations")
    console.print(results)


if __name__ == "__main__":
    sys.exit(main())
