"""`make bench`: latency, memory and start-up of the whole installation, beside stock Rasa, in one run. What each row
means stands in docs/benchmarks.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from bench import turn
from bench.chaos.responders import DARA_CHAT
from bench.installation import Installation, free_port, installation, running
from bench.measure.dialogue import CONVERSATION, Turns, converse
from bench.measure.memory import proportional_megabytes, resident_megabytes
from bench.measure.percentiles import milliseconds, percentile, spread
from bench.measure.service import door_latencies, page_latencies, reply_latencies
from bench.measure.startup import Candidate, our_rasa, postgres_start_time, service, start_times
from bench.stock.model import ensure_model
from bench.stock.project import FEW_EPOCHS
from bench.stock.server import StockRasa

console = Console(width=120)


@dataclass(frozen=True, kw_only=True)
class Length:
    """How long each measurement takes."""

    door_seconds: float = 20
    reply_seconds: float = 30
    page_seconds: float = 30
    conversations: int = 40
    starts: int = 3


QUICK = Length(door_seconds=6, reply_seconds=8, page_seconds=10, conversations=8, starts=1)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A goal, what was measured, and whether it holds."""

    what: str
    goal: str
    measured: str
    holds: bool


def main() -> int:
    """The command line; exit code 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short measurements, for those who work on the bench")
    parser.add_argument("--without-stock", action="store_true", help="without stock Rasa (2.5 GB, long training)")
    parser.add_argument("--stock-epochs", type=int, default=FEW_EPOCHS, help="Rasa's default is 100")
    arguments = parser.parse_args()
    length = QUICK if arguments.quick else Length()
    stock = None
    if not arguments.without_stock:
        stock = StockRasa(model=ensure_model(arguments.stock_epochs, say), port=free_port())
    with installation(with_rasa=True, say=say) as place:
        place.on_call("Dara", step=1, channel="telegram_staff", address=str(DARA_CHAT))
        claims = measure(place, stock, length)
    show_claims(claims, arguments.stock_epochs)
    return 0 if all(claim.holds for claim in claims) else 1


def say(line: str) -> None:
    """Progress."""
    console.print(f"  {line}", style="dim", highlight=False)


def measure(place: Installation, stock: StockRasa | None, length: Length) -> list[Claim]:
    """Everything, one after the other: nothing else of ours runs meanwhile."""
    candidates = [our_rasa(place), service(place)]
    if stock is not None:
        candidates.append(_stock_candidate(stock, place.folder))
    say(f"start-up: each process {length.starts + 1} times")
    starts = start_times(candidates, length.starts)
    starts["PostgreSQL"] = postgres_start_time(place, length.starts)
    claims: list[Claim] = []
    with ExitStack() as ours:
        rasa, _ = ours.enter_context(_running(our_rasa(place)))
        memory, turns = {}, None
        if stock is not None:
            turns, memory["stock Rasa"] = beside_stock(place, rasa.pid, stock, length)
        memory["our Rasa"] = resident_megabytes(rasa.pid)
        claims += turn_by_age(place, rasa.pid)
        bot, _ = ours.enter_context(_running(service(place)))
        claims += whole_path(place, length)
        memory["our Rasa"] = max(memory["our Rasa"], resident_megabytes(rasa.pid))
        memory["service"] = resident_megabytes(bot.pid)
        memory["PostgreSQL"] = proportional_megabytes(place.postgres_process.pid)
    show_processes(starts, memory)
    return [*claims, *(against_stock(turns, starts, memory) if turns is not None else [])]


def _running(candidate: Candidate):  # type: ignore[no-untyped-def]  # what `running` returns
    return running(candidate.plan(), candidate.is_ready)


def _stock_candidate(stock: StockRasa, folder: Path) -> Candidate:
    return Candidate(name="stock Rasa", plan=lambda: stock.plan(folder / "logs" / "stock.log"), is_ready=stock.is_ready)


def beside_stock(place: Installation, our_process: int, stock: StockRasa, length: Length) -> tuple[Turns, float]:
    """The same conversation on both sides, and the memory of stock Rasa after it."""
    with _running(_stock_candidate(stock, place.folder)) as (process, _):
        say(f"{length.conversations} conversations of {len(CONVERSATION)} turns, ours and stock Rasa's in turn")
        ours = (f"http://127.0.0.1:{place.rasa_port}", our_process)
        turns = converse(ours, (stock.url, process.pid), length.conversations)
        megabytes = resident_megabytes(process.pid)
    table = Table(title="The same conversation: one turn over HTTP")
    for column in ("", "p50", "p99", "max", "processor time"):
        table.add_column(column, justify="left" if not column else "right")
    table.add_row("ours: POST /turn", *spread(turns.ours), milliseconds(turns.our_processor))
    name = "stock: POST /webhooks/rest/webhook"
    table.add_row(name, *spread(turns.stock), milliseconds(turns.stock_processor))
    console.print(table)
    return turns, megabytes


def turn_by_age(place: Installation, process: int) -> list[Claim]:
    """A turn at turn 5 and at turn 200."""
    say("turns by the age of the conversation")
    table = Table(title=f"One turn over HTTP: p50 / p99 in ms, {turn.REPEATS} turns each, alternating")
    for column in ("place", *(f"turn {each}" for each in turn.AGES), "ratio of p50", "state, bytes"):
        table.add_column(column, justify="left" if column == "place" else "right")
    ratios = []
    with httpx.Client(base_url=f"http://127.0.0.1:{place.rasa_port}", timeout=30, trust_env=False) as client:
        for name, (there, around, text) in turn.PLACES.items():
            states = [turn.age(client, there, around, turns) for turns in turn.AGES]
            times = turn.measure(client, states, text)
            table.add_row(name, *turn.row(times, states))
            ratios.append(percentile(times[1], 50) / percentile(times[0], 50))
    console.print(table)
    worst = max(ratios)
    return [
        Claim(what="turn 200 / turn 5, p50, worst place", goal="≤ 1.2", measured=f"{worst:.2f}", holds=worst <= 1.2)
    ]


def whole_path(place: Installation, length: Length) -> list[Claim]:
    """Door, reply and page, over all of the installation."""
    table = Table(title="The whole path: real PostgreSQL with fsync, real Rasa, providers on loopback")
    for column in ("", "messages", "p50", "p99", "max"):
        table.add_column(column, justify="left" if not column else "right")

    def run(name: str, work: Callable[[Installation, float, float], list[float]], rate: float, seconds: float) -> float:
        say(f"{name}: {rate:g}/s for {seconds:g} s")
        latencies = work(place, rate, seconds)
        table.add_row(f"{name}, {rate:g}/s", str(len(latencies)), *spread(latencies))
        return percentile(latencies, 99)

    run("reply: webhook posted → reply received", reply_latencies, 2, length.reply_seconds)
    page = run("page: urgent webhook posted → first page handed over", page_latencies, 5, length.page_seconds)
    run("door: POST → 200 after commit", door_latencies, 50, length.door_seconds)
    console.print(table)
    return [Claim(what="urgent message → first page, p99", goal="< 2 s", measured=milliseconds(page), holds=page < 2)]


def show_processes(starts: dict[str, float], memory: dict[str, float]) -> None:
    """Start-up and memory of each."""
    table = Table(title="Processes")
    for column in ("process", "ready after, median", "memory after the measurements"):
        table.add_column(column, justify="left" if column == "process" else "right")
    for name in starts:
        table.add_row(name, f"{starts[name]:.1f} s", f"{memory[name]:.0f} MB")
    console.print(table)


def against_stock(turns: Turns, starts: dict[str, float], memory: dict[str, float]) -> list[Claim]:
    """Ours over stock Rasa's, measured in this run."""
    ratios = {
        ("reply: a turn, p50, ours / stock", 0.5): percentile(turns.ours, 50) / percentile(turns.stock, 50),
        ("memory of the Rasa process, ours / stock", 0.3): memory["our Rasa"] / memory["stock Rasa"],
        ("start-up of the Rasa process, ours / stock", 0.6): starts["our Rasa"] / starts["stock Rasa"],
    }
    return [
        Claim(what=what, goal=f"≤ {goal}", measured=f"{ratio:.2f}", holds=ratio <= goal)
        for (what, goal), ratio in ratios.items()
    ]


def show_claims(claims: list[Claim], epochs: int) -> None:
    """The goals."""
    title = f"Goals (stock Rasa trained for {epochs} epochs: what it costs does not depend on how many)"
    table = Table(title=title)
    for column in ("what", "goal", "measured", ""):
        table.add_column(column, justify="left" if column in ("what", "") else "right")
    for claim in claims:
        table.add_row(
            claim.what, claim.goal, claim.measured, "[green]holds[/green]" if claim.holds else "[red]missed[/red]"
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
