"""`make bench-oncall`: nights on call in virtual time on the real engine. What each row means stands in
docs/benchmarks.md. Exit code 1 when a promise does not hold."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.oncall import goalert, machine, peers, real
from bench.oncall.faults import Fault
from bench.oncall.showing import held, show_faults, show_figures, show_model, show_storm
from bench.oncall.simulation import Share, draw, run_all, simulator
from bench.oncall.storm import one_among_many, time_to_a_human

console = Console(width=120)
_STORMS = 5


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.oncall", description=__doc__)
    parser.add_argument("what", nargs="?", default="simulate", choices=["simulate", "real", "peers", "goalert"])
    parser.add_argument("--alarms", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--storms", type=int, default=_STORMS)
    parser.add_argument("--model-nights", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=Fault, help="nights with this fault alone, by its name in the table")
    parser.add_argument("--night", type=int, help="one night again, by its seed")
    parser.add_argument("--machine", action="store_true", help="the state machine instead, 20,000 steps and more")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, help="of `real` (5); of the nights: none is begun after that")
    parser.add_argument("--rate", type=float, default=2.0, help="of `real`: alarms a second")
    parser.add_argument("--kill-every", type=float, default=10.0, help="of `real`: seconds; 0: nobody is killed")
    parser.add_argument("--binary", type=Path, help="of `goalert`: the GoAlert that somebody built")
    parser.add_argument("--alerts", type=int, default=60, help="of `goalert`: one a second")
    arguments = parser.parse_args()
    if arguments.machine:
        return machine.run_long(arguments.steps, say)
    if arguments.what == "real":
        plan = real.Plan(
            minutes=arguments.minutes or 5.0, alarms_a_second=arguments.rate, kill_every_seconds=arguments.kill_every
        )
        return real.main(plan, console, say)
    if arguments.what == "goalert":
        return goalert.main(arguments.binary, arguments.alerts, console, say)
    if arguments.what == "peers":
        console.print(peers.table())
        return 0
    if arguments.night is not None:
        return again(arguments.night, arguments.only)
    return simulate(arguments)


def say(line: str) -> None:
    """Progress."""
    console.print(f"  {line}", style="dim", highlight=False)


def again(seed: int, only: Fault | None) -> int:
    """What became of one night."""
    plan = draw(seed, Share(alarms=1, seed=seed, only=only))
    with simulator() as simulated:
        night = simulated.run(plan)
    say(f"{plan.faults}; struck {dict(night.struck)}; {len(night.pages)} pages")
    for line in [*night.lost, *night.broken]:
        console.print(line)
    return 1 if night.lost or night.broken else 0


def simulate(arguments: argparse.Namespace) -> int:
    """Nights with faults, the storm, the model of people, and other engines' rules beside ours."""
    minutes = arguments.minutes or math.inf
    tally = run_all(arguments.alarms, arguments.processes, arguments.seed, say, only=arguments.only, minutes=minutes)
    if tally.alarms < arguments.alarms:
        say(f"{tally.alarms} of the {arguments.alarms} alarms asked for: the time was over")
    with simulator() as simulated:
        storms = [one_among_many(simulated, arguments.seed + each) for each in range(arguments.storms)]
        model = time_to_a_human(simulated, arguments.seed, arguments.model_nights) if arguments.model_nights else []
    show_faults(console, tally)
    show_figures(console, tally)
    show_storm(console, storms)
    show_model(console, model)
    console.print(peers.table())
    claims = held(tally, storms)
    table = Table(title="Promises")
    for column in ("what", "promised", "measured", ""):
        table.add_column(column, justify="right" if column in ("promised", "measured") else "left")
    for claim in claims:
        table.add_row(claim.what, claim.goal, claim.measured, "holds" if claim.holds else "[red]BROKEN[/red]")
    console.print(table)
    for line in [*tally.lost[:20], *tally.broken[:20], *tally.faults_of_ours]:
        console.print(line, highlight=False)
    return 0 if all(claim.holds for claim in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
