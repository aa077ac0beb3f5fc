"""One soak from beginning to end, for the command line and for the test."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.chaos.conductor import Conductor
from bench.chaos.killer import Wiretap
from bench.chaos.points import Victim, plan_kills
from bench.chaos.processes import Processes
from bench.chaos.reporters import Writers, draw_reporters
from bench.chaos.responders import Responders, put_on_call
from bench.chaos.verdict import Verdict, judge
from bench.installation import installation

LINES_EACH = 8
# Short where a night would be long; nothing is held back because the soak itself takes long.
_SETTINGS = {"lease": "PT4S", "step_timeout": "PT6S", "hold_after": "PT12H", "page_loops": "50"}


@dataclass(frozen=True, kw_only=True)
class Orders:
    """How large a soak is wanted."""

    messages: int
    kills: int
    seed: int
    with_rasa: bool
    rate_per_second: float = 20.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was done to whom, and what is left to blame."""

    kills: list[dict[str, Any]]
    accepted: int
    posts: int
    starts: dict[Victim, int]
    seconds: float
    verdict: Verdict


def soak(orders: Orders, say: Callable[[str], None]) -> Outcome:
    """Run one. Call it from the main thread."""
    with installation(with_rasa=orders.with_rasa, say=say, **_SETTINGS) as place:
        put_on_call(place)
        wiretap = Wiretap(folder=place.folder / "wiretap")
        wiretap.folder.mkdir()
        people = draw_reporters(orders.messages // LINES_EACH + orders.kills // 2 + 8, LINES_EACH, seed=orders.seed)
        writers = Writers(place, people, orders.rate_per_second, orders.seed)
        responders = Responders(place, orders.seed)
        processes = Processes(place, wiretap)
        started = time.monotonic()
        try:
            say("starting")
            processes.start()
            started = time.monotonic()
            writers.start()
            responders.start()
            plan = plan_kills(orders.kills, seed=orders.seed, with_rasa=orders.with_rasa)
            conductor = Conductor(place, wiretap, processes, writers, responders, plan, orders.messages, say)
            drained = conductor.run()
            seconds = time.monotonic() - started
            responders.stop()
            writers.stop()
            verdict = judge(place, writers.accepted)
        finally:
            responders.stop()
            writers.stop()
            processes.stop()
        if not drained:
            verdict = Verdict(violations=("not drained in time", *verdict.violations), figures=verdict.figures)
        return Outcome(
            kills=conductor.done,
            accepted=len(writers.accepted),
            posts=writers.posts,
            starts=processes.starts,
            seconds=seconds,
            verdict=verdict,
        )
