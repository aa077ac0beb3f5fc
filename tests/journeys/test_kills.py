"""The kill soak in small: a few kills of service and PostgreSQL at named points. `make chaos` does hundreds."""

from __future__ import annotations

import pytest

from bench.chaos.points import Point, Victim, plan_kills, victims_at
from bench.chaos.soak import Orders, soak


@pytest.mark.timeout(180)
def test_nothing_is_lost_or_sent_twice_while_processes_are_killed() -> None:
    outcome = soak(Orders(messages=48, kills=8, seed=11, with_rasa=False), lambda _line: None)
    assert len(outcome.kills) >= 8
    assert outcome.accepted >= 48
    assert outcome.verdict.violations == ()


def test_a_plan_of_two_hundred_kills_comes_to_every_point_with_every_victim() -> None:
    plan = plan_kills(200, seed=1, with_rasa=True)
    wanted = {(point, victim) for point in Point for victim in victims_at(point, with_rasa=True)}
    assert {(kill.point, kill.victim) for kill in plan} == wanted


def test_the_same_seed_plans_the_same_kills() -> None:
    assert plan_kills(50, seed=7, with_rasa=False) == plan_kills(50, seed=7, with_rasa=False)


def test_without_rasa_nobody_waits_for_it() -> None:
    plan = plan_kills(200, seed=1, with_rasa=False)
    assert all(kill.victim is not Victim.RASA and kill.point is not Point.INBOX_ASKED for kill in plan)
