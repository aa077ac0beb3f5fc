"""Rule 8: a clock that jumps delays nobody. `house.pass_time` of a negative interval is a clock that was set back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, text
from sqlalchemy.orm import Session

from bot.database.session import Database, database_now
from bot.database.states import HandOverState, InboxState, StaffRole
from bot.database.tables import HandOver, InboxMessage, OutboxMessage, Staff
from bot.errors import RetryAfterError
from bot.settings import Settings
from bot.worker.clock_guard import ClockGuard, Reading, jump, restamp
from tests.unit.escalation.phones import sends
from tests.unit.escalation.seen import LEASE, STEP, acknowledge_as, paged
from tests.unit.house import CRY, House

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clocks:
    """Two clocks that are set by hand."""

    database, steady_seconds = NOON, 0.0

    def steady(self) -> float:
        return self.steady_seconds

    def clock(self, _session: Session) -> datetime:
        return self.database

    def pass_time(self, seconds: float, *, jumps: float = 0.0) -> None:
        self.steady_seconds += seconds
        self.database += timedelta(seconds=seconds + jumps)


def _reading(seconds: float, steady: float, unsure: float = 0.0) -> Reading:
    return Reading(database=NOON + timedelta(seconds=seconds), steady_seconds=steady, unsure=timedelta(seconds=unsure))


@pytest.mark.parametrize(
    ("database", "steady", "unsure", "found"),
    [
        pytest.param(2, 2, 0, 0, id="both run"),
        pytest.param(3601, 2, 0, 3599, id="an hour forward"),
        pytest.param(-3598, 2, 0, -3600, id="an hour back"),
        pytest.param(0.5, 2, 0, 0, id="tolerated"),
        pytest.param(-0.5, 2, 0, -2.5, id="back by more than two seconds"),
        pytest.param(-2, 2, 3, 0, id="the answer took so long that nobody knows"),
        pytest.param(1800, 1800, 0, 0, id="the process slept"),
    ],
)
def test_rule_8_a_jump_is_told_from_time_that_passed(
    database: float, steady: float, unsure: float, found: float
) -> None:
    assert jump(_reading(0, 0), _reading(database, steady, unsure)) == timedelta(seconds=found)


def _supervisor(house: House) -> None:
    staff_id = house.on_call("Mali", step=None)
    with house.database.transaction() as session:
        session.get_one(Staff, staff_id).role = StaffRole.SUPERVISOR


def _told(house: House) -> list[str]:
    house.send()
    return [each.text for each in house.staff_bot.sent if "clock" in each.text]


def test_rule_8_a_clock_set_back_is_told_to_supervisors_once_and_no_step_waits_longer(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    _supervisor(house)
    house.arrives(CRY)
    clocks = Clocks()
    guards = [ClockGuard(house.database, house.settings, clocks.steady, clocks.clock) for _ in range(2)]
    for guard in guards:
        asyncio.run(guard.look())
    house.pass_time(-timedelta(hours=1))
    clocks.pass_time(2, jumps=-3600)
    for guard in guards:
        asyncio.run(guard.look())
    house.pass_time(STEP)
    assert house.sweep() == 1
    assert paged(house) == [dara, vanna]
    assert _told(house) == ["The clock of the database jumped by -3600 s. Alarms were put right. Have it looked at."]


def test_rule_8_a_clock_set_forward_fires_each_alarm_once(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    _supervisor(house)
    house.arrives(CRY)
    clocks = Clocks()
    guard = ClockGuard(house.database, house.settings, clocks.steady, clocks.clock)
    asyncio.run(guard.look())
    house.pass_time(timedelta(hours=1))
    clocks.pass_time(2, jumps=3600)
    asyncio.run(guard.look())
    assert (house.sweep(), house.sweep()) == (1, 0)
    assert len(_told(house)) == 1


def test_a_clock_that_runs_as_it_should_touches_nothing_and_tells_nobody(house: House) -> None:
    house.on_call("Dara")
    _supervisor(house)
    house.arrives(CRY)
    before = house.alarm().next_action_at
    clocks = Clocks()
    guard = ClockGuard(house.database, house.settings, clocks.steady, clocks.clock)
    for _ in range(3):
        asyncio.run(guard.look())
        clocks.pass_time(2)
    assert house.alarm().next_action_at == before
    assert _told(house) == []


def test_a_jump_before_this_process_began_is_mended_by_its_first_look(house: House) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    house.pass_time(-timedelta(days=1))
    asyncio.run(ClockGuard(house.database, house.settings).look())
    house.pass_time(STEP)
    assert house.sweep() == 1


def test_rule_8_an_acknowledgement_lapses_in_its_time_after_the_clock_was_set_back(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    acknowledge_as(house, dara)
    house.pass_time(-timedelta(hours=1))
    with house.database.transaction() as session:
        restamp(session, house.settings)
    house.pass_time(LEASE)
    house.sweep()
    assert house.alarm().state.value == "paging"


def test_rule_8_a_page_and_a_lease_wait_no_longer_after_the_clock_was_set_back(house: House) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    house.pass_time(-timedelta(hours=1))
    with house.database.transaction() as session:
        session.execute(text("update inbox set lease_until = now() + interval '1 hour'"))
        restamp(session, house.settings)
        page = session.query(OutboxMessage).filter(OutboxMessage.page_id.is_not(None)).one()
        assert page.due_at <= database_now(session)
        latest = database_now(session) + house.settings.lease
        assert session.scalar(text("select max(lease_until) from inbox")) == latest


def test_rule_8_a_request_to_take_over_ends_in_its_time_after_the_clock_was_set_back(house: House) -> None:
    dara = house.on_call("Dara")
    house.on_call("Mali", step=None)
    house.hears(CRY)
    sends(house, dara, "ACK #")
    sends(house, dara, "GIVE # Mali")
    house.pass_time(-timedelta(hours=1))
    with house.database.transaction() as session:
        restamp(session, house.settings)
    house.pass_time(timedelta(minutes=5, seconds=1))
    house.sweep()
    assert house.rows(HandOver, state=HandOverState.ENDED) == 1


def test_rule_8_what_a_person_wrote_before_the_clock_was_set_back_does_not_wait_for_it(house: House) -> None:
    """A responder's answer and a reporter's word, and what is still to be said to both."""
    dara = house.on_call("Dara")
    house.hears(CRY)
    house.arrives(f"ACK 101 {house.code(house.last_page(dara).id)}", sender="chat of Dara", channel="telegram_staff")
    house.handle()
    house.arrives("we are near the river")
    house.pass_time(-timedelta(minutes=5))
    with house.database.transaction() as session:
        restamp(session, house.settings)
    said, told = len(house.said()), len(house.pages())
    house.send()
    house.handle()
    assert house.rows(InboxMessage, state=InboxState.PENDING) == 0
    assert (len(house.said()) > said, len(house.pages()) > told) == (True, True)


def test_rule_8_the_next_try_of_an_older_page_does_not_wait_for_a_small_jump_back(house: House) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    house.pass_time(timedelta(minutes=5))
    house.change(OutboxMessage, due_at=func.now() + timedelta(seconds=7))
    house.pass_time(-timedelta(minutes=4))
    with house.database.transaction() as session:
        restamp(session, house.settings)
    assert house.send() == 1


def test_rule_8_a_try_that_is_put_off_for_a_while_stays_put_off(house: House) -> None:
    house.sms.failures.append(RetryAfterError(timedelta(minutes=5)))
    house.hears("hello")
    house.pass_time(timedelta(minutes=1))
    with house.database.transaction() as session:
        restamp(session, house.settings)
    assert house.send() == 0


def test_a_database_that_is_down_is_for_the_next_look() -> None:
    nowhere = Database("postgresql+psycopg://nobody:nothing@127.0.0.1:1/none")
    asyncio.run(ClockGuard(nowhere, Settings(_env_file=None)).look())
    nowhere.dispose()
