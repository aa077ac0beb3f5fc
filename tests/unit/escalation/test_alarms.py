"""From an urgent word to a person: no step waits for nobody, no alarm ends in silence. Numbers are those of the
rules in oncall.md, part B."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.conversation.intake import take_receipt
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Page, Report, RosterEntry, Staff, StaffContact
from bot.errors import BlockedError, PermanentSendError, RetryAfterError, UncertainSendError
from bot.escalation.policy import LAST_RESORT_STEP
from bot.messages.message import MessageKind, Receipt, ReceiptState
from bot.worker.alarm_loop import AlarmWorker
from tests.unit.escalation.seen import STEP, acknowledge_as, paged, reporter_read
from tests.unit.house import CRY, REPORTER, House


def test_an_urgent_message_has_its_first_page_before_anybody_handles_it(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    assert paged(house) == [dara]
    alarm = house.alarm()
    assert (alarm.state, alarm.epoch, alarm.step_no) == (AlarmState.PAGING, 1, 1)
    assert alarm.first_paged_at is None
    house.send()
    assert house.alarm().first_paged_at is not None


def test_rule_19_handling_the_message_raises_no_second_alarm(house: House) -> None:
    house.on_call("Dara")
    house.hears(CRY)
    assert (house.rows(Alarm), house.rows(Page), house.rows(Report)) == (1, 1, 1)


def test_nobody_acknowledges_and_the_next_person_is_paged_in_time_and_not_before(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.arrives(CRY)
    house.pass_time(timedelta(seconds=58))
    assert house.sweep() == 0
    house.pass_time(timedelta(seconds=3))
    assert house.sweep() == 1
    assert paged(house) == [dara, vanna]


def test_rule_8_however_long_we_were_away_an_alarm_moves_one_step(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.on_call("Mali", step=3)
    house.arrives(CRY)
    house.pass_time(timedelta(days=2))
    assert house.sweep() == 1
    assert house.sweep() == 0
    assert house.alarm().step_no == 2


def test_rule_11_who_is_on_call_is_looked_up_when_the_step_comes(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    mali = house.on_call("Mali", step=2)
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == dara).values(active=False))
    house.pass_time(STEP)
    house.sweep()
    assert paged(house) == [dara, mali]


def test_rule_12_a_step_with_nobody_takes_no_time(house: House) -> None:
    absent = house.on_call("Absent")
    vanna = house.on_call("Vanna", step=2)
    with house.database.transaction() as session:
        session.execute(update(RosterEntry).where(RosterEntry.staff_id == absent).values(ends_at=func.now()))
    house.arrives(CRY)
    assert paged(house) == [vanna]


def test_rule_12_an_empty_roster_pages_everybody_who_can_be_reached(house: House) -> None:
    dara, vanna = house.on_call("Dara", step=None), house.on_call("Vanna", step=None)
    house.hears(CRY)
    assert paged(house) == [dara, vanna]
    assert house.alarm().step_no == LAST_RESORT_STEP
    assert reporter_read(house, "utter_nobody_yet") == 1


def test_rule_12_with_nobody_at_all_the_alarm_stays_the_reporter_is_told_once_and_it_looks_again(house: House) -> None:
    house.hears(CRY)
    for _ in range(4):
        house.pass_time(timedelta(seconds=16))
        assert house.sweep() == 1
        house.send()
    assert house.alarm().state is AlarmState.PAGING
    assert reporter_read(house, "utter_nobody_yet") == 1
    dara = house.on_call("Dara")
    house.pass_time(timedelta(seconds=16))
    house.sweep()
    assert paged(house) == [dara]


UNREACHABLE = {
    "never verified": {"verified_at": None},
    "broken": {"broken_at": func.now()},
}


@pytest.mark.parametrize("change", UNREACHABLE.values(), ids=UNREACHABLE)
def test_rule_13_on_call_means_reachable(house: House, change: dict[str, object]) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    with house.database.transaction() as session:
        session.execute(update(StaffContact).where(StaffContact.staff_id == dara).values(**change))
    house.arrives(CRY)
    assert paged(house) == [vanna]


def test_rule_14_an_undeliverable_page_goes_by_the_same_persons_next_way_at_once(house: House) -> None:
    dara = house.on_call("Dara", ways=(("telegram_staff", "8001"), ("sms", "+12025550122")))
    house.on_call("Vanna", step=2)
    house.staff_bot.failures.append(BlockedError())
    house.arrives(CRY)
    house.send()
    assert paged(house) == [dara, dara]
    said = [(each.address, "101" in each.text) for each in house.pages()]
    assert said == [("+12025550122", True), ("+12025550122", False)], "the page first, then that the chat is broken"
    with house.database.transaction() as session:
        broken = session.scalars(select(StaffContact.broken_reason).where(StaffContact.staff_id == dara)).all()
    assert sorted(broken, key=str) == [None, "blocked"]


def test_rule_14_with_no_way_left_the_next_step_comes_at_once(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.staff_bot.failures.append(PermanentSendError())
    house.arrives(CRY)
    house.send()
    assert paged(house) == [dara, vanna], "in the transaction that learned of it, without a sweep"
    assert house.sweep() == 0


def test_rule_14_another_person_of_the_same_step_who_was_reached_keeps_the_step(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Mali")
    house.on_call("Vanna", step=2)
    house.staff_bot.failures.append(PermanentSendError())
    house.arrives(CRY)
    house.send()
    assert house.sweep() == 0
    assert len(paged(house)) == 2


def test_rule_14_a_receipt_that_says_undelivered_moves_the_page_on_at_once(house: House) -> None:
    dara = house.on_call("Dara", ways=(("sms", "+12025550122"), ("telegram_staff", "8001")))
    house.arrives(CRY)
    house.send()
    receipt = Receipt(channel="sms", provider_id="sms-1", state=ReceiptState.FAILED, error_code="30003")
    with house.database.transaction() as session:
        take_receipt(session, receipt, keys=house.keys, settings=house.settings)
    house.send()
    assert paged(house) == [dara, dara]
    assert [each.address for each in house.pages()] == ["8001", "+12025550122"]
    with house.database.transaction() as session:
        take_receipt(session, receipt, keys=house.keys, settings=house.settings)
    assert len(paged(house)) == 2, "the same receipt again is nothing new"


def test_rule_14_a_responder_who_opted_out_of_sms_is_not_paged_there_again(house: House) -> None:
    house.on_call("Dara", ways=(("sms", "+12025550122"),))
    house.arrives(CRY)
    house.send()
    receipt = Receipt(channel="sms", provider_id="sms-1", state=ReceiptState.OPTED_OUT)
    with house.database.transaction() as session:
        take_receipt(session, receipt, keys=house.keys, settings=house.settings)
    with house.database.transaction() as session:
        assert session.scalars(select(StaffContact.broken_reason)).one() == "opted_out"


def test_rule_15_a_provider_that_asks_for_longer_than_the_step_is_left_for_the_next_way(house: House) -> None:
    dara = house.on_call("Dara", ways=(("telegram_staff", "8001"), ("sms", "+12025550122")))
    house.staff_bot.failures.append(RetryAfterError(timedelta(seconds=3600)))
    house.arrives(CRY)
    house.send()
    assert paged(house) == [dara, dara]
    assert [each.address for each in house.pages()] == ["+12025550122"]
    with house.database.transaction() as session:
        assert session.scalar(select(func.count()).where(StaffContact.broken_at.is_not(None))) == 0


def test_rule_15_a_short_wait_is_honoured_within_the_step(house: House) -> None:
    house.on_call("Dara")
    house.staff_bot.failures.append(RetryAfterError(timedelta(seconds=7)))
    house.arrives(CRY)
    house.send()
    assert house.pages() == []
    house.pass_time(timedelta(seconds=8))
    house.send()
    assert len(house.pages()) == 1
    assert house.rows(Page) == 1


def test_rule_12_a_provider_that_refuses_every_page_for_hours_is_not_hammered(house: House) -> None:
    """Each refused page moves the alarm on at once; that must end at the last resort, or it would spin."""
    house.on_call("Dara")
    house.staff_bot.failures.extend([RetryAfterError(timedelta(hours=3))] * 50)
    house.arrives(CRY)
    for _ in range(30):
        house.send()
        house.sweep()
    assert house.rows(Page) <= 5
    assert house.alarm().state is AlarmState.PAGING
    house.pass_time(timedelta(seconds=20))
    house.sweep()
    house.staff_bot.failures.clear()
    house.send()
    assert len(house.pages()) == 1, "and it tries again soon"


def test_rule_16_a_page_that_may_have_left_is_sent_again(house: House) -> None:
    house.on_call("Dara")
    house.staff_bot.failures.append(UncertainSendError())
    house.arrives(CRY)
    house.send()
    house.pass_time(timedelta(seconds=2))
    house.send()
    assert len(house.pages()) == 1


def test_rule_29_two_sweepers_move_each_alarm_once(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    for number in range(30):
        house.arrives(CRY, sender=f"+120255540{number:02}")
    house.pass_time(STEP)
    barrier = threading.Barrier(4)

    def move(_: int) -> int:
        barrier.wait(20)
        return house.sweep()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(move, range(4))) == 30
    assert house.rows(Page) == 60
    assert house.rows(Alarm, step_no=2) == 30


@pytest.fixture
def waiting(house: House) -> House:
    """Somebody sent a voice message, and was asked whether there is danger now."""
    house.on_call("Dara")
    house.hears(kind=MessageKind.VOICE)
    assert house.alarm().state is AlarmState.WAITING
    assert house.rows(Page) == 0
    return house


def test_a_danger_question_without_an_answer_pages_after_two_minutes(waiting: House) -> None:
    waiting.pass_time(timedelta(seconds=115))
    assert waiting.sweep() == 0
    waiting.pass_time(timedelta(seconds=6))
    assert waiting.sweep() == 1
    assert waiting.alarm().state is AlarmState.PAGING
    assert waiting.rows(Page) == 1
    assert waiting.report().urgency == "URGENT", "the queue shows it as what it is paged for"


def test_a_danger_question_answered_with_yes_pages_at_once(waiting: House) -> None:
    waiting.hears("1")
    assert waiting.alarm().state is AlarmState.PAGING
    assert waiting.rows(Page) == 1


def test_a_danger_question_answered_with_no_stands_down_and_the_report_stays(waiting: House) -> None:
    waiting.hears("2")
    assert waiting.alarm().state is AlarmState.STOOD_DOWN
    waiting.pass_time(timedelta(minutes=10))
    assert waiting.sweep() == 0
    assert waiting.report().urgency == "HIGH"


def test_rule_1_after_standing_down_another_cry_is_a_new_epoch(waiting: House) -> None:
    waiting.hears("2")
    waiting.hears(CRY)
    alarm = waiting.alarm()
    assert (alarm.epoch, alarm.state) == (2, AlarmState.PAGING)


def test_no_answer_to_an_alarm_that_is_being_paged_stands_it_down(house: House) -> None:
    house.on_call("Dara")
    house.hears(CRY)
    house.hears("1")
    house.hears("2")  # "is somebody in danger now?" no: only a human closes what was raised
    assert house.alarm().state is AlarmState.PAGING


def test_the_reporter_reads_that_a_person_was_reached_only_after_somebody_took_it(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    assert reporter_read(house, "utter_person_reached") == 0
    acknowledge_as(house, dara)
    house.send()
    assert reporter_read(house, "utter_person_reached") == 1
    house.pass_time(timedelta(minutes=9, seconds=59))
    house.hears("1")
    house.pass_time(timedelta(minutes=2))
    house.sweep()
    acknowledge_as(house, dara)
    house.send()
    assert reporter_read(house, "utter_person_reached") == 1, "once, however often it is taken"


def test_pages_carry_a_number_an_urgency_a_language_and_minutes_and_nothing_else(house: House) -> None:
    house.on_call("Dara")
    house.hears(CRY)
    house.pass_time(timedelta(minutes=7))
    house.sweep()
    house.send()
    first, again = house.pages()
    assert first.text == "CRITICAL: case 101, language English, waiting 0 min."
    assert again.text == "Still nobody: CRITICAL, case 101, language English, waiting 7 min."
    assert again.reply_to == "telegram_staff-1", "a reply sounds again on the phone"
    assert REPORTER not in first.text + again.text
    assert first.key != again.key


def test_a_sweeper_holds_few_alarms_at_a_time_and_comes_back_for_the_others_at_once(house: House) -> None:
    """Whoever writes down that a page left waits for the lock of its alarm."""
    house.on_call("Dara")
    for number in range(12):
        house.arrives(CRY, sender=f"+1202555{number:04}")
    house.pass_time(STEP)
    sweeper = AlarmWorker(house.database, house.settings)
    assert asyncio.run(sweeper.work())
    with house.database.transaction() as session:
        moved = select(func.count()).select_from(Alarm).where(Alarm.next_action_at > func.now())
        assert session.scalar(moved) == 10
    assert asyncio.run(sweeper.work()), "it says that there was something, so that its loop goes on"
    assert not asyncio.run(sweeper.work())
