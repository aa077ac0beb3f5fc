"""Turns in local wall time: the hours that clocks leave out or have twice, weekdays, windows, holidays, and that no
change of anything leaves a gap or an overlap (oncall.md, rules 9 and 10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.database.states import OnHolidays
from bot.escalation.needs import Person
from bot.escalation.roster import Roster, places
from bot.escalation.rotations import RotationRule, Stretch, instant_of, stretches

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONDON, SYDNEY, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("Australia/Sydney"), ZoneInfo("America/New_York")
BANGKOK, YANGON = ZoneInfo("Asia/Bangkok"), ZoneInfo("Asia/Yangon")
ANN, BOPHA, CHAN = 1, 2, 3


def _rule(**changes: object) -> RotationRule:
    usual = RotationRule(
        rotation_id=1,
        step_no=1,
        zone=BANGKOK,
        starts_on=date(2026, 11, 2),  # a Monday
        ends_on=None,
        hands_over_at=time(8),
        turn_days=1,
        members=(ANN, BOPHA),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # each test names fields of its own


def _utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def _written(found: Stretch, zone: ZoneInfo) -> tuple[int, str, str]:
    begins, ends = found.starts_at.astimezone(zone), found.ends_at.astimezone(zone)
    return found.staff_id, f"{begins:%a %H:%M}", f"{ends:%a %H:%M}"


def _over(rule: RotationRule, first: date, days: int, holidays: frozenset[date] = frozenset()) -> list[Stretch]:
    """From midnight to midnight in the rotation's own zone."""
    start = instant_of(first, time(0), rule.zone)
    return list(stretches(rule, start, instant_of(first + days * DAY, time(0), rule.zone), holidays))


def _shown(
    rule: RotationRule, first: date, days: int, holidays: frozenset[date] = frozenset()
) -> list[tuple[int, str, str]]:
    return [_written(each, rule.zone) for each in _over(rule, first, days, holidays)]


INSTANTS = {
    "London, spring: 01:30 is left out": (LONDON, "2026-03-29", time(1, 30), "2026-03-29T01:00"),
    "London, spring: 01:00 is left out, to the minute": (LONDON, "2026-03-29", time(1), "2026-03-29T01:00"),
    "London, spring: the last minute before": (LONDON, "2026-03-29", time(0, 59), "2026-03-29T00:59"),
    "London, spring: 02:00 is there": (LONDON, "2026-03-29", time(2), "2026-03-29T01:00"),
    "London, autumn: 01:30 twice": (LONDON, "2026-10-25", time(1, 30), "2026-10-25T00:30"),
    "London, autumn: 02:00 once": (LONDON, "2026-10-25", time(2), "2026-10-25T02:00"),
    "Sydney, spring: 02:30 is left out": (SYDNEY, "2026-10-04", time(2, 30), "2026-10-03T16:00"),
    "Sydney, autumn: 02:30 twice": (SYDNEY, "2026-04-05", time(2, 30), "2026-04-04T15:30"),
    "New York, spring: 02:30 is left out": (NEW_YORK, "2026-03-08", time(2, 30), "2026-03-08T07:00"),
    "New York, autumn: 01:30 twice": (NEW_YORK, "2026-11-01", time(1, 30), "2026-11-01T05:30"),
    "Lord Howe, spring: half an hour is left out": (
        ZoneInfo("Australia/Lord_Howe"),
        "2026-10-04",
        time(2, 15),
        "2026-10-03T15:30",
    ),
    "Apia, 2011: a whole day is left out": (ZoneInfo("Pacific/Apia"), "2011-12-30", time(12), "2011-12-30T10:00"),
    "Yangon: six and a half hours": (YANGON, "2026-11-22", time(8), "2026-11-22T01:30"),
    "Bangkok": (BANGKOK, "2026-11-22", time(0), "2026-11-21T17:00"),
}


@pytest.mark.parametrize(("zone", "day", "at", "expected"), INSTANTS.values(), ids=INSTANTS)
def test_rule_10_the_instant_of_a_local_hour(zone: ZoneInfo, day: str, at: time, expected: str) -> None:
    assert instant_of(date.fromisoformat(day), at, zone) == _utc(expected)


# The turn that begins at an hour which is left out or there twice, and how long it and the one before it last.
CHANGES = {
    "London, spring, at the hour left out": (LONDON, "2026-03-29", time(1, 30), 23.5, 23.5),
    "London, spring, in the middle of a turn": (LONDON, "2026-03-28", time(8), 24, 23),
    "London, autumn, at the doubled hour": (LONDON, "2026-10-25", time(1, 30), 24, 25),
    "London, autumn, in the middle of a turn": (LONDON, "2026-10-24", time(8), 24, 25),
    "Sydney, spring, at the hour left out": (SYDNEY, "2026-10-04", time(2, 30), 23.5, 23.5),
    "Sydney, spring, in the middle of a turn": (SYDNEY, "2026-10-03", time(8), 24, 23),
    "Sydney, autumn, at the doubled hour": (SYDNEY, "2026-04-05", time(2, 30), 24, 25),
    "Sydney, autumn, in the middle of a turn": (SYDNEY, "2026-04-04", time(8), 24, 25),
    "New York, spring, at the hour left out": (NEW_YORK, "2026-03-08", time(2, 30), 23.5, 23.5),
    "New York, spring, in the middle of a turn": (NEW_YORK, "2026-03-07", time(8), 24, 23),
    "New York, autumn, at the doubled hour": (NEW_YORK, "2026-11-01", time(1, 30), 24, 25),
    "New York, autumn, in the middle of a turn": (NEW_YORK, "2026-10-31", time(8), 24, 25),
    "Yangon has no such hours": (YANGON, "2026-10-25", time(1, 30), 24, 24),
}


@pytest.mark.parametrize(("zone", "day", "at", "before", "own"), CHANGES.values(), ids=CHANGES)
def test_rule_10_a_change_of_clocks_makes_a_turn_longer_or_shorter_and_leaves_no_gap(
    zone: ZoneInfo, day: str, at: time, before: float, own: float
) -> None:
    on = date.fromisoformat(day)
    rule = _rule(zone=zone, hands_over_at=at, starts_on=on - 10 * DAY)
    turn = instant_of(on, at, zone)
    found = list(stretches(rule, turn - 30 * HOUR, turn + 30 * HOUR, ()))
    assert [each.ends_at for each in found[:-1]] == [each.starts_at for each in found[1:]]
    its = next(each for each in found if each.starts_at == turn)
    earlier = found[found.index(its) - 1]
    assert (earlier.ends_at - earlier.starts_at, its.ends_at - its.starts_at) == (before * HOUR, own * HOUR)
    assert earlier.staff_id != its.staff_id


def test_the_turns_of_a_week_begin_on_their_hour_on_both_sides_of_a_change_of_clocks() -> None:
    """Seven days are not 168 hours: the fault of rosters that add durations (oncall.md, rule 10)."""
    rule = _rule(zone=LONDON, starts_on=date(2026, 10, 19), hands_over_at=time(9), turn_days=7)
    found = list(stretches(rule, _utc("2026-10-19T08:00"), _utc("2026-11-02T09:00"), ()))
    assert [(each.staff_id, each.starts_at) for each in found if each.starts_at.astimezone(LONDON).weekday() == 0] == [
        (ANN, _utc("2026-10-19T08:00")),
        (BOPHA, _utc("2026-10-26T09:00")),
    ]
    assert found[-1].ends_at == _utc("2026-11-02T09:00")


@pytest.mark.parametrize("turn_days", [1, 7, 14])
@pytest.mark.parametrize("members", [(ANN,), (ANN, BOPHA), (ANN, BOPHA, CHAN)])
def test_each_member_has_so_many_days_in_a_row_and_then_the_next(turn_days: int, members: tuple[int, ...]) -> None:
    rule = _rule(turn_days=turn_days, members=members)
    begins = instant_of(rule.starts_on, rule.hands_over_at, rule.zone)
    for turn in range(len(members) * 2 + 1):
        for at in (begins + turn * turn_days * DAY, begins + (turn + 1) * turn_days * DAY - timedelta(seconds=1)):
            [standing] = stretches(rule, at, at + timedelta(microseconds=1), ())
            assert standing.staff_id == members[turn % len(members)]


def test_a_rotation_without_members_covers_nothing() -> None:
    assert _over(_rule(members=()), date(2026, 11, 2), 14) == []


def test_a_rotation_begins_and_ends_at_the_hand_over_of_its_days() -> None:
    rule = _rule(ends_on=date(2026, 11, 4))
    assert _shown(rule, date(2026, 10, 25), 30) == [(ANN, "Mon 08:00", "Tue 08:00"), (BOPHA, "Tue 08:00", "Wed 08:00")]


def test_a_rotation_ten_years_old_is_at_its_turn_without_counting_up_to_it() -> None:
    """Rule 9: nothing is stored of whose turn it is, so nothing can be late."""
    rule = _rule(starts_on=date(2016, 11, 7), turn_days=7, members=(ANN, BOPHA, CHAN))
    [standing] = stretches(rule, _utc("2026-11-22T12:00"), _utc("2026-11-22T12:01"), ())
    assert standing.staff_id == (ANN, BOPHA, CHAN)[(date(2026, 11, 22) - date(2016, 11, 7)).days // 7 % 3]


FRIDAY_NIGHT = {"weekdays": frozenset({5}), "from_time": time(20), "until_time": time(6), "members": (ANN,)}
SHAPES: dict[str, tuple[dict[str, object], list[tuple[int, str, str]]]] = {
    "weekdays only": (
        {"weekdays": frozenset({6, 7})},
        [(BOPHA, "Sat 08:00", "Sun 08:00"), (ANN, "Sun 08:00", "Mon 08:00")],
    ),
    "office hours on two days": (
        {"weekdays": frozenset({1, 2}), "from_time": time(9), "until_time": time(17)},
        [(ANN, "Mon 09:00", "Mon 17:00"), (BOPHA, "Tue 09:00", "Tue 17:00")],
    ),
    "a night that begins on Friday ends on Saturday": (FRIDAY_NIGHT, [(ANN, "Fri 20:00", "Sat 06:00")]),
    "a night cut by a hand-over at midnight belongs to both its days": (
        {**FRIDAY_NIGHT, "hands_over_at": time(0)},
        [(ANN, "Fri 00:00", "Fri 06:00"), (ANN, "Fri 20:00", "Sat 00:00")],
    ),
    "a hand-over in the window": (
        {"weekdays": frozenset({3, 4}), "from_time": time(6), "until_time": time(10)},
        [
            (ANN, "Wed 08:00", "Wed 10:00"),
            (ANN, "Thu 06:00", "Thu 08:00"),
            (BOPHA, "Thu 08:00", "Thu 10:00"),
            (BOPHA, "Fri 06:00", "Fri 08:00"),
        ],
    ),
    "from and until the same are the whole day": (
        {"weekdays": frozenset({1}), "from_time": time(9), "until_time": time(9)},
        [(ANN, "Mon 08:00", "Tue 08:00")],
    ),
}


@pytest.mark.parametrize(("changes", "expected"), SHAPES.values(), ids=SHAPES)
def test_weekdays_and_windows(changes: dict[str, object], expected: list[tuple[int, str, str]]) -> None:
    assert _shown(_rule(**changes), date(2026, 11, 2), 8)[: len(expected)] == expected


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [("2026-03-28", "2026-03-28T20:00", "2026-03-29T05:00"), ("2026-10-24", "2026-10-24T19:00", "2026-10-25T06:00")],
    ids=["spring: nine hours", "autumn: eleven hours"],
)
def test_a_night_over_a_change_of_clocks_keeps_its_local_hours(day: str, begins: str, ends: str) -> None:
    rule = _rule(zone=LONDON, starts_on=date(2026, 1, 1), from_time=time(20), until_time=time(6), members=(ANN,))
    noon = instant_of(date.fromisoformat(day), time(12), LONDON)
    [night] = stretches(rule, noon, noon + DAY, ())
    assert (night.starts_at, night.ends_at) == (_utc(begins), _utc(ends))


def test_a_window_within_the_hour_that_is_left_out_is_nobodys() -> None:
    rule = _rule(zone=LONDON, starts_on=date(2026, 1, 1), from_time=time(1, 10), until_time=time(1, 50))
    assert _over(rule, date(2026, 3, 29), 1) == []
    assert len(_over(rule, date(2026, 3, 28), 1)) == 1


HOLIDAYS = frozenset({date(2026, 11, 4)})  # the Wednesday
ON_HOLIDAYS = {
    OnHolidays.AS_USUAL: ["Mon", "Tue", "Wed", "Thu"],
    OnHolidays.OFF: ["Mon", "Tue", "Thu"],
    OnHolidays.ONLY: ["Wed"],
}


@pytest.mark.parametrize(("on_holidays", "expected"), ON_HOLIDAYS.items(), ids=ON_HOLIDAYS)
def test_a_holiday_is_the_local_day_on_which_a_turn_begins(on_holidays: OnHolidays, expected: list[str]) -> None:
    rule = _rule(on_holidays=on_holidays, ends_on=date(2026, 11, 6), weekdays=frozenset({1, 2, 3, 4}))
    assert [begins[:3] for _, begins, _ in _shown(rule, date(2026, 11, 1), 7, HOLIDAYS)] == expected


def test_off_and_only_together_cover_everything_once() -> None:
    off, only = _rule(on_holidays=OnHolidays.OFF), _rule(on_holidays=OnHolidays.ONLY, members=(CHAN,))
    both = sorted(
        [*_over(off, date(2026, 11, 3), 4, HOLIDAYS), *_over(only, date(2026, 11, 3), 4, HOLIDAYS)],
        key=lambda each: each.starts_at,
    )
    assert [each.ends_at for each in both[:-1]] == [each.starts_at for each in both[1:]]
    assert [each.staff_id for each in both].count(CHAN) == 1


ZONES = st.sampled_from(
    ["Europe/London", "Australia/Sydney", "America/New_York", "Australia/Lord_Howe", "Asia/Yangon", "Asia/Bangkok"]
).map(ZoneInfo)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60))
RULES = st.builds(
    RotationRule,
    rotation_id=st.just(1),
    step_no=st.integers(1, 3),
    zone=ZONES,
    starts_on=DAYS,
    ends_on=st.none(),
    hands_over_at=MINUTES,
    turn_days=st.sampled_from([1, 2, 7, 14]),
    members=st.lists(st.sampled_from([ANN, BOPHA, CHAN]), min_size=1, max_size=4).map(tuple),
)
ANY_RULES = st.builds(
    lambda rule, weekdays, window, on_holidays: replace(
        rule,
        weekdays=weekdays,
        from_time=window and window[0],
        until_time=window and window[1],
        on_holidays=on_holidays,
    ),
    RULES,
    st.frozensets(st.integers(1, 7)),
    st.none() | st.tuples(MINUTES, MINUTES),
    st.sampled_from(OnHolidays),
)


@given(rule=RULES, days_in=st.integers(0, 800), minutes=st.integers(0, 24 * 60 - 1))
def test_rule_9_any_fortnight_of_a_rotation_is_covered_exactly_once(
    rule: RotationRule, days_in: int, minutes: int
) -> None:
    start = instant_of(rule.starts_on, rule.hands_over_at, rule.zone) + days_in * DAY + timedelta(minutes=minutes)
    end = start + 14 * DAY
    found = list(stretches(rule, start, end, ()))
    assert found[0].starts_at == start
    assert found[-1].ends_at == end
    assert [each.ends_at for each in found[:-1]] == [each.starts_at for each in found[1:]]
    assert all(each.starts_at < each.ends_at for each in found)


class Counted(tuple[int, ...]):
    """Members of a rotation; how often somebody asked whose turn it is."""

    asked = 0

    def __getitem__(self, index: Any) -> Any:
        Counted.asked += 1
        return super().__getitem__(index)


def test_rule_9_after_years_in_which_nobody_asked_it_is_the_right_ones_turn_without_catching_up() -> None:
    """Nothing is stored of whose turn it is: twelve years are as far as a day, and asking changes nothing."""
    members = Counted((ANN, BOPHA, CHAN))
    begun = date(2015, 1, 5)
    rule = RotationRule(
        rotation_id=1,
        step_no=1,
        zone=ZoneInfo("Asia/Yangon"),
        starts_on=begun,
        ends_on=None,
        hands_over_at=time(8),
        turn_days=7,
        members=members,
    )
    roster = Roster(rotations=(rule,), people={who: Person(staff_id=who) for who in (ANN, BOPHA, CHAN)})
    turn, expected = begun, 0
    while turn + 7 * DAY <= date(2026, 11, 24):
        turn, expected = turn + 7 * DAY, (expected + 1) % 3
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)  # the second day of a turn
    Counted.asked = 0
    for moment in (at, at - 4000 * DAY, at):
        found = places(moment, roster)
    assert found == {(1, (ANN, BOPHA, CHAN)[expected])}
    assert Counted.asked < 20, "the work does not grow with the years"


@given(rule=ANY_RULES, on=DAYS, after=st.integers(0, 14 * 24 * 60), holidays=st.frozensets(DAYS, max_size=3))
def test_who_stands_at_an_instant_is_whose_stretch_it_is(
    rule: RotationRule, on: date, after: int, holidays: frozenset[date]
) -> None:
    start = datetime.combine(on, time(0), tzinfo=UTC)
    at = start + timedelta(minutes=after)
    people = {who: Person(staff_id=who) for who in (ANN, BOPHA, CHAN)}
    standing = places(at, Roster(rotations=(rule,), holidays=holidays, people=people))
    found = list(stretches(rule, start, start + 15 * DAY, holidays))
    assert standing == {(each.step_no, each.staff_id) for each in found if each.starts_at <= at < each.ends_at}
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(found))


@given(day=DAYS, zone=ZONES, one=MINUTES, other=MINUTES)
def test_local_hours_never_run_backwards(day: date, zone: ZoneInfo, one: time, other: time) -> None:
    earlier, later = sorted((one, other))
    assert instant_of(day, earlier, zone) <= instant_of(day, later, zone)
    assert instant_of(day, later, zone) < instant_of(day + 2 * DAY, earlier, zone)
