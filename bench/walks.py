"""`make walks`, every night: random walks through the dialogue, each turn held to docs/dialogue.md.

The scripted engine, the same as if a model had guessed, and the served model. Of a failure the seed, the number and
the names of moves and responses are printed, never a text. Exit code 1 when a promise was broken."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from bot.conversation.engine import DialogueEngine
from bot.conversation.rasa_engine import RasaEngine, loopback_client
from bot.conversation.scripted_engine import ScriptedEngine
from tests.conversations.promises import Walked, shortest, walk_of, walk_through
from tests.conversations.walks import GuessingEngine, Move
from tests.rasa_environment.served_model import ServedModel

MODEL_WALKS_PART = 10  # one walk in so many is taken through the model as well: a turn of it costs ten milliseconds
MODEL_TIMEOUT_SECONDS = 30
SHORTENED = 5  # failures that are told by as few moves as possible; the rest as they were
console = Console(width=120)


@dataclass
class Nights:
    """What came of the walks through one engine."""

    engine: str
    walks: int = 0
    turns: int = 0
    seconds: float = 0
    failures: list[tuple[int, Walked]] = field(default_factory=list)


def main(words: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.walks", description=__doc__)
    parser.add_argument("--walks", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None, help="of an earlier run, to take the same walks again")
    parser.add_argument("--scripted-only", action="store_true", help="without Rasa")
    arguments = parser.parse_args(words)
    if arguments.walks < 1:
        parser.error("--walks must be at least 1")
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    console.print(f"  seed {seed}", style="dim", highlight=False)
    nights = [
        asyncio.run(walk_all(engine, type(engine).__name__, arguments.walks, seed))
        for engine in (ScriptedEngine(), GuessingEngine())
    ]
    if not arguments.scripted_only:
        nights.append(through_the_model(max(1, arguments.walks // MODEL_WALKS_PART), seed))
    show(nights, seed)
    return 1 if any(night.failures for night in nights) else 0


def through_the_model(walks: int, seed: int) -> Nights:
    """The same walks through a Rasa process of our own, trained first if its sources changed."""
    model = ServedModel()

    async def walk() -> Nights:
        async with loopback_client(model.port) as client:
            engine = RasaEngine(client, timeout_seconds=MODEL_TIMEOUT_SECONDS)
            return await walk_all(engine, "the model", walks, seed, every_state=False)

    try:
        return asyncio.run(walk())
    finally:
        model.stop()


async def walk_all(engine: DialogueEngine, name: str, walks: int, seed: int, *, every_state: bool = True) -> Nights:
    """Take so many walks and gather what broke."""
    night, began = Nights(engine=name), time.monotonic()

    async def walk(moves: Sequence[Move]) -> Walked:
        return await walk_through(engine, moves, every_state=every_state)

    for number in range(walks):
        moves = walk_of(seed, number)
        walked = await walk(moves)
        night.walks += 1
        night.turns += walked.turns
        if walked.broken:
            short = await shortest(walk, moves, walked) if len(night.failures) < SHORTENED else walked
            night.failures.append((number, short))
    night.seconds = time.monotonic() - began
    return night


def show(nights: Sequence[Nights], seed: int) -> None:
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
            console.print(f"BROKEN: {'; '.join(walked.broken)}  ({night.engine}, seed {seed}, walk {number})")
            for line in walked.transcript:
                console.print(f"    {line}", highlight=False, markup=False)


if __name__ == "__main__":
    sys.exit(main())
