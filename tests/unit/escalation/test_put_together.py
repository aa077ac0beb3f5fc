"""What could break between the parts of the engine: notices and the telephone, drills and the auditor, disabled
accounts, urgency that rises while a step waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bot.console.accounts import disable_account, find_account
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Report
from bot.escalation.alarms import raise_alarm
from bot.escalation.auditor import FindingKind, find
from bot.escalation.calling import call_colleague
from bot.escalation.drills import begin_drill, end_drills
from bot.escalation.policy import Policy
from bot.escalation.policy_store import set_policy
from bot.escalation.wishes import lock_alarm
from bot.reports.urgency import Urgency
from tests.unit.escalation.phones import events, reads, sends
from tests.unit.escalation.seen import paged
from tests.unit.house import CRY, House

CALLED_FIRST = (("voice_twilio", "+12025550188"), ("telegram_staff", "chat of Dara"))


def _disable(house: House, name: str) -> None:
    with house.database.transaction() as session:
        disable_account(session, find_account(session, name))


def _findings(house: House) -> set[FindingKind]:
    with house.database.transaction() as session:
        return {each.kind for each in find(session, house.settings)} - {FindingKind.NO_ENGINE}


def test_who_is_called_first_is_told_in_writing_what_nobody_is_called_for(house: House) -> None:
    dara, vanna = house.on_call("Dara", ways=CALLED_FIRST), house.on_call("Vanna", step=None)
    house.hears(CRY)
    house.arrives(f"ACK 101 {house.code(house.last_page(dara).id)}", sender="+12025550188", channel="voice_twilio")
    house.settle()
    sends(house, dara, "GIVE # Vanna")
    sends(house, vanna, "YES #")
    assert "Vanna took over case 101. It is not yours any more." in reads(house, "Dara")


def test_that_the_reporter_wrote_again_is_written_to_who_can_be_written_to(house: House) -> None:
    dara = house.on_call("Dara", ways=CALLED_FIRST)
    house.hears(CRY)
    sends(house, dara, "ACK #")
    calls = len(house.calls.sent)
    house.hears("are you there")
    assert "New message in your case 101." in reads(house, "Dara")
    assert len(house.calls.sent) == calls


def test_a_page_that_waits_is_not_sent_to_whoever_was_disabled_and_the_next_one_is_woken_now(house: House) -> None:
    house.on_call("Dara")
    vanna = house.on_call("Vanna", step=2)
    house.arrives(CRY)
    _disable(house, "Dara")
    house.sweep()
    house.send()
    assert reads(house, "Dara") == []
    assert paged(house)[-1] == vanna


def test_what_somebody_holds_whose_account_is_disabled_is_paged_for_at_once(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.hears(CRY)
    sends(house, dara, "ACK #")
    house.staff_answer("I read it")
    _disable(house, "Dara")
    house.sweep()
    assert house.alarm().state is AlarmState.PAGING
    assert paged(house) == [dara, vanna]


def test_whoever_was_disabled_takes_nothing_with_a_page_they_still_have(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    _disable(house, "Dara")
    assert "not linked" in sends(house, dara, "ACK #")[0]
    assert house.alarm().state is AlarmState.PAGING


@pytest.mark.parametrize("minutes", [3, 6, 9])
def test_a_test_alarm_for_one_person_is_not_taken_for_silence(house: House, minutes: int) -> None:
    dara = house.on_call("Dara")
    with house.database.transaction() as session:
        begin_drill(session, house.settings, staff_id=dara)
    house.send()
    house.pass_time(timedelta(minutes=minutes))
    assert _findings(house) == set()


def test_a_page_by_name_does_not_stand_for_the_steps_that_are_not_paged(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=None)
    house.hears(CRY)
    house.pass_time(timedelta(minutes=4))
    house.change(Alarm, next_action_at=text("now()"))
    with house.database.transaction() as session:
        alarm = lock_alarm(session, house.alarm().id)
        call_colleague(session, alarm, callee_id=vanna, caller_id=dara, settings=house.settings)
    house.send()
    assert any("asks for you" in each for each in reads(house, "Vanna"))
    assert FindingKind.SILENT in _findings(house)


def _patient_unless_critical(house: House) -> None:
    minutes = {Urgency.URGENT: timedelta(minutes=30), Urgency.CRITICAL: timedelta(seconds=60)}
    policy = Policy(wait=timedelta(seconds=60), lease=timedelta(minutes=10), loops=3, waits=minutes)
    with house.database.transaction() as session:
        set_policy(session, policy, staff_id=None)


@pytest.mark.parametrize(("waited", "woken"), [(40, 1), (30, 1), (61, 2), (600, 2)])
def test_urgency_that_rises_while_a_step_waits_is_given_the_patience_of_what_it_is_now(
    house: House, waited: int, woken: int
) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    _patient_unless_critical(house)
    house.hears("they took my passport and do not let me leave")
    with house.database.transaction() as session:
        report = session.scalars(select(Report)).one()
        raise_alarm(session, report, Urgency.URGENT, "test", house.settings)
    house.send()
    house.pass_time(timedelta(seconds=waited))
    with house.database.transaction() as session:
        report = session.scalars(select(Report)).one()
        raise_alarm(session, report, Urgency.CRITICAL, "test", house.settings)
    house.sweep()
    house.send()
    assert len(paged(house)) == woken
    assert _findings(house) == set()
    house.pass_time(timedelta(seconds=61 - waited if waited < 60 else 0))
    house.sweep()
    assert len(paged(house)) == 2


def test_ending_a_test_alarm_stands_in_nobodys_way(house: House) -> None:
    """A sender that holds a page's row writes the page's history, which points at the alarm: whoever ends the alarm
    and waits for that row must let it."""
    house.on_call("Dara")
    with house.database.transaction() as session:
        begin_drill(session, house.settings)
    house.pass_time(timedelta(minutes=11))
    with house.database.transaction() as ending:
        assert end_drills(ending) == 1
        try:
            with house.database.transaction() as sender:
                sender.execute(text("select id from alarm for key share nowait"))
        except OperationalError:
            pytest.fail("a sender would wait for the alarm")


def test_a_lapse_is_told_in_the_history_of_a_case_whose_owner_was_disabled(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    sends(house, dara, "ACK #")
    _disable(house, "Dara")
    house.sweep()
    assert "lapsed" in events(house)
