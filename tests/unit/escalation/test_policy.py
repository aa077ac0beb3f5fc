"""Whom to page next, and who is on call: pure tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.escalation.needs import Person
from bot.escalation.policy import LAST_RESORT_STEP, Position, next_plan
from bot.escalation.roster import OnCall, Roster, Shift, Way, everybody_reachable, who_is_on_call

NOW = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _on_call(*places: tuple[int, int]) -> tuple[OnCall, ...]:
    ways = [Way(contact_id=staff_id, staff_id=staff_id, channel="sms", rank=1) for staff_id, _ in places]
    return tuple(
        OnCall(staff_id=staff_id, step_no=step, way=way) for (staff_id, step), way in zip(places, ways, strict=True)
    )


ANN, BOPHA, CHAN = (1, 1), (2, 2), (3, 2)
RESORT = _on_call((9, 0))
PLANS = {
    "before the first page": ((0, 0), (ANN, BOPHA), (1, 0, [1], False)),
    "nobody at step one": ((0, 0), (BOPHA,), (2, 0, [2], False)),
    "two people at one step": ((1, 0), (ANN, BOPHA, CHAN), (2, 0, [2, 3], False)),
    "after the last step, again from the first": ((2, 0), (ANN, BOPHA), (1, 1, [1], False)),
    "somebody came on duty at a later step": ((1, 2), (BOPHA,), (2, 2, [2], False)),
    "the step in between has gone": ((5, 0), (ANN, (4, 7)), (7, 0, [4], False)),
    "all loops are over": ((2, 2), (ANN, BOPHA), (LAST_RESORT_STEP, 3, [9], True)),
    "nobody on call": ((0, 0), (), (LAST_RESORT_STEP, 3, [9], True)),
    "after the last resort, the last resort": ((LAST_RESORT_STEP, 3), (ANN,), (LAST_RESORT_STEP, 4, [9], True)),
    "an alarm that lapsed after all loops goes through the roster again": ((0, 7), (ANN, BOPHA), (1, 7, [1], False)),
}


@pytest.mark.parametrize(("at", "on_call", "expected"), PLANS.values(), ids=PLANS)
def test_the_next_step(
    at: tuple[int, int], on_call: tuple[tuple[int, int], ...], expected: tuple[int, int, list[int], bool]
) -> None:
    plan = next_plan(
        Position(step_no=at[0], loop_no=at[1]), _on_call(*on_call), RESORT, loops=3, step_timeout=timedelta(minutes=1)
    )
    found = (plan.position.step_no, plan.position.loop_no, [each.staff_id for each in plan.targets], plan.exhausted)
    assert found == expected


def test_no_path_waits_for_ever_or_not_at_all() -> None:
    position = Position(step_no=0, loop_no=0)
    seen = set()
    for _ in range(50):
        plan = next_plan(position, _on_call(ANN, BOPHA), RESORT, loops=3, step_timeout=timedelta(minutes=1))
        assert timedelta(seconds=1) <= plan.wait <= timedelta(minutes=5)
        assert plan.targets
        position = plan.position
        assert position not in seen, "the same place twice would page nobody: its pages exist already"
        seen.add(position)


def test_with_nobody_at_all_it_looks_again_in_seconds() -> None:
    plan = next_plan(Position(step_no=0, loop_no=0), (), (), loops=3, step_timeout=timedelta(minutes=1))
    assert (plan.targets, plan.exhausted) == ((), True)
    assert plan.wait <= timedelta(seconds=15)


def _roster(*shifts: Shift) -> Roster:
    people = {shift.staff_id: Person(staff_id=shift.staff_id) for shift in shifts}
    return Roster(fixed=shifts, people=people)


SHIFTS = {
    "open-ended": (None, None, True),
    "began": (NOW - HOUR, None, True),
    "begins this instant": (NOW, None, True),
    "begins later": (NOW + HOUR, None, False),
    "ended": (NOW - 2 * HOUR, NOW - HOUR, False),
    "ends this instant": (NOW - HOUR, NOW, False),
    "ends later": (None, NOW + HOUR, True),
}


@pytest.mark.parametrize(("starts", "ends", "covered"), SHIFTS.values(), ids=SHIFTS)
def test_who_is_on_shift(starts: datetime | None, ends: datetime | None, covered: bool) -> None:
    shift = Shift(staff_id=1, step_no=1, starts_at=starts, ends_at=ends)
    ways = [Way(contact_id=1, staff_id=1, channel="sms", rank=1)]
    assert bool(who_is_on_call(NOW, _roster(shift), ways)) is covered


def test_on_call_means_reachable_and_the_first_way_is_the_one_of_lowest_rank() -> None:
    shifts = [Shift(staff_id=staff_id, step_no=1, starts_at=None, ends_at=None) for staff_id in (2, 1)]
    ways = [
        Way(contact_id=11, staff_id=1, channel="sms", rank=2),
        Way(contact_id=10, staff_id=1, channel="telegram_staff", rank=1),
    ]
    found = who_is_on_call(NOW, _roster(*shifts), ways)
    assert [(each.staff_id, each.way.contact_id) for each in found] == [(1, 10)]
    assert [each.staff_id for each in everybody_reachable(_roster(*shifts), ways)] == [1]


def test_one_person_twice_on_the_roster_is_paged_once_a_step() -> None:
    shifts = [Shift(staff_id=1, step_no=step, starts_at=None, ends_at=None) for step in (1, 1, 2)]
    ways = [Way(contact_id=1, staff_id=1, channel="sms", rank=1)]
    assert [each.step_no for each in who_is_on_call(NOW, _roster(*shifts), ways)] == [1, 2]
