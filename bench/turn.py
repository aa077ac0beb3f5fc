"""What a turn of the dialogue costs over HTTP, at turn 5 and at turn 200: `python -m bench.turn`.

The same text in the same place of the dialogue, so only the age of the conversation differs. Turns at both ages
alternate. The last column is the server's own processor time, which a busy machine does not stretch.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from tests.rasa_environment.served_model import ServedModel

REPEATS = 100
AGES = (5, 200)
State = dict[str, Any] | None

# Each place: the messages that lead there, those that lead once around and back, and the message that is measured.
PLACES: dict[str, tuple[Sequence[str], Sequence[str], str]] = {
    "answer inside the form": (
        ("help", "yes", "yes"),
        ("a white house", "they took my passport", "help", "yes"),
        "a tall building near the river",
    ),
    "digression inside the form": (
        ("help", "yes", "yes"),
        ("a white house", "they took my passport", "help", "yes"),
        "person",
    ),
    "free text outside the form": (
        ("question", "yes", "may I keep my passport", "there are more people here"),
        ("there are more people here",),
        "two more came yesterday",
    ),
}


def take(client: httpx.Client, state: State, text: str) -> dict[str, Any]:
    """One turn's answer."""
    body = {"state": state, "text": text, "language": "en", "channel": "sms"}
    answer: dict[str, Any] = client.post("/turn", json=body).raise_for_status().json()
    return answer


def age(client: httpx.Client, there: Sequence[str], around: Sequence[str], turns: int) -> State:
    """The state of a conversation of at least that many turns, standing in the same place at every age."""
    state: State = None
    for text in there:
        state = take(client, state, text)["state"]
    taken = len(there)
    for text in itertools.cycle(around):
        if taken >= turns and text == around[0]:
            return state
        state = take(client, state, text)["state"]
        taken += 1
    return state


def measure(client: httpx.Client, states: Sequence[State], text: str) -> list[list[float]]:
    """Milliseconds of each turn, per state."""
    times: list[list[float]] = [[] for _ in states]
    for _ in range(REPEATS):
        for state, kept in zip(states, times, strict=True):
            started = time.perf_counter()
            take(client, state, text)
            kept.append((time.perf_counter() - started) * 1000)
    return times


def processor_seconds(process_id: int) -> float:
    """User and system time of a process so far, from Linux's /proc."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def row(times: Sequence[Sequence[float]], states: Sequence[State]) -> list[str]:
    """The cells of one place."""
    medians = [statistics.median(each) for each in times]
    cells = [
        f"{median:.1f} / {statistics.quantiles(each, n=100)[98]:.1f}"
        for median, each in zip(medians, times, strict=True)
    ]
    return [*cells, f"{medians[1] / medians[0]:.2f}", " / ".join(str(len(json.dumps(state))) for state in states)]


def main() -> None:
    """Serve the model, measure, print the table."""
    table = Table(title=f"One turn over HTTP: p50 / p99 in ms, {REPEATS} turns each, alternating")
    for column in ("place", *(f"turn {each}" for each in AGES), "ratio of p50", "state, bytes", "CPU, ms"):
        table.add_column(column, justify="left" if column == "place" else "right")
    server = ServedModel()
    try:
        with server.client() as client:
            for name, (there, around, text) in PLACES.items():
                states = [age(client, there, around, turns) for turns in AGES]
                before = processor_seconds(server.process.pid)
                times = measure(client, states, text)
                each = (processor_seconds(server.process.pid) - before) / (REPEATS * len(AGES)) * 1000
                table.add_row(name, *row(times, states), f"{each:.1f}")
    finally:
        server.stop()
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
