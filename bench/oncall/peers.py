"""Other engines' rules as small models, beside ours: MODELLED FROM SOURCE, not measured on them. Each rule names where
it was read; what is not named is left out. People and providers are the same for all, and fail in the same way."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.table import Table

_STEP_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What one engine does, in seconds; None where it does nothing of the kind."""

    name: str
    cycle: float  # how often it looks for work
    empty_step: float | None  # how long a step without anybody takes; None: not known
    undeliverable: float  # until the next way or step after a provider said that it never will arrive
    failing: float | None  # until somebody else is tried when the way fails again and again (500, refused, no answer)
    asked_to_wait: float  # until somebody else is tried when the provider asks for more than the step (429)
    throttle: float  # between two messages to one phone (SMS), also for a case that is new
    told_again: bool  # whether there is anybody left to page after the last round
    sources: str


OURS = Rules(
    name="Sampan (its rules, as modelled)",
    cycle=0.0,
    empty_step=0.0,
    undeliverable=0.0,
    failing=_STEP_SECONDS,  # measured (goalert.py): no answer; a 500 or a refused connection took 32 to 58 s
    asked_to_wait=0.0,
    throttle=0.0,
    told_again=True,
    sources="bot/escalation; measured by the simulator above, not here",
)
PEERS = (
    Rules(
        name="GoAlert",
        cycle=5.0,  # app/defaults.go, EngineCycleTime
        empty_step=_STEP_SECONDS,  # escalationmanager/db.go: next_escalation = now() + delay whether or not on call
        undeliverable=_STEP_SECONDS,  # message/db.go: perm failure ends the message; the step's time goes on
        failing=_STEP_SECONDS,  # measured (goalert.py); a webhook's 500 even counts as delivered
        asked_to_wait=_STEP_SECONDS,  # message/db.go: three retries 15 s apart, then the step's time goes on
        throttle=60.0,  # message/ratelimit.go, PerCMThrottle: SMS, voice, e-mail 1 per minute
        told_again=False,  # escalationmanager/db.go: step_number -1 after `repeat` rounds, nothing is found any more
        sources="target/goalert 2458b9d; goalert#4548",
    ),
    Rules(
        name="Grafana OnCall",
        cycle=5.0,  # steps at least 5 s apart (oncall.md C1)
        empty_step=_STEP_SECONDS,  # the wait steps of a chain run as written, whoever was notified
        undeliverable=_STEP_SECONDS,  # it is logged, the chain waits as written (oncall.md B3.14)
        failing=None,  # not read
        asked_to_wait=3600.0,  # RETRY_TIMEOUT_HOURS = 1 (oncall.md B3.15)
        throttle=0.0,
        told_again=False,  # a chain that is through is finished
        sources="grafana/oncall, as read in oncall.md B1, B3, C1",
    ),
    Rules(
        name="PagerDuty",
        cycle=0.0,  # hosted: not known, taken as none
        empty_step=None,  # not read; no incident is made when no level has anybody (oncall.md B3.12)
        undeliverable=_STEP_SECONDS,  # the rule's time goes on
        failing=None,  # not read
        asked_to_wait=_STEP_SECONDS,  # the same
        throttle=0.0,
        told_again=False,
        sources="PagerDuty support pages 2191, 3903, as read in oncall.md A, B3",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Of one alarm: how many steps stand empty before the first that has anybody, whether any has, whether the first
    page is undeliverable or its provider asks to wait, and whether another new case rang the same phone just before."""

    name: str
    empty_steps: int = 0
    nobody_at_all: bool = False
    undeliverable: bool = False
    failing: bool = False
    asked_to_wait: bool = False
    rang_just_now: bool = False


SCENARIOS = (
    Scenario(name="first page"),
    Scenario(name="first step empty", empty_steps=1),
    Scenario(name="two steps empty", empty_steps=2),
    Scenario(name="first page undeliverable", undeliverable=True),
    Scenario(name="first way fails again and again", failing=True),
    Scenario(name="first page: 429 for an hour", asked_to_wait=True),
    Scenario(name="second new case by SMS", rang_just_now=True),
    Scenario(name="nobody on any step", nobody_at_all=True),
)


def worst_wait(rules: Rules, scenario: Scenario) -> float | None:
    """Seconds until the page that somebody can read, at the latest, without the provider's own time. Infinite: never;
    None: not known."""
    if scenario.nobody_at_all:
        return 0.0 if rules.told_again else math.inf
    wait = rules.cycle
    if scenario.empty_steps:
        if rules.empty_step is None:
            return None
        wait += scenario.empty_steps * (rules.empty_step + (rules.cycle if rules.empty_step else 0.0))
    if scenario.undeliverable:
        wait += rules.undeliverable + rules.cycle
    if scenario.failing:
        if rules.failing is None:
            return None
        wait += rules.failing + rules.cycle
    if scenario.asked_to_wait:
        wait += rules.asked_to_wait + rules.cycle
    if scenario.rang_just_now:
        wait += rules.throttle
    return wait


def _shown(wait: float | None) -> str:
    if wait is None:
        return "not read"
    return "never" if math.isinf(wait) else f"{wait:.0f} s"


def table() -> Table:
    """Side by side."""
    shown = Table(title="MODELLED FROM SOURCE, not measured: the longest wait for a page, steps of 60 s")
    shown.add_column("scenario")
    for rules in (OURS, *PEERS):
        shown.add_column(rules.name, justify="right")
    for scenario in SCENARIOS:
        waits = [worst_wait(rules, scenario) for rules in (OURS, *PEERS)]
        shown.add_row(scenario.name, *(_shown(wait) for wait in waits))
    shown.caption = "; ".join(f"{rules.name}: {rules.sources}" for rules in PEERS)
    return shown
