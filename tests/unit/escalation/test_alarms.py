"""From an urgent word to a person: no step waits for nobody, no alarm ends in silence. Numbers are those of the
rules in oncall.md, part B."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.conversation import case_desk
from bot.conversation.intake import take_receipt
from bot.database.states import AlarmState, OutboxState
from bot.database.tables import Alarm, OutboxMessage, Page, Report, RosterEntry, Staff, StaffContact
from bot.errors import BlockedError, PermanentSendError, RetryAfterError, TemporarySendError
from bot.escalation.alarms import acknowledge, raise_alarm
from bot.escalation.policy import LAST_RESORT_STEP
from bot.messages.message import MessageKind, Receipt, ReceiptState
from bot.reports.urgency import Urgency
from tests.unit.house import CRY, REPORTER, House

STEP = timedelta(seconds=61)
LEASE = timedelta(minutes=10, seconds=1)


def _paged(house: House) -> list[int]:
    """Whom the pages were written for, in order."""
    with house.database.transaction() as session:
        return list(session.scalars(select(Page.staff_id).order_by(Page.id)))


def _reporter_read(house: House, response: str) -> int:
    """How often a reporter was sent this."""
    return [each.text for each in house.said()].count(house.wording.render(response, "en", sms=True).text)


def _acknowledge(house: House, staff_id: int, number: int = 101, epoch: int | None = None) -> str:
    with house.database.transaction() as session:
        outcome = acknowledge(session, number, staff_id=staff_id, settings=house.settings, epoch=epoch)
    return "nothing" if outcome is None else f"{'taken' if outcome.taken else 'lost'} by {outcome.by_name}"


def test_an_urgent_message_has_its_first_page_before_anybody_handles_it(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    assert _paged(house) == [dara]
    alarm = house.alarm()
    assert (alarm.state, alarm.epoch, alarm.step_no) == (AlarmState.PAGING, 1, 1)
    assert alarm.first_paged_at is None
    house.send()
    assert house.alarm().first_paged_at is not None


def test_handling_the_message_raises_no_second_alarm(house: House) -> None:
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
    assert _paged(house) == [dara, vanna]


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
    assert _paged(house) == [dara, mali]


def test_rule_12_a_step_with_nobody_takes_no_time(house: House) -> None:
    absent = house.on_call("Absent")
    vanna = house.on_call("Vanna", step=2)
    with house.database.transaction() as session:
        session.execute(update(RosterEntry).where(RosterEntry.staff_id == absent).values(ends_at=func.now()))
    house.arrives(CRY)
    assert _paged(house) == [vanna]


def test_rule_12_an_empty_roster_pages_everybody_who_can_be_reached(house: House) -> None:
    dara, vanna = house.on_call("Dara", step=None), house.on_call("Vanna", step=None)
    house.hears(CRY)
    assert _paged(house) == [dara, vanna]
    assert house.alarm().step_no == LAST_RESORT_STEP
    assert _reporter_read(house, "utter_nobody_yet") == 1


def test_rule_12_with_nobody_at_all_the_alarm_stays_the_reporter_is_told_once_and_it_looks_again(house: House) -> None:
    house.hears(CRY)
    for _ in range(4):
        house.pass_time(timedelta(seconds=16))
        assert house.sweep() == 1
        house.send()
    assert house.alarm().state is AlarmState.PAGING
    assert _reporter_read(house, "utter_nobody_yet") == 1
    dara = house.on_call("Dara")
    house.pass_time(timedelta(seconds=16))
    house.sweep()
    assert _paged(house) == [dara]


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
    assert _paged(house) == [vanna]


def test_rule_14_an_undeliverable_page_goes_by_the_same_persons_next_way_at_once(house: House) -> None:
    dara = house.on_call("Dara", ways=(("telegram_staff", "8001"), ("sms", "+12025550122")))
    house.on_call("Vanna", step=2)
    house.staff_bot.failures.append(BlockedError())
    house.arrives(CRY)
    house.send()
    assert _paged(house) == [dara, dara]
    assert [(each.address, "101" in each.text) for each in house.pages()] == [("+12025550122", True)]
    with house.database.transaction() as session:
        broken = session.scalars(select(StaffContact.broken_reason).where(StaffContact.staff_id == dara)).all()
    assert sorted(broken, key=str) == [None, "blocked"]


def test_rule_14_with_no_way_left_the_next_step_comes_at_once(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.staff_bot.failures.append(PermanentSendError())
    house.arrives(CRY)
    house.send()
    assert house.sweep() == 1
    assert _paged(house) == [dara, vanna]


def test_rule_14_another_person_of_the_same_step_who_was_reached_keeps_the_step(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Mali")
    house.on_call("Vanna", step=2)
    house.staff_bot.failures.append(PermanentSendError())
    house.arrives(CRY)
    house.send()
    assert house.sweep() == 0
    assert len(_paged(house)) == 2


def test_rule_14_a_receipt_that_says_undelivered_moves_the_page_on_at_once(house: House) -> None:
    dara = house.on_call("Dara", ways=(("sms", "+12025550122"), ("telegram_staff", "8001")))
    house.arrives(CRY)
    house.send()
    receipt = Receipt(channel="sms", provider_id="sms-1", state=ReceiptState.FAILED, error_code="30003")
    with house.database.transaction() as session:
        take_receipt(session, receipt, keys=house.keys)
    house.send()
    assert _paged(house) == [dara, dara]
    assert [each.address for each in house.pages()] == ["8001", "+12025550122"]
    with house.database.transaction() as session:
        take_receipt(session, receipt, keys=house.keys)
    assert len(_paged(house)) == 2, "the same receipt again is nothing new"


def test_rule_14_a_responder_who_opted_out_of_sms_is_not_paged_there_again(house: House) -> None:
    house.on_call("Dara", ways=(("sms", "+12025550122"),))
    house.arrives(CRY)
    house.send()
    receipt = Receipt(channel="sms", provider_id="sms-1", state=ReceiptState.OPTED_OUT)
    with house.database.transaction() as session:
        take_receipt(session, receipt, keys=house.keys)
    with house.database.transaction() as session:
        assert session.scalars(select(StaffContact.broken_reason)).one() == "opted_out"


def test_rule_15_a_provider_that_asks_for_longer_than_the_step_is_left_for_the_next_way(house: House) -> None:
    dara = house.on_call("Dara", ways=(("telegram_staff", "8001"), ("sms", "+12025550122")))
    house.staff_bot.failures.append(RetryAfterError(timedelta(seconds=3600)))
    house.arrives(CRY)
    house.send()
    assert _paged(house) == [dara, dara]
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
    house.staff_bot.failures.append(TemporarySendError())
    house.arrives(CRY)
    house.send()
    house.pass_time(timedelta(seconds=2))
    house.send()
    assert len(house.pages()) == 1


def test_rule_3_of_many_ackers_at_once_one_wins_and_the_others_learn_who(house: House) -> None:
    ids = [house.on_call(f"Person{number}") for number in range(6)]
    for round_number in range(1, 9):
        house.arrives(CRY, sender=f"+1202555300{round_number}")
        barrier = threading.Barrier(len(ids))

        def tap(staff_id: int, barrier: threading.Barrier = barrier, number: int = 100 + round_number) -> str:
            barrier.wait(20)
            return _acknowledge(house, staff_id, number, epoch=1)

        with ThreadPoolExecutor(len(ids)) as pool:
            outcomes = list(pool.map(tap, ids))
        winners = [outcome for outcome in outcomes if outcome.startswith("taken")]
        assert len(winners) == 1
        name = winners[0].removeprefix("taken by ")
        assert sorted(set(outcomes)) == [f"lost by {name}", f"taken by {name}"]


def test_rule_4_taking_it_cancels_pages_not_yet_sent_and_tells_those_who_were_paged(house: House) -> None:
    dara = house.on_call("Dara")
    house.on_call("Mali")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    house.send()
    house.pass_time(STEP)
    house.sweep()  # Vanna's page, not yet sent
    assert _acknowledge(house, dara) == "taken by Dara"
    house.send()
    assert [each.address for each in house.pages()] == ["chat of Dara", "chat of Mali", "chat of Mali"]
    assert "taken by Dara" in house.pages()[-1].text
    assert house.rows(OutboxMessage, state=OutboxState.CANCELLED) == 1


def test_whoever_is_paged_again_after_a_lapse_is_told_again_that_it_was_taken(house: House) -> None:
    dara, mali = house.on_call("Dara"), house.on_call("Mali")
    house.hears(CRY)
    assert _acknowledge(house, dara) == "taken by Dara"
    house.send()
    house.pass_time(LEASE)
    house.sweep()
    house.send()
    assert _acknowledge(house, dara) == "taken by Dara"
    house.send()
    told = [each.address for each in house.pages() if "was taken by" in each.text]
    assert told == ["chat of Mali"] * 2
    assert mali


def test_rule_2_a_late_tap_on_a_page_of_an_old_epoch_reopens_nothing(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    old = house.last_page()
    with house.database.transaction() as session:
        session.execute(update(Alarm).values(state=AlarmState.CLOSED))
        report = session.scalars(select(Report)).one()
        raise_alarm(session, report, Urgency.CRITICAL, "violence_now", house.settings)
    assert house.alarm().epoch == 2
    assert _acknowledge(house, dara, epoch=old.epoch) == "nothing"
    assert house.alarm().state is AlarmState.PAGING
    assert house.responder_says(f"ACK 101 {house.code(old.id)}", "Dara") == (
        "This page for case 101 is over. Nothing was done."
    )


def test_rule_1_a_late_tap_on_a_closed_case_reopens_nothing(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=dara)
    assert _acknowledge(house, dara) == "nothing"
    assert house.alarm().state is AlarmState.CLOSED


def test_an_unknown_case_cannot_be_taken(house: House) -> None:
    assert _acknowledge(house, house.on_call("Dara"), number=999) == "nothing"


def test_rule_28_an_acknowledgement_without_an_answer_lapses_and_everybody_is_paged_again(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.hears(CRY)
    _acknowledge(house, dara)
    house.pass_time(timedelta(minutes=9, seconds=50))
    assert house.sweep() == 0
    house.pass_time(timedelta(seconds=15))
    assert house.sweep() == 1
    assert house.alarm().state is AlarmState.PAGING
    house.pass_time(STEP)
    house.sweep()
    assert _paged(house) == [dara, dara, vanna]
    assert _acknowledge(house, vanna) == "taken by Vanna"


def test_rule_28_a_case_that_was_answered_stays_with_its_owner(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    _acknowledge(house, dara)
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=dara, which=1)
    for _ in range(3):
        house.pass_time(LEASE)
        assert house.sweep() == 1
        assert house.alarm().state is AlarmState.ACKNOWLEDGED
    assert _paged(house) == [dara]


def test_rule_28_new_words_that_nobody_answers_for_a_whole_lease_page_everybody_again(house: House) -> None:
    """One answer does not make a case safe for ever: its owner may have fallen asleep since."""
    dara = house.on_call("Dara")
    house.hears(CRY)
    _acknowledge(house, dara)
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=dara, which=2)
    house.pass_time(timedelta(minutes=9))
    house.hears("we are near the river")
    house.pass_time(timedelta(minutes=2))
    assert house.sweep() == 1
    assert house.alarm().state is AlarmState.ACKNOWLEDGED, "she has had two minutes only"
    house.pass_time(timedelta(minutes=4))
    house.hears("are you there")
    house.pass_time(timedelta(minutes=4, seconds=5))
    assert house.sweep() == 1
    assert house.alarm().state is AlarmState.PAGING, "ten minutes since the oldest word nobody answered"


def test_rule_19_new_words_page_the_owner_alone_and_quietly(house: House) -> None:
    dara = house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.hears(CRY)
    _acknowledge(house, dara)
    house.send()
    before = len(house.pages())
    house.hears("a blue house near the market")
    new = house.pages()[before:]
    assert [(each.address, each.text) for each in new] == [("chat of Dara", "New message in your case 101.")]
    assert len(_paged(house)) == 1


def test_rule_19_the_same_urgency_again_starts_nothing_and_a_higher_one_starts_over(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.hears("help me, they locked me in")
    assert house.alarm().urgency == "URGENT"
    _acknowledge(house, dara)
    house.hears("they locked us in")
    assert house.alarm().state is AlarmState.ACKNOWLEDGED
    house.hears(CRY)
    alarm = house.alarm()
    assert (alarm.state, alarm.urgency, alarm.epoch) == (AlarmState.PAGING, "CRITICAL", 1)
    house.pass_time(STEP)
    house.sweep()
    assert _paged(house) == [dara, dara, vanna]


def test_rule_24_urgency_is_never_lowered_by_a_message(house: House) -> None:
    house.on_call("Dara")
    house.hears(CRY)
    for harmless in ("1", "thank you", "no", "2"):
        house.hears(harmless)
    assert house.report().urgency == "CRITICAL"
    assert house.alarm().urgency == "CRITICAL"


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


def test_after_standing_down_another_cry_is_a_new_epoch(waiting: House) -> None:
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
    assert _reporter_read(house, "utter_person_reached") == 0
    _acknowledge(house, dara)
    house.send()
    assert _reporter_read(house, "utter_person_reached") == 1
    house.pass_time(timedelta(minutes=9, seconds=59))
    house.hears("1")
    house.pass_time(timedelta(minutes=2))
    house.sweep()
    _acknowledge(house, dara)
    house.send()
    assert _reporter_read(house, "utter_person_reached") == 1, "once, however often it is taken"


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
