"""Whom to page next: pure. A step without anybody reachable takes no time; after the last step the roster is gone
through again, a bounded number of times; then the last resort is paged, again and again, until a human acknowledges.
No path ends in silence (oncall.md rules 6, 12, 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.errors import ConfigurationError
from bot.escalation.roster import OnCall
from bot.reports.urgency import Urgency

LAST_RESORT_STEP = 1000  # above any step of a roster
LAST_RESORT_PAUSE = timedelta(minutes=5)
NOBODY_PAUSE = timedelta(seconds=15)  # how soon to look again whether somebody has become reachable
_SHORTEST, _LONGEST = timedelta(seconds=5), timedelta(hours=2)
_MOST_LOOPS = 20


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How patient we are. `waits` and `leases` are by urgency; what an urgency has no entry for takes the general one.
    An empty last resort means everybody with a working contact."""

    wait: timedelta
    lease: timedelta
    loops: int
    waits: Mapping[Urgency, timedelta] = field(default_factory=dict)
    leases: Mapping[Urgency, timedelta] = field(default_factory=dict)
    last_resort: frozenset[int] = frozenset()

    def wait_of(self, urgency: Urgency) -> timedelta:
        """How long a step waits for an acknowledgement."""
        return self.waits.get(urgency, self.wait)

    def lease_of(self, urgency: Urgency) -> timedelta:
        """How long an acknowledgement holds without an answer or a note."""
        return self.leases.get(urgency, self.lease)

    def to_body(self) -> dict[str, Any]:
        """For the row of a version; times in seconds."""
        return {
            "wait": self.wait.total_seconds(),
            "lease": self.lease.total_seconds(),
            "loops": self.loops,
            "waits": {urgency.value: each.total_seconds() for urgency, each in self.waits.items()},
            "leases": {urgency.value: each.total_seconds() for urgency, each in self.leases.items()},
            "last_resort": sorted(self.last_resort),
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Policy:
        """What `to_body` made. ConfigurationError when a time or a count is none that anybody could mean."""
        policy = cls(
            wait=timedelta(seconds=body["wait"]),
            lease=timedelta(seconds=body["lease"]),
            loops=int(body["loops"]),
            waits={Urgency(name): timedelta(seconds=each) for name, each in body.get("waits", {}).items()},
            leases={Urgency(name): timedelta(seconds=each) for name, each in body.get("leases", {}).items()},
            last_resort=frozenset(body.get("last_resort", ())),
        )
        times = [policy.wait, policy.lease, *policy.waits.values(), *policy.leases.values()]
        if not all(_SHORTEST <= each <= _LONGEST for each in times):
            raise ConfigurationError("a step waits, and an acknowledgement holds, between 5 seconds and 2 hours")
        if not 1 <= policy.loops <= _MOST_LOOPS:
            raise ConfigurationError(f"the steps are gone through between once and {_MOST_LOOPS} times")
        return policy


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where an alarm stands in its policy. Step 0 of loop 0 is before the first page."""

    step_no: int
    loop_no: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The next position, whom to page there, and when to look again if nobody acknowledges."""

    position: Position
    targets: tuple[OnCall, ...]
    wait: timedelta
    exhausted: bool  # the roster has been gone through: the reporter is told the truth


def next_plan(
    position: Position,
    on_call: Sequence[OnCall],
    last_resort: Sequence[OnCall],
    *,
    loops: int,
    step_timeout: timedelta,
) -> Plan:
    """The step after `position`, given who is reachable at this moment. Its targets are everybody of the step."""
    steps = sorted({person.step_no for person in on_call})
    later = [step for step in steps if step > position.step_no]
    if later:
        return _page(Position(step_no=later[0], loop_no=position.loop_no), on_call, step_timeout)
    loop_no = position.loop_no + 1
    if steps and loop_no < loops:
        return _page(Position(step_no=steps[0], loop_no=loop_no), on_call, step_timeout)
    return Plan(
        position=Position(step_no=LAST_RESORT_STEP, loop_no=max(loop_no, loops)),
        targets=tuple(last_resort),
        wait=LAST_RESORT_PAUSE if last_resort else NOBODY_PAUSE,
        exhausted=True,
    )


def _page(position: Position, on_call: Sequence[OnCall], wait: timedelta) -> Plan:
    targets = tuple(person for person in on_call if person.step_no == position.step_no)
    return Plan(position=position, targets=targets, wait=wait, exhausted=False)
