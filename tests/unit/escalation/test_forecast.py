"""When nobody will be reachable, and who stands where until then: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.escalation.duty import Duty, duties, unchanging
from bot.escalation.forecast import Gap, gaps
from bot.escalation.needs import Person
from bot.escalation.roster import Override, Roster, Shift, Way, places, who_is_on_call
from bot.escalation.rotations import RotationRule

NOW = datetime(2026, 11, 22, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANN, BOPHA = 1, 2
PEOPLE = {ANN: Person(staff_id=ANN, reads=frozenset({"en"})), BOPHA: Person(staff_id=BOPHA, reads=frozenset({"km"}))}
WAYS = [Way(contact_id=who, staff_id=who, channel="sms", rank=1) for who in PEOPLE]
DAYS = RotationRule(
    rotation_id=1,
    step_no=1,
    zone=ZoneInfo("Etc/UTC"),
    starts_on=date(2026, 11, 1),
    ends_on=None,
    hands_over_at=time(8),
    turn_days=1,
    members=(ANN,),
    from_time=time(8),
    until_time=time(20),
)
NIGHTS = replace(DAYS, rotation_id=2, members=(BOPHA,), from_time=time(20), until_time=time(8))
WHOLE = Roster(rotations=(DAYS, NIGHTS), people=PEOPLE)


def _away(who: int, first: int, last: int) -> Override:
    return Override(
        absent_id=who, present_id=None, step_no=None, starts_at=NOW + first * HOUR, ends_at=NOW + last * HOUR
    )


def test_a_roster_that_is_full_has_no_gap() -> None:
    assert gaps(NOW, WHOLE, WAYS, ()) == ()


def test_who_is_away_leaves_a_gap_of_exactly_their_hours() -> None:
    roster = replace(WHOLE, overrides=(_away(ANN, 10, 15), _away(BOPHA, 30, 300)))
    found = gaps(NOW, roster, WAYS, ())
    assert found[0] == Gap(language=None, starts_at=NOW + 10 * HOUR, ends_at=NOW + 15 * HOUR)
    assert found[1] == Gap(language=None, starts_at=NOW + 30 * HOUR, ends_at=NOW + 32 * HOUR)
    assert found[2] == Gap(language=None, starts_at=NOW + 44 * HOUR, ends_at=NOW + 56 * HOUR)


def test_a_gap_over_a_hand_over_is_one() -> None:
    roster = replace(WHOLE, overrides=(_away(ANN, 0, 24), _away(BOPHA, 0, 24)))
    assert gaps(NOW, roster, WAYS, ()) == (Gap(language=None, starts_at=NOW, ends_at=NOW + 24 * HOUR),)


def test_rule_13_who_has_no_working_contact_is_not_there() -> None:
    [gap] = gaps(NOW, Roster(rotations=(replace(DAYS, from_time=None),), people=PEOPLE), WAYS[1:], ())
    assert (gap.starts_at, gap.ends_at) == (NOW, NOW + 14 * DAY)


def test_a_language_lacks_where_somebody_is_there_who_does_not_read_it() -> None:
    roster = replace(WHOLE, overrides=(_away(ANN, 8, 10),))
    found = gaps(NOW, roster, WAYS, ("en", "km"), ahead=DAY)
    assert [(each.language, each.starts_at.hour, each.ends_at.hour) for each in found] == [
        ("en", 0, 8),
        (None, 8, 10),
        ("km", 10, 20),
        ("en", 20, 0),
    ]


def test_an_empty_roster_is_one_gap_and_not_one_for_each_language() -> None:
    assert gaps(NOW, Roster(), WAYS, ("en", "km")) == (Gap(language=None, starts_at=NOW, ends_at=NOW + 14 * DAY),)


def test_duties_are_joined_where_the_same_person_goes_on() -> None:
    fixed = (Shift(staff_id=ANN, step_no=2, starts_at=NOW - DAY, ends_at=NOW + 5 * HOUR),)
    found = duties(NOW, NOW + DAY, replace(WHOLE, rotations=(replace(DAYS, from_time=None),), fixed=fixed))
    assert found == (
        Duty(staff_id=ANN, step_no=1, starts_at=NOW, ends_at=NOW + DAY),
        Duty(staff_id=ANN, step_no=2, starts_at=NOW, ends_at=NOW + 5 * HOUR),
    )


def test_a_stand_in_has_the_duty_and_the_absent_one_has_not() -> None:
    stands_in = Override(
        absent_id=ANN, present_id=BOPHA, step_no=None, starts_at=NOW + 12 * HOUR, ends_at=NOW + 20 * HOUR
    )
    found = duties(NOW, NOW + DAY, replace(WHOLE, overrides=(stands_in,)))
    assert [(each.staff_id, each.starts_at.hour, each.ends_at.hour) for each in found] == [
        (BOPHA, 0, 8),
        (ANN, 8, 12),
        (BOPHA, 12, 0),  # the night is theirs anyway: one stretch
    ]


OFTEN = st.lists(
    st.builds(
        lambda who, present, first, hours: Override(
            absent_id=who,
            present_id=present if present != who else None,
            step_no=None,
            starts_at=NOW + first * HOUR,
            ends_at=NOW + (first + hours) * HOUR,
        ),
        st.sampled_from([ANN, BOPHA]),
        st.sampled_from([None, ANN, BOPHA]),
        st.integers(-5, 60),
        st.integers(1, 30),
    ),
    max_size=3,
).map(tuple)


@given(overrides=OFTEN, minutes=st.integers(0, 3 * 24 * 60 - 1))
def test_a_forecast_says_of_each_minute_what_the_engine_would_find(
    overrides: tuple[Override, ...], minutes: int
) -> None:
    roster, at = replace(WHOLE, overrides=overrides), NOW + timedelta(minutes=minutes)
    present = who_is_on_call(at, roster, WAYS)
    forecast = gaps(NOW, roster, WAYS, ("km",), ahead=3 * DAY)
    open_now = {each.language for each in forecast if each.starts_at <= at < each.ends_at}
    expected = {None} if not present else {"km"} if all(each.staff_id == ANN for each in present) else set()
    assert open_now == expected
    on_duty = {(each.step_no, each.staff_id) for each in duties(NOW, NOW + 3 * DAY, roster) if _covers(each, at)}
    assert on_duty == places(at, roster)
    cuts = list(unchanging(NOW, NOW + 3 * DAY, roster))
    assert (cuts[0][0], cuts[-1][1]) == (NOW, NOW + 3 * DAY)


def _covers(duty: Duty, at: datetime) -> bool:
    return duty.starts_at <= at < duty.ends_at
