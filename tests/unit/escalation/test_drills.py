"""A test alarm goes the way real ones go, is marked on the phone, and ends by itself."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.database.states import AlarmState, ReportKind, ReportState, StaffRole
from bot.database.tables import Alarm, ContactPoint, Report, Staff
from bot.escalation.digest import tell_whose_shift_began
from bot.escalation.drills import DrillError, begin_drill, end_drills, hops, is_over, last_time, nightly_drill
from tests.unit.escalation.seen import STEP, acknowledge_as, paged
from tests.unit.house import CRY, House

BANGKOK = ZoneInfo("Asia/Bangkok")


def _begin(house: House, staff_id: int | None = None) -> int:
    with house.database.transaction() as session:
        return begin_drill(session, house.settings, staff_id=staff_id)


def _end(house: House) -> int:
    with house.database.transaction() as session:
        return end_drills(session)


def _hops(house: House, number: int) -> list[str]:
    with house.database.transaction() as session:
        return [hop.name for hop in hops(session, number)]


def test_it_pages_who_is_on_call_says_test_and_tells_each_hop(house: House) -> None:
    dara = house.on_call("Dara")
    number = _begin(house)
    house.send()
    assert house.staff_bot.sent[-1].text.startswith("TEST: case ")
    assert acknowledge_as(house, dara, number) == "taken by Dara"
    assert _hops(house, number)[:2] == ["raised", "step"]
    assert [name for name in _hops(house, number) if name in ("page_pending", "page_sending", "page_sent")] == [
        "page_pending",
        "page_sending",
        "page_sent",
    ]
    assert _hops(house, number)[-1] == "acknowledged"


def test_it_goes_through_the_steps_as_a_real_one_and_is_named_test_when_paged_again(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    _begin(house)
    house.send()
    house.pass_time(STEP)
    house.sweep()
    house.send()
    assert paged(house) == [dara, vanna]
    assert all(each.text.startswith("TEST") for each in house.staff_bot.sent)


def test_it_ends_once_it_is_taken_and_no_reporter_is_told_anything(house: House) -> None:
    dara = house.on_call("Dara")
    number = _begin(house)
    house.send()
    assert _end(house) == 0
    acknowledge_as(house, dara, number)
    assert (_end(house), _end(house)) == (1, 0)
    house.send()
    assert (house.alarm().state, house.report().state) == (AlarmState.CLOSED, ReportState.CLOSED)
    assert (house.said(), house.rows(ContactPoint)) == ([], 0)
    with house.database.transaction() as session:
        assert is_over(session, number)


def test_nobody_takes_it_and_after_ten_minutes_it_ends_and_supervisors_are_told(house: House) -> None:
    dara = house.on_call("Dara")
    with house.database.transaction() as session:
        session.get_one(Staff, dara).role = StaffRole.SUPERVISOR
    number = _begin(house)
    house.pass_time(timedelta(minutes=9, seconds=50))
    assert _end(house) == 0
    house.pass_time(timedelta(seconds=11))
    assert _end(house) == 1
    house.send()
    assert [each.text for each in house.staff_bot.sent] == [
        f"Test alarm {number} was not taken by anybody in ten minutes."
    ], "and a page that had not left by then does not leave any more"


def test_with_nobody_on_call_the_policy_goes_to_its_end_and_no_reporter_is_looked_for(house: House) -> None:
    _begin(house)
    assert house.alarm().exhausted_at is not None
    assert house.said() == []


def test_one_person_is_tested_by_all_their_ways_and_nobody_else_is_woken(house: House) -> None:
    house.on_call("Vanna")
    dara = house.on_call("Dara", step=None, ways=(("telegram_staff", "chat of Dara"), ("sms", "+12025550199")))
    _begin(house, dara)
    house.send()
    house.pass_time(timedelta(minutes=5))
    assert house.sweep() == 0
    assert [each.address for each in house.pages()] == ["chat of Dara", "+12025550199"]


def test_who_cannot_be_reached_is_no_test(house: House) -> None:
    nobody = house.on_call("Dara", step=None, ways=())
    house.change(Staff, active=False)
    with pytest.raises(DrillError):
        _begin(house, nobody)
    assert house.rows(Alarm) == 0


@pytest.mark.parametrize(
    ("now", "last"),
    [
        pytest.param("2026-11-22T20:00+00:00", "2026-11-22T20:00+00:00", id="at the minute"),
        pytest.param("2026-11-22T19:59+00:00", "2026-11-21T20:00+00:00", id="a minute before"),
        pytest.param("2026-11-23T10:00+00:00", "2026-11-22T20:00+00:00", id="the next morning"),
    ],
)
def test_three_in_the_morning_is_where_the_responders_are(now: str, last: str) -> None:
    found = last_time(datetime.fromisoformat(now), time(3, 0), BANGKOK)
    assert found.astimezone(UTC) == datetime.fromisoformat(last)


def test_at_night_one_is_raised_when_it_is_switched_on_and_only_one(house: House) -> None:
    house.on_call("Dara")
    with house.database.transaction() as session:
        local = session.execute(select(func.now())).scalar_one().astimezone(BANGKOK)
        assert nightly_drill(session, house.settings, BANGKOK) is None, "nobody switched it on"
        house.settings.nightly_drill = (local - timedelta(minutes=2)).time()
        assert nightly_drill(session, house.settings, BANGKOK) == 101
        assert nightly_drill(session, house.settings, BANGKOK) is None
    assert house.rows(Report, kind=ReportKind.DRILL) == 1


def test_a_process_that_starts_by_day_does_not_make_up_for_the_night(house: House) -> None:
    with house.database.transaction() as session:
        local = session.execute(select(func.now())).scalar_one().astimezone(BANGKOK)
        house.settings.nightly_drill = (local - timedelta(hours=2)).time()
        assert nightly_drill(session, house.settings, BANGKOK) is None


def test_a_real_alarm_is_never_ended_as_a_test(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    acknowledge_as(house, dara)
    house.pass_time(timedelta(minutes=30))
    assert _end(house) == 0
    with house.database.transaction() as session:
        assert tell_whose_shift_began(session) == 0, "and nobody's shift began"
