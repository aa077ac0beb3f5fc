"""States move forward only, and who is asked by name answers alone. Rules 1, 4 and 5 of oncall.md, part B1; see also
test_acknowledging.py, test_escalating.py, test_replies.py and test_calling.py."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from bot.conversation import case_desk
from bot.database.states import AlarmState, CallState
from bot.database.tables import Alarm, Report, ResponderCall
from bot.messages import outbox_claims
from bot.messages.holding import HoldRules
from bot.messages.message import Audience
from tests.unit.escalation.phones import reads, sends
from tests.unit.escalation.seen import STEP, acknowledge_as, paged
from tests.unit.house import CRY, House


@pytest.mark.parametrize("over", ["closed", "stood_down"])
@pytest.mark.parametrize("change", ["state = 'paging'", "state = 'acknowledged'", "state = 'waiting'"])
def test_rule_1_the_database_itself_lets_no_alarm_come_back(house: House, over: str, change: str) -> None:
    """Whatever a late tap, an old process or a hand at the console of the database writes."""
    house.arrives(CRY)
    house.change(Alarm, state=AlarmState(over))
    with pytest.raises(IntegrityError, match="alarm 1 is over"), house.database.transaction() as session:
        session.execute(text(f"update alarm set {change}"))
    assert house.alarm().state is AlarmState(over)


def test_rule_1_an_alarm_keeps_its_epoch_what_comes_anew_has_one_of_its_own(house: House) -> None:
    house.arrives(CRY)
    with pytest.raises(IntegrityError, match="alarm 1 keeps its epoch"), house.database.transaction() as session:
        session.execute(text("update alarm set epoch = epoch + 1"))
    assert house.alarm().epoch == 1


def test_rule_1_a_cry_after_closing_pages_from_the_first_step_and_the_old_alarm_stays_closed(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.hears(CRY)
    house.pass_time(STEP)
    house.sweep()
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=vanna)
    house.hears(CRY)
    with house.database.transaction() as session:
        states = session.execute(select(Alarm.state, Alarm.step_no).order_by(Alarm.id)).all()
        people = session.scalars(select(Report.conversation_id)).all()
    assert [tuple(each) for each in states] == [(AlarmState.CLOSED, 2), (AlarmState.PAGING, 1)]
    assert paged(house) == [dara, vanna, dara]
    assert len(set(people)) == 1, "staff see that it is the same person again"


def test_rule_4_a_page_whose_sender_died_is_not_sent_again_once_the_case_is_taken(house: House) -> None:
    """It was on its way when the case was taken, so that nobody could cancel it then."""
    house.on_call("Mali")
    house.arrives(CRY)
    with house.database.transaction() as session:
        lease, rules = house.settings.lease, HoldRules.of(house.settings)
        assert outbox_claims.claim(session, Audience.RESPONDER, lease=lease, rules=rules) is not None
    assert acknowledge_as(house, house.on_call("Dara", step=None)) == "taken by Dara"
    house.pass_time(lease + timedelta(seconds=1))
    house.tidy()
    house.send()
    assert reads(house, "Mali") == []


def test_rule_5_nobody_elses_answer_stops_the_pages_of_somebody_who_was_called(house: House) -> None:
    dara = house.on_call("Dara")
    mali, vanna = house.on_call("Mali", step=None), house.on_call("Vanna", step=None)
    house.hears(CRY)
    sends(house, dara, "ACK #")
    sends(house, dara, "CALL # Mali")
    sends(house, dara, "CALL # Vanna")
    sends(house, vanna, "YES #")
    sends(house, dara, "BUSY #")
    house.pass_time(STEP)
    house.sweep()
    house.send()
    assert len([each for each in reads(house, "Mali") if "asks for you" in each]) == 2
    assert len([each for each in reads(house, "Vanna") if "asks for you" in each]) == 1
    assert house.rows(ResponderCall, staff_id=mali, state=CallState.PAGING) == 1
