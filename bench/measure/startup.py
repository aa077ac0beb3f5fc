"""How long each process takes until it answers: started several times, ours and stock Rasa's in turn."""

from __future__ import annotations

import signal
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bench.installation import Installation, answers_ok, running
from bot.operations.tethered_process import ProcessPlan, spawn, stop


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A process that can be started, and how to tell that it is ready."""

    name: str
    plan: Callable[[], ProcessPlan]
    is_ready: Callable[[], bool]


def our_rasa(installation: Installation) -> Candidate:
    """Our Rasa is ready when /health says so."""
    url = f"http://127.0.0.1:{installation.rasa_port}/health"
    return Candidate(name="our Rasa", plan=installation.rasa_plan, is_ready=lambda: answers_ok(url))


def service(installation: Installation) -> Candidate:
    """The service is ready when its door's /health says that it would store a message."""
    return Candidate(
        name="service",
        plan=lambda: installation.service_plan("bot", "run", "service"),
        is_ready=lambda: answers_ok(f"{installation.url}/health"),
    )


def start_times(candidates: Sequence[Candidate], repeats: int) -> dict[str, float]:
    """Median seconds from start to readiness. The first round, which fills the disk cache, is not counted."""
    times: dict[str, list[float]] = {each.name: [] for each in candidates}
    for number in range(repeats + 1):
        for each in candidates:
            with running(each.plan(), each.is_ready) as (_, seconds):
                if number:
                    times[each.name].append(seconds)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def postgres_start_time(installation: Installation, repeats: int) -> float:
    """The same for PostgreSQL on data that is there; it runs again afterwards."""
    times = []
    for _ in range(repeats):
        stop(installation.postgres_process, signal.SIGINT, timedelta(seconds=10))
        installation.database.engine.dispose()
        plan = installation.postgres.plan()
        started = time.monotonic()
        installation.postgres_process = spawn(plan)
        installation.postgres.wait_until_ready()
        times.append(time.monotonic() - started)
    return statistics.median(times)
