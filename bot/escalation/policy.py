"""Whom to page next: pure. A step without anybody reachable takes no time; after the last step the roster is gone
through again, a bounded number of times; then everybody who can be reached at all is paged, again and again, until a
human acknowledges. No path ends in silence (oncall.md rules 6, 12, 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.escalation.roster import OnCall

LAST_RESORT_STEP = 1000  # above any step of a roster
_LAST_RESORT_PAUSE = timedelta(minutes=5)
NOBODY_PAUSE = timedelta(seconds=15)  # how soon to look again whether somebody has become reachable


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
    """The step after `position`, given who is reachable at this moment."""
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
        wait=_LAST_RESORT_PAUSE if last_resort else NOBODY_PAUSE,
        exhausted=True,
    )


def _page(position: Position, on_call: Sequence[OnCall], wait: timedelta) -> Plan:
    targets = tuple(person for person in on_call if person.step_no == position.step_no)
    return Plan(position=position, targets=targets, wait=wait, exhausted=False)
