"""Who stands on the roster at an instant, and whom of them to wake: pure tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.escalation.needs import Needs, Person
from bot.escalation.roster import Override, Roster, Shift, Way, everybody_reachable, places, to_wake, who_is_on_call
from bot.escalation.rotations import RotationRule

NOW = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN, BOPHA, CHAN, DARA, GONE = 1, 2, 3, 4, 9
PEOPLE = {
    ANN: Person(staff_id=ANN, reads=frozenset({"en"})),
    BOPHA: Person(staff_id=BOPHA, reads=frozenset({"en", "km"})),
    CHAN: Person(staff_id=CHAN, reads=frozenset({"th"}), conflicts=frozenset({"country:KH"})),
    DARA: Person(staff_id=DARA, reads=frozenset({"km"})),
}
FIXED = (
    Shift(staff_id=ANN, step_no=1, starts_at=None, ends_at=None),
    Shift(staff_id=BOPHA, step_no=2, starts_at=None, ends_at=None),
)
NIGHTS = RotationRule(
    rotation_id=1,
    step_no=1,
    zone=ZoneInfo("Asia/Bangkok"),
    starts_on=date(2026, 11, 2),
    ends_on=None,
    hands_over_at=time(8),
    turn_days=7,
    members=(CHAN, DARA),
)


def _override(absent: int | None, present: int | None, step: int | None = None) -> Override:
    return Override(absent_id=absent, present_id=present, step_no=step, starts_at=NOW - HOUR, ends_at=NOW + HOUR)


PLACES: dict[str, tuple[tuple[Override, ...], set[tuple[int, int]]]] = {
    "as it is": ((), {(1, ANN), (2, BOPHA)}),
    "somebody stands in": ((_override(ANN, CHAN),), {(1, CHAN), (2, BOPHA)}),
    "somebody is away": ((_override(ANN, None),), {(2, BOPHA)}),
    "somebody in addition": ((_override(None, CHAN, 1),), {(1, ANN), (1, CHAN), (2, BOPHA)}),
    "an addition who is away": ((_override(None, CHAN, 1), _override(CHAN, None)), {(1, ANN), (2, BOPHA)}),
    "an addition who is stood in for": (
        (_override(None, CHAN, 3), _override(CHAN, DARA)),
        {(1, ANN), (2, BOPHA), (3, DARA)},
    ),
    "a stand-in who is stood in for": ((_override(ANN, CHAN), _override(CHAN, DARA)), {(1, DARA), (2, BOPHA)}),
    "a stand-in who is away": ((_override(ANN, CHAN), _override(CHAN, None)), {(2, BOPHA)}),
    "a stand-in with a place of their own has both": ((_override(ANN, BOPHA),), {(1, BOPHA), (2, BOPHA)}),
    "two who swap the same hours": ((_override(ANN, BOPHA), _override(BOPHA, ANN)), {(1, BOPHA), (2, ANN)}),
    "three who swap in a ring": (
        (_override(ANN, BOPHA), _override(BOPHA, CHAN), _override(CHAN, ANN)),
        {(1, BOPHA), (2, CHAN)},
    ),
    "a stand-in whose account is disabled": ((_override(ANN, GONE),), {(2, BOPHA)}),
}


@pytest.mark.parametrize(("overrides", "expected"), PLACES.values(), ids=PLACES)
def test_an_override_changes_who_stands_there(overrides: tuple[Override, ...], expected: set[tuple[int, int]]) -> None:
    for order in (overrides, overrides[::-1]):
        assert places(NOW, Roster(fixed=FIXED, overrides=order, people=PEOPLE)) == expected


def test_an_override_holds_from_its_first_instant_to_the_one_before_its_last() -> None:
    roster = Roster(fixed=FIXED, overrides=(_override(ANN, CHAN),), people=PEOPLE)
    at = {NOW - HOUR: True, NOW + HOUR: False, NOW - HOUR - timedelta(microseconds=1): False}
    assert {each: (1, CHAN) in places(each, roster) for each in at} == at


def test_the_three_layers_stand_together() -> None:
    roster = Roster(fixed=FIXED, rotations=(NIGHTS,), overrides=(_override(CHAN, BOPHA),), people=PEOPLE)
    assert places(NOW, roster) == {(1, ANN), (1, BOPHA), (2, BOPHA)}
    assert places(NOW - 7 * 24 * HOUR, roster) == {(1, ANN), (1, DARA), (2, BOPHA)}


def _way(staff_id: int, *, rank: int = 1, contact: int = 0) -> Way:
    return Way(contact_id=contact or staff_id, staff_id=staff_id, channel="sms", rank=rank)


def test_rule_13_on_call_means_reachable() -> None:
    roster = Roster(fixed=FIXED, people=PEOPLE)
    assert [each.staff_id for each in who_is_on_call(NOW, roster, [_way(BOPHA)])] == [BOPHA]
    assert who_is_on_call(NOW, roster, []) == ()
    [found] = who_is_on_call(NOW, roster, [_way(ANN, rank=2, contact=7), _way(ANN, rank=1, contact=8)])
    assert found.way.contact_id == 8


def test_who_may_not_take_a_case_is_not_on_call_for_it_and_no_last_resort_either() -> None:
    roster = Roster(rotations=(NIGHTS,), overrides=(_override(None, CHAN, 1),), people=PEOPLE)
    ways = [_way(CHAN)]
    cambodian, thai = Needs(about=frozenset({"country:KH"})), Needs(about=frozenset({"country:TH"}))
    assert [each.staff_id for each in who_is_on_call(NOW, roster, ways, thai)] == [CHAN]
    assert who_is_on_call(NOW, roster, ways, cambodian) == ()
    assert everybody_reachable(roster, ways, cambodian) == ()


WOKEN = {
    "a case of no known language: all of the step": (None, 1, [ANN, CHAN]),
    "who reads it, alone": ("th", 1, [CHAN]),
    "nobody of the step reads it: all of it, and the readers of the nearest later step": ("km", 1, [ANN, CHAN, BOPHA]),
    "nobody at all reads it: all of the step": ("vi", 1, [ANN, CHAN]),
    "at the last step nobody is later": ("th", 3, [DARA]),
}


@pytest.mark.parametrize(("language", "step", "expected"), WOKEN.values(), ids=WOKEN)
def test_a_case_goes_first_to_who_reads_its_language_and_never_waits_for_them(
    language: str | None, step: int, expected: list[int]
) -> None:
    stands = ((ANN, 1), (CHAN, 1), (BOPHA, 2), (DARA, 3))
    fixed = tuple(Shift(staff_id=who, step_no=at, starts_at=None, ends_at=None) for who, at in stands)
    roster, needs = Roster(fixed=fixed, people=PEOPLE), Needs(language=language)
    on_call = who_is_on_call(NOW, roster, [_way(who) for who in PEOPLE], needs)
    assert [each.staff_id for each in to_wake(step, on_call, roster, needs)] == expected
