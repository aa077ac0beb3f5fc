"""How long an acknowledgement holds. Rules 3, 27 and 28 of oncall.md, part B."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversation import case_desk
from bot.database.states import AlarmState
from bot.database.tables import AuditEntry, Report
from bot.escalation.broken_contacts import mark_broken
from bot.escalation.leases import note_work
from bot.escalation.policy import Policy
from bot.escalation.policy_store import set_policy
from bot.escalation.roster_store import load_ways
from bot.reports.urgency import Urgency
from tests.unit.escalation.phones import events, reads, sends
from tests.unit.escalation.seen import LEASE, acknowledge_as, paged
from tests.unit.house import CRY, House

MINUTE = timedelta(minutes=1)
CRIES = {"CRITICAL": (CRY, 10), "URGENT": ("help me, they locked me in", 25)}


@pytest.mark.parametrize(("cry", "minutes"), CRIES.values(), ids=CRIES)
def test_rule_28_the_lease_is_that_of_the_urgency_in_the_alarms_own_policy(
    house: House, cry: str, minutes: int
) -> None:
    with house.database.transaction() as session:
        policy = Policy(wait=MINUTE, lease=10 * MINUTE, loops=3, leases={Urgency.URGENT: 25 * MINUTE})
        set_policy(session, policy, staff_id=None)
    dara = house.on_call("Dara")
    house.hears(cry)
    with house.database.transaction() as session:  # a newer version is for alarms raised from now on
        set_policy(session, Policy(wait=MINUTE, lease=MINUTE, loops=3), staff_id=None)
    acknowledge_as(house, dara)
    house.pass_time(minutes * MINUTE - timedelta(seconds=10))
    assert house.sweep() == 0
    house.pass_time(timedelta(seconds=11))
    assert house.sweep() == 1
    assert house.alarm().state is AlarmState.PAGING


def test_rule_28_the_owner_keeps_it_by_writing_down_that_they_are_at_work(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    sends(house, dara, "ACK #")
    house.pass_time(9 * MINUTE)
    assert sends(house, dara, "BUSY #") == [
        "Written down: you are at work on case 101. It stays yours for 10 min more."
    ]
    house.pass_time(9 * MINUTE)
    assert house.sweep() == 1
    assert house.alarm().state is AlarmState.ACKNOWLEDGED
    house.pass_time(2 * MINUTE)
    assert house.sweep() == 1
    assert house.alarm().state is AlarmState.PAGING, "a note is no answer: it holds for one lease"
    assert events(house) == ["raised", "step", "acknowledged", "extended", "lapsed", "step"]
    assert house.rows(AuditEntry, action="noted", staff_id=dara) == 1


def test_rule_28_only_the_owner_can_write_that(house: House) -> None:
    dara, mali = house.on_call("Dara"), house.on_call("Mali")
    house.hears(CRY)
    assert sends(house, mali, "BUSY #") == ["Case 101 is not in your hands now. Nothing was done."]
    sends(house, dara, "ACK #")
    assert sends(house, mali, "BUSY #")[-1] == "Case 101 is not in your hands now. Nothing was done."
    house.pass_time(LEASE)
    house.sweep()
    assert house.alarm().state is AlarmState.PAGING


def test_rule_28_a_note_does_not_hide_for_ever_that_new_words_wait(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    sends(house, dara, "ACK #")
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=dara, which=1)
    house.hears("we are near the river")
    house.pass_time(9 * MINUTE)
    sends(house, dara, "BUSY #")
    house.pass_time(9 * MINUTE)
    house.sweep()
    assert house.alarm().state is AlarmState.ACKNOWLEDGED
    house.pass_time(2 * MINUTE)
    house.sweep()
    assert house.alarm().state is AlarmState.PAGING


def test_rule_28_notes_from_before_a_lapse_do_not_hold_it_afterwards(house: House) -> None:
    dara, mali = house.on_call("Dara"), house.on_call("Mali")
    house.hears(CRY)
    sends(house, dara, "ACK #")
    sends(house, dara, "BUSY #")
    house.pass_time(LEASE)
    house.sweep()
    acknowledge_as(house, mali)
    house.pass_time(LEASE)
    assert house.sweep() == 1
    assert house.alarm().state is AlarmState.PAGING


def test_rule_28_answering_is_written_down_as_extending_the_lease(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    sends(house, dara, "ACK #")
    house.staff_answer("I read you.")
    assert events(house)[-1] == "extended"


def test_rule_27_a_lapse_pages_the_owner_who_is_not_on_call_any_more(house: House) -> None:
    dara = house.on_call("Dara", step=None)
    mali = house.on_call("Mali")
    house.hears(CRY)
    acknowledge_as(house, dara)
    house.pass_time(LEASE)
    house.sweep()
    house.send()
    assert paged(house) == [mali, mali, dara]
    assert reads(house, "Dara")[-1].startswith("CRITICAL: case 101")


def test_rule_27_a_lapse_with_an_owner_nobody_can_reach_pages_the_others(house: House) -> None:
    dara, mali = house.on_call("Dara", step=None), house.on_call("Mali")
    house.hears(CRY)
    acknowledge_as(house, dara)
    with house.database.transaction() as session:
        for way in load_ways(session):
            if way.staff_id == dara:
                mark_broken(session, way.contact_id, "blocked")
    house.pass_time(LEASE)
    house.sweep()
    assert paged(house) == [mali, mali]


def test_rule_3_a_late_tap_is_written_down_and_an_owner_who_taps_again_is_no_loser(house: House) -> None:
    dara, mali = house.on_call("Dara"), house.on_call("Mali")
    house.hears(CRY)
    sends(house, dara, "ACK #")
    assert sends(house, dara, "ACK #")[-1].startswith("Case 101 is yours.")
    assert sends(house, mali, "ACK #")[-1].startswith("Case 101 was already taken by Dara")
    assert events(house)[-2:] == ["acknowledged", "late"]
    assert house.rows(AuditEntry, action="acknowledged") == 1


def test_rule_19_a_case_that_became_worse_wakes_its_owner_too_on_call_or_not(house: House) -> None:
    dara, mali = house.on_call("Dara", step=None), house.on_call("Mali")
    house.hears("help me, they locked me in")
    acknowledge_as(house, dara)
    house.hears(CRY)
    assert house.alarm().state is AlarmState.PAGING
    assert paged(house) == [mali, mali, dara]


def test_rule_28_a_colleagues_note_does_not_hold_a_case_whose_owner_may_sleep(house: House) -> None:
    dara, mali = house.on_call("Dara"), house.on_call("Mali")
    house.hears(CRY)
    sends(house, dara, "ACK #")
    house.pass_time(5 * MINUTE)
    with house.database.transaction() as session:
        note_work(session, session.get_one(Report, house.report().id), staff_id=mali)
    house.pass_time(5 * MINUTE + timedelta(seconds=1))
    house.sweep()
    assert house.alarm().state is AlarmState.PAGING
