"""Five hundred false alarms in ten minutes, and one real one among them: how soon a phone names it. And how soon a
human takes a case, over the speed and the probability that somebody assumes of people: a model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from bench.measure.percentiles import percentile
from bench.oncall.clocked_database import FIRST_NUMBER
from bench.oncall.people import Habits
from bench.oncall.simulation import Share, Simulator, draw
from bench.oncall.world import Night, WorldPlan

FALSE_ALARMS = 500
_TEN_MINUTES = 600.0
_HABITS = Habits(hears=0.6, median_seconds=40.0)
MEDIANS_SECONDS, PROBABILITIES = (15.0, 30.0, 60.0, 120.0), (0.4, 0.6, 0.8)


@dataclass(frozen=True, kw_only=True)
class FoundInStorm:
    """When a phone named the real alarm: after so many seconds, in which of the pages whose sending began after it
    came (1: the very first)."""

    seconds: float | None
    which_page: int | None
    pages_in_all: int
    pages_of_busiest: int


def one_among_many(simulated: Simulator, seed: int) -> FoundInStorm:
    """One such ten minutes. Nobody and nothing fails: there is only too much."""
    chance = random.Random(seed)
    false = [chance.uniform(0, _TEN_MINUTES) for _ in range(FALSE_ALARMS)]
    real_at = chance.uniform(200, 500)
    raises_at = sorted([*false, real_at])
    plan = WorldPlan(seed=seed, raises_at=tuple(raises_at), habits=_HABITS, senders=3, lasts_seconds=_TEN_MINUTES + 60)
    return found(simulated.run(plan), FIRST_NUMBER + raises_at.index(real_at))


def found(night: Night, number: int) -> FoundInStorm:
    """Where the real one stands among the pages."""
    raised_at = night.raised[number]
    pages = sorted((page for page in night.pages if page.is_page), key=lambda page: page.at)
    after = [page for page in pages if page.began >= raised_at]
    which = next((nth for nth, page in enumerate(after, start=1) if number in page.numbers), None)
    people = [page.address.rpartition(" ")[2] for page in pages]
    return FoundInStorm(
        seconds=None if which is None else after[which - 1].at - raised_at,
        which_page=which,
        pages_in_all=len(pages),
        pages_of_busiest=max(people.count(each) for each in set(people)),
    )


@dataclass(frozen=True, kw_only=True)
class Modelled:
    """What the model says for one kind of people; shares of all alarms of the nights."""

    habits: Habits
    alarms: int
    median_seconds: float
    within_three_minutes: float
    within_five_minutes: float


def time_to_a_human(simulated: Simulator, seed: int, nights: int = 1) -> list[Modelled]:
    """Calm nights for each kind of people."""
    return [
        _modelled(simulated, Habits(hears=hears, median_seconds=median), range(seed, seed + nights))
        for hears in PROBABILITIES
        for median in MEDIANS_SECONDS
    ]


def _modelled(simulated: Simulator, habits: Habits, seeds: Sequence[int]) -> Modelled:
    waits: list[float] = []
    for seed in seeds:
        night = simulated.run(draw(seed, Share(alarms=1, seed=seed, habits=habits, calm=True)))
        waits += [night.taken.get(number, float("inf")) - at for number, at in night.raised.items()]
    return Modelled(
        habits=habits,
        alarms=len(waits),
        median_seconds=percentile(waits, 50),
        within_three_minutes=sum(wait < 180 for wait in waits) / len(waits),
        within_five_minutes=sum(wait < 300 for wait in waits) / len(waits),
    )
