"""`make walks`, every night: random walks through the dialogue, each turn held to docs/dialogue.md.

Through the trained model, served as in production; through the scripted engine; through the same as if a model had
guessed; and through both engines in turns over one state. Of a failure the seed, the number and the names of moves and
responses are printed, never a text; `--seed S --only N` takes that walk again alone. Exit code 1 when a promise was
broken."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from bot.conversation.engine import DialogueEngine
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from tests.conversations.moves import Move
from tests.conversations.walking import Walked, shortest, walk_of, walk_through
from tests.conversations.walks import EitherEngine, GuessingEngine
from tests.rasa_environment.served_model import ServedModel

MODEL_TIMEOUT_SECONDS = 30
TOLD_EVERY_SECONDS = 60  # a night that is broken off has said how far it came
SHORTENED = 5  # failures that are told by as few moves as possible; the rest as they were
WITHOUT_RASA: Mapping[str, type[ScriptedEngine] | type[GuessingEngine]] = {
    "scripted": ScriptedEngine,
    "guessing": GuessingEngine,
}
WITH_RASA = ("model", "either")
ENGINES = (*WITHOUT_RASA, *WITH_RASA)
console = Console(width=120)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Which walks are taken through each engine; none begins later than so many minutes, if that is set."""

    seed: int
    numbers: Sequence[int]
    minutes: float | None = None


@dataclass
class Night:
    """What came of the walks through one engine. `last` is how the last of them went."""

    engine: str
    walks: int = 0
    turns: int = 0
    seconds: float = 0
    failures: list[tuple[int, Walked]] = field(default_factory=list)
    last: Walked | None = None


def main(words: Sequence[str] | None = None) -> int:
    """The command line."""
    arguments = _arguments(words)
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    console.print(f"  seed {seed}", style="dim", highlight=False)
    numbers = range(arguments.walks) if arguments.only is None else [arguments.only]
    plan = Plan(seed=seed, numbers=numbers, minutes=arguments.minutes)
    chosen = arguments.engine or ENGINES
    nights = [asyncio.run(walk_all(WITHOUT_RASA[name](), name, plan)) for name in WITHOUT_RASA if name in chosen]
    with_rasa = [name for name in WITH_RASA if name in chosen]
    if with_rasa:
        nights += through_the_model(with_rasa, plan)
    show(nights, seed)
    if arguments.only is not None:
        for night in nights:
            _tell(night.engine, night.last)
    return 1 if any(night.failures for night in nights) else 0


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.walks", description=__doc__)
    parser.add_argument("--walks", type=int, default=10_000, help="through each engine")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="may be given again; all without it")
    parser.add_argument("--seed", type=int, default=None, help="of an earlier run, to take the same walks again")
    parser.add_argument("--only", type=int, default=None, metavar="NUMBER", help="the walk of this number, alone")
    parser.add_argument("--minutes", type=float, default=None, help="for each engine: begin no walk later than this")
    arguments = parser.parse_args(words)
    if arguments.walks < 1:
        parser.error("--walks must be at least 1")
    if arguments.only is not None and (arguments.seed is None or arguments.only < 0):
        parser.error("--only is the number of a walk of the --seed beside it")
    return arguments


def through_the_model(names: Sequence[str], plan: Plan) -> list[Night]:
    """The same walks through one Rasa process of our own, trained first if its sources changed."""
    served = ServedModel()

    async def walk() -> list[Night]:
        async with loopback_client(served.port) as client:
            model = RasaEngine(client, timeout_seconds=MODEL_TIMEOUT_SECONDS)
            engines: dict[str, DialogueEngine] = {"model": model, "either": EitherEngine(model, ScriptedEngine())}
            return [await walk_all(engines[name], name, plan, every_state=False) for name in names]

    try:
        return asyncio.run(walk())
    finally:
        served.stop()


async def walk_all(engine: DialogueEngine, name: str, plan: Plan, *, every_state: bool = True) -> Night:
    """Take the walks and gather what broke."""
    night, began = Night(engine=name), time.monotonic()

    async def walk(moves: Sequence[Move]) -> Walked:
        return await walk_through(engine, moves, every_state=every_state)

    told = began
    for number in plan.numbers:
        now = time.monotonic()
        if plan.minutes is not None and now - began > plan.minutes * 60:
            break
        if now - told > TOLD_EVERY_SECONDS:
            told = now
            so_far = f"{night.walks} walks, {night.turns} turns, {len(night.failures)} broken, {now - began:.0f} s"
            console.print(f"  {name}: {so_far}", style="dim", highlight=False)
        moves = walk_of(plan.seed, number)
        walked = night.last = await walk(moves)
        night.walks += 1
        night.turns += walked.turns
        if walked.broken:
            short = await shortest(walk, moves, walked) if len(night.failures) < SHORTENED else walked
            night.failures.append((number, short))
            _tell_broken(night.engine, plan.seed, number, short)
    night.seconds = time.monotonic() - began
    return night


def show(nights: Sequence[Night], seed: int) -> None:
    """Walks, turns, seconds; then every failure by seed, number and names."""
    table = Table(title="Random walks")
    for column in ("engine", "walks", "turns", "seconds", "broken"):
        table.add_column(column, justify="left" if column == "engine" else "right")
    for night in nights:
        table.add_row(
            night.engine, str(night.walks), str(night.turns), f"{night.seconds:.0f}", str(len(night.failures))
        )
    console.print(table)
    for night in nights:
        for number, walked in night.failures:
            _tell_broken(night.engine, seed, number, walked)


def _tell_broken(engine: str, seed: int, number: int, walked: Walked) -> None:
    console.print(f"BROKEN: {'; '.join(walked.broken)}  (--engine {engine} --seed {seed} --only {number})")
    _tell(engine, walked)


def _tell(engine: str, walked: Walked | None) -> None:
    console.print(f"  {engine}", style="dim", highlight=False)
    for line in walked.transcript if walked else ():
        console.print(f"    {line}", highlight=False, markup=False)


if __name__ == "__main__":
    sys.exit(main())
