"""Who may not take cases about something is kept from them wherever they can be reached: also with a page of the time
before it was known, with a case that they hold already, and by a word of theirs that comes late."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.database.states import AlarmState, StaffRole
from bot.database.tables import Report, Staff
from bot.escalation.alarms import learn_about
from bot.messages.normalising import read
from bot.reports.urgency_floor import assess
from tests.unit.escalation.phones import events, reads, sends
from tests.unit.escalation.seen import paged
from tests.unit.house import CRY, House


def _may_not(house: House, staff_id: int, about: str = "country:KH") -> None:
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == staff_id).values(conflicts=[about]))


def _learn(house: House) -> None:
    with house.database.transaction() as session:
        learn_about(session, session.get_one(Report, house.report().id), ["country:KH"])


def test_a_page_of_the_time_before_it_was_known_takes_nothing(house: House) -> None:
    dara = house.on_call("Dara")
    _may_not(house, dara)
    house.hears(CRY)
    _learn(house)
    assert sends(house, dara, "ACK #") == ["Dara may not take case 101. Nothing was done."]
    assert house.alarm().state is AlarmState.PAGING


@pytest.mark.parametrize("word", ["UP #", "CALL # Vanna", "BUSY #", "GIVE # Vanna"])
def test_nor_is_anything_else_done_with_it(house: House, word: str) -> None:
    dara, _ = house.on_call("Dara"), house.on_call("Vanna", step=2)
    _may_not(house, dara)
    house.hears(CRY)
    _learn(house)
    assert sends(house, dara, word) == ["Dara may not take case 101. Nothing was done."]
    assert house.alarm().escalated_at is None


def test_what_was_handed_over_is_not_accepted_once_it_is_known(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=None)
    _may_not(house, vanna)
    house.hears(CRY)
    sends(house, dara, "ACK #")
    sends(house, dara, "GIVE # Vanna")
    _learn(house)
    assert sends(house, vanna, "YES #") == ["Vanna may not take case 101. Nothing was done."]
    assert house.alarm().owner_id == dara


def test_a_no_is_heard_all_the_same(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=None)
    _may_not(house, vanna)
    house.hears(CRY)
    sends(house, dara, "ACK #")
    sends(house, dara, "GIVE # Vanna")
    _learn(house)
    assert "passed on" in sends(house, vanna, "NO #")[0]


def test_whoever_holds_what_they_may_not_hold_holds_it_no_more_and_others_are_woken(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    _may_not(house, dara)
    house.hears(CRY)
    sends(house, dara, "ACK #")
    _learn(house)
    house.sweep()
    house.send()
    assert house.alarm().state is AlarmState.PAGING
    assert paged(house) == [dara, vanna]
    assert "lapsed" in events(house)


def test_a_ready_answer_of_theirs_is_not_sent(house: House) -> None:
    dara = house.on_call("Dara")
    _may_not(house, dara)
    house.hears(CRY)
    sends(house, dara, "ACK #")
    code = house.code(house.last_page(dara).id)
    _learn(house)
    assert house.responder_says(f"101 {code} 1", "Dara") == "Case 101 is not in your hands now. Nothing was sent."


def test_a_supervisor_who_may_not_take_it_is_not_told_that_nobody_does(house: House) -> None:
    dara, _ = house.on_call("Dara", step=None), house.on_call("Vanna", step=None)
    with house.database.transaction() as session:
        session.execute(update(Staff).values(role=StaffRole.SUPERVISOR))
    _may_not(house, dara, assess(read(CRY)).reasons[0])
    house.hears(CRY)
    assert reads(house, "Dara") == []
    assert any("Nobody takes case 101" in each for each in reads(house, "Vanna"))
