"""A page that will never arrive, a roster that is used up: what happens then happens in the same transaction, and the
operator is told. Rules 4, 12, 14 and 29 of oncall.md, part B."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from bot.database.states import OutboxState, StaffRole
from bot.database.tables import Alarm, Conversation, OncallPolicy, OutboxMessage, RosterEntry, Staff, StaffContact
from bot.errors import BlockedError, PermanentSendError
from bot.escalation.alarms import find_open_alarm, raise_alarm
from bot.escalation.pages import pages_left
from bot.escalation.replies import ResponderReply, apply_reply
from bot.escalation.sweeping import sweep
from bot.messages import outbox_claims
from bot.messages.holding import HoldRules
from bot.messages.message import Audience
from bot.reports.report_store import open_report
from bot.reports.urgency import Urgency
from bot.worker.alarm_loop import alone
from tests.unit.escalation.phones import events, reads, sends
from tests.unit.escalation.seen import STEP, acknowledge_as, paged, reporter_read
from tests.unit.house import CRY, House


def _supervisor(house: House, name: str, *, ways: tuple[tuple[str, str], ...] = ()) -> int:
    staff_id = house.on_call(name, step=None, ways=ways)
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == staff_id).values(role=StaffRole.SUPERVISOR))
    return staff_id


def _told(house: House) -> list[str]:
    return [each.address for each in house.pages() if each.text.startswith("Nobody takes case 101")]


def _use_up(house: House) -> None:
    """Let the steps pass until the last resort."""
    for _ in range(house.settings.page_loops + 1):
        house.pass_time(STEP)
        house.sweep()
        house.send()


def test_rule_12_at_the_end_of_the_policy_every_supervisor_is_told_by_every_way(house: House) -> None:
    house.on_call("Dara")
    _supervisor(house, "Noor", ways=(("telegram_staff", "chat of Noor"), ("sms", "+12025550144")))
    house.hears(CRY)
    _use_up(house)
    assert sorted(_told(house)) == ["+12025550144", "chat of Noor"]
    assert events(house)[-2:] == ["exhausted", "operator_told"]
    assert reporter_read(house, "utter_nobody_yet") == 1


def test_rule_12_and_again_every_hour_while_it_lasts_and_not_in_between(house: House) -> None:
    house.on_call("Dara")
    _supervisor(house, "Noor")
    house.hears(CRY)
    _use_up(house)
    for _ in range(6):
        house.pass_time(timedelta(minutes=6))
        house.sweep()
    house.send()
    assert len(_told(house)) == 1
    house.pass_time(timedelta(minutes=30))
    house.sweep()
    house.send()
    assert len(_told(house)) == 2
    assert reporter_read(house, "utter_nobody_yet") == 1


def test_rule_12_used_up_once_more_after_a_lapse_the_operator_is_told_once_more(house: House) -> None:
    dara = house.on_call("Dara")
    _supervisor(house, "Noor")
    house.hears(CRY)
    _use_up(house)
    acknowledge_as(house, dara)
    house.pass_time(timedelta(minutes=11))
    house.sweep()
    assert house.alarm().exhausted_at is None
    _use_up(house)
    assert len(_told(house)) == 2


def test_rule_12_a_supervisor_who_can_be_reached_only_later_is_told_then(house: House) -> None:
    house.hears(CRY)
    assert events(house) == ["raised", "nobody"]
    _supervisor(house, "Noor")
    house.pass_time(timedelta(seconds=16))
    house.sweep()
    house.send()
    assert _told(house) == ["chat of Noor"]


def test_rule_14_whom_a_language_let_sleep_is_woken_when_its_readers_cannot_be_reached(house: House) -> None:
    reader, other = house.on_call("Reader"), house.on_call("Other")
    later = house.on_call("Later", step=2)
    house.change(Staff, language="th")
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == reader).values(reads=["en"]))
    house.staff_bot.failures.append(BlockedError())
    house.arrives(CRY)
    assert paged(house) == [reader]
    house.send()
    assert paged(house) == [reader, other]
    house.pass_time(timedelta(seconds=50))
    assert house.sweep() == 0, "and has the whole time of a step"
    house.pass_time(timedelta(seconds=12))
    house.sweep()
    assert paged(house) == [reader, other, later]


def test_rule_14_who_may_not_take_the_case_any_more_is_not_tried_by_another_way(house: House) -> None:
    dara = house.on_call("Dara", ways=(("telegram_staff", "8001"), ("sms", "+12025550122")))
    vanna = house.on_call("Vanna", step=2)
    house.arrives(CRY)
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == dara).values(conflicts=[house.alarm().reason]))
    house.staff_bot.failures.append(PermanentSendError())
    house.send()
    assert paged(house) == [dara, vanna]


def test_rule_11_a_step_that_was_taken_off_the_roster_meanwhile_is_no_dead_end(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.arrives(CRY)
    with house.database.transaction() as session:
        session.delete(session.scalars(select(RosterEntry).where(RosterEntry.staff_id == vanna)).one())
    house.pass_time(STEP)
    assert house.sweep() == 1
    assert paged(house) == [dara, dara]


def test_rule_4_a_page_that_was_on_the_wire_when_it_was_taken_is_followed_by_who_took_it(house: House) -> None:
    dara = house.on_call("Dara")
    house.on_call("Mali")
    house.arrives(CRY)
    with house.database.transaction() as session:
        for _ in range(2):
            outbox_claims.claim(
                session, Audience.RESPONDER, lease=house.settings.lease, rules=HoldRules.of(house.settings)
            )
    acknowledge_as(house, dara)
    with house.database.transaction() as session:
        page_id = house.last_page().id
        on_wire = update(OutboxMessage).where(OutboxMessage.page_id == page_id)
        session.execute(on_wire.values(state=OutboxState.SENT))
        pages_left(session, [page_id])
    house.send()
    assert reads(house, "Mali") == ["Case 101 was taken by Dara."]


def test_rule_29_an_alarm_that_cannot_be_moved_does_not_hold_up_the_others(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    for sender in ("+12025550131", "+12025550132"):
        house.arrives(CRY, sender=sender)
    with house.database.transaction() as session:
        broken = OncallPolicy(body={"nothing": "of a policy"})
        session.add(broken)
        session.flush()
        session.execute(update(Alarm).where(Alarm.id == 1).values(policy_id=broken.id))
    house.pass_time(STEP)
    with pytest.raises(KeyError):
        house.sweep()
    with house.database.transaction() as session:
        assert sweep(session, house.settings, alone) == 2
        steps = session.execute(select(Alarm.id, Alarm.step_no).order_by(Alarm.id)).all()
    assert [tuple(each) for each in steps] == [(1, 1), (2, 2)]
    assert house.sweep() == 0, "it is tried again in seconds, not in a circle"
    house.change(Alarm, policy_id=None)
    house.pass_time(timedelta(seconds=6))
    assert house.sweep() == 1
    assert house.rows(Alarm, step_no=2) == 2


def test_rule_29_a_call_that_cannot_be_made_holds_up_no_alarm(house: House) -> None:
    dara = house.on_call("Dara")
    house.on_call("Mali", step=None)
    house.hears(CRY)
    sends(house, dara, "CALL # Mali")
    house.arrives(CRY, sender="+12025550132")
    with house.database.transaction() as session:
        broken = OncallPolicy(body={"nothing": "of a policy"})
        session.add(broken)
        session.flush()
        first = update(Alarm).where(Alarm.id == 1)
        session.execute(first.values(policy_id=broken.id, next_action_at=func.now() + timedelta(hours=1)))
    house.pass_time(STEP)
    with house.database.transaction() as session:
        assert sweep(session, house.settings, alone) == 1
        assert sweep(session, house.settings, alone) == 0
    house.change(Alarm, policy_id=None)
    house.pass_time(timedelta(seconds=6))
    assert house.sweep() == 1
    house.send()
    assert len([text for text in reads(house, "Mali") if "asks for you" in text]) == 2


def test_rule_29_what_is_sent_does_not_wait_for_what_is_decided(house: House) -> None:
    """Every state of a page is written into the alarm's history, which points at the alarm and at the page: who decides
    about them must not make a sender wait, or the two would wait for each other."""
    house.on_call("Dara")
    house.arrives(CRY)
    report = house.report()
    with house.database.transaction() as deciding:
        contact = deciding.scalars(select(StaffContact)).one()
        wrong = ResponderReply(number=101, code="AAAA")
        apply_reply(deciding, wrong, contact, keys=house.keys, settings=house.settings)
        assert find_open_alarm(deciding, report.id) is not None
        deciding.flush()
        with house.database.transaction() as sending:
            sending.execute(text("set local lock_timeout = '300ms'"))
            lease, rules = house.settings.lease, HoldRules.of(house.settings)
            assert outbox_claims.claim(sending, Audience.RESPONDER, lease=lease, rules=rules) is not None


def test_a_drill_has_no_reporter_and_calls_no_operator(house: House) -> None:
    house.on_call("Dara")
    _supervisor(house, "Noor")
    house.arrives(CRY)
    house.change(Alarm, drill=True)
    _use_up(house)
    assert house.alarm().exhausted_at is not None
    assert acknowledge_as(house, house.last_page().staff_id).startswith("taken")
    house.send()
    assert _told(house) == []
    assert house.said() == []


def test_a_drill_that_wakes_nobody_is_raised_all_the_same_and_says_nothing_to_anybody(house: House) -> None:
    house.hears("hello")
    before = len(house.said())
    with house.database.transaction() as session:
        conversation = session.scalars(select(Conversation)).one()
        report = open_report(session, conversation)
        raise_alarm(session, report, Urgency.URGENT, "test_alarm", house.settings, drill=True)
    house.send()
    assert events(house) == ["raised", "nobody"]
    assert len(house.said()) == before
