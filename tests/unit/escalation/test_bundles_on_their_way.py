"""What becomes of a page that names many cases: lost, repeated, receipted late, or taken meanwhile. Numbers are those
of the rules in oncall.md, part B."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from bot.conversation import case_desk
from bot.conversation.intake import take_receipt
from bot.database.states import CallState, OutboxState
from bot.database.tables import Alarm, OutboxMessage, Page, ResponderCall, StaffContact
from bot.errors import BlockedError, RetryAfterError, UncertainSendError
from bot.escalation.acknowledging import acknowledge
from bot.messages import outbox
from bot.messages.message import OutboundMessage, Receipt, ReceiptState, SendResult
from bot.messages.paging_limits import MOST_BUTTONS, REPEATED_PAGES_APART, TELLINGS_APART
from tests.unit.escalation.crowd import A_SECOND, LEASE, claim, cry, numbers_in, states, texts
from tests.unit.escalation.crowd import three as three
from tests.unit.escalation.seen import STEP, acknowledge_as, paged
from tests.unit.house import House, MemoryChannel

LOST = {"may have left": UncertainSendError(), "crash": None}


@pytest.mark.parametrize("failure", LOST.values(), ids=LOST)
def test_rule_18_a_bundle_that_may_have_left_is_sent_again_and_says_so(three: House, failure: Exception | None) -> None:
    if failure is None:
        assert claim(three) is not None
        three.pass_time(LEASE + A_SECOND)
        three.tidy()
    else:
        three.staff_bot.failures.append(failure)
        three.send()
        three.pass_time(2 * A_SECOND)
    three.send()
    assert [numbers_in(each) for each in texts(three)] == [{101, 102, 103}]
    assert "You may have had this page before." in texts(three)[0]


def test_rule_18_a_single_page_whose_sender_died_says_that_it_may_be_a_repeat(house: House) -> None:
    house.on_call("Dara", ways=(("sms", "+12025550122"),))
    cry(house, 1)
    assert claim(house) is not None
    house.pass_time(LEASE + A_SECOND)
    house.tidy()
    house.send()
    assert "You may have had this page before.\nTo take it, reply: ACK 101" in texts(house)[0]


def test_rule_14_a_bundle_that_never_arrives_moves_every_one_of_its_alarms_on(house: House) -> None:
    dara = house.on_call("Dara", ways=(("telegram_staff", "8001"), ("sms", "+12025550122")))
    cry(house, 3)
    house.staff_bot.failures.append(BlockedError())
    house.send()
    assert paged(house) == [dara] * 6
    page, notice = sorted(house.pages(), key=lambda each: "do not reach you" in each.text)
    assert "Pages do not reach you by Telegram any more." in notice.text
    assert (page.address, numbers_in(page.text) >= {101, 102, 103}) == ("+12025550122", True)
    assert states(house)[:3] == [OutboxState.FAILED] * 3


def test_rule_14_with_no_way_left_all_alarms_of_a_bundle_take_the_next_step_at_once(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    cry(house, 3)
    house.staff_bot.failures.append(BlockedError())
    house.send()
    house.sweep()
    house.send()
    [page] = house.pages()
    assert (page.address, numbers_in(page.text)) == ("chat of Vanna", {101, 102, 103})


def test_rule_15_a_wait_longer_than_the_step_of_any_case_leaves_the_way(house: House) -> None:
    house.on_call("Dara", ways=(("telegram_staff", "8001"), ("sms", "+12025550122")))
    cry(house, 2)
    house.staff_bot.failures.append(RetryAfterError(timedelta(seconds=50)))
    with house.database.transaction() as session:
        session.execute(update(Alarm).where(Alarm.id == 2).values(next_action_at=func.now() + timedelta(seconds=20)))
    house.send()
    assert [page.address for page in house.pages()] == ["+12025550122"]


def test_rule_17_a_receipt_that_says_undelivered_moves_every_case_of_the_page_on_without_delay(house: House) -> None:
    house.on_call("Dara", ways=(("sms", "+12025550122"), ("telegram_staff", "8001")))
    cry(house, 3)
    house.send()
    receipt = Receipt(channel="sms", provider_id="sms-1", state=ReceiptState.FAILED, error_code="30003")
    for _ in range(2):  # the second time it is nothing new
        with house.database.transaction() as session:
            take_receipt(session, receipt, keys=house.keys, settings=house.settings)
    house.send()
    assert [page.address for page in house.pages()] == ["8001", "+12025550122"]
    assert numbers_in(house.pages()[0].text) >= {101, 102, 103}
    assert house.rows(Page) == 6
    with house.database.transaction() as session:
        again = session.scalars(select(OutboxMessage.priority).where(OutboxMessage.page_id > 3)).all()
    assert set(again) == {outbox.FIRST_PAGE}, "nobody can have seen these cases yet"


def test_rule_17_sent_is_not_seen_a_page_without_a_receipt_does_not_stop_the_step(house: House) -> None:
    dara = house.on_call("Dara", ways=(("sms", "+12025550122"),))
    vanna = house.on_call("Vanna", step=2)
    cry(house, 1)
    house.send()
    assert states(house) == [OutboxState.SENT]
    house.pass_time(STEP)
    assert house.sweep() == 1
    assert paged(house) == [dara, vanna]


def test_rule_17_receipts_of_a_page_never_run_backwards(house: House) -> None:
    house.on_call("Dara", ways=(("sms", "+12025550122"), ("telegram_staff", "8001")))
    cry(house, 2)
    house.send()
    for state in (ReceiptState.DELIVERED, ReceiptState.SENT, ReceiptState.ACCEPTED):
        with house.database.transaction() as session:
            take_receipt(
                session,
                Receipt(channel="sms", provider_id="sms-1", state=state),
                keys=house.keys,
                settings=house.settings,
            )
    assert states(house) == [OutboxState.DELIVERED, OutboxState.BUNDLED]


def test_rule_22_a_page_again_replies_to_the_page_that_named_its_case(house: House) -> None:
    """Case 102 was named in the page of 101, and has no message of its own in the chat."""
    house.on_call("Dara")
    cry(house, 2)
    house.send()
    acknowledge_as(house, house.on_call("Mali", step=None), number=101)
    house.pass_time(STEP)
    house.sweep()
    house.send()
    again = next(page for page in house.pages() if page.text.startswith("Still nobody: CRITICAL, case 102"))
    assert again.reply_to == "telegram_staff-1"


def test_rule_22_a_bundle_of_pages_again_replies_too(three: House) -> None:
    three.send()
    three.pass_time(STEP)
    three.sweep()
    three.send()
    assert [page.reply_to for page in three.pages()] == [None, "telegram_staff-1"]
    assert texts(three)[1].startswith("3 urgent cases waiting, oldest 1 min.")


def _tell(house: House, key: str, priority: int) -> None:
    with house.database.transaction() as session:
        outbox.tell_responder(
            session,
            key=key,
            channel="telegram_staff",
            contact_id=1,
            template="linked",
            arguments={},
            priority=priority,
        )


def test_rule_25_first_pages_then_pages_again_then_bundles_then_statuses_then_notices(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.on_call("Mali", step=3)
    cry(house, 1)
    house.send()
    house.change(Alarm, next_action_at=func.now())
    house.sweep()
    house.send()  # to Vanna
    house.change(Alarm, next_action_at=func.now() + timedelta(hours=1))
    cry(house, 1, start=1)
    house.pass_time(2 * A_SECOND)
    house.send()  # case 102 to Dara
    for key, priority in (("notice", outbox.NOTICE), ("status", outbox.STATUS)):
        _tell(house, key, priority)
    with house.database.transaction() as session:
        session.execute(update(Alarm).where(Alarm.id == 2).values(next_action_at=func.now()))
    house.sweep()  # 102 again, to Vanna, who was paged two seconds ago: later, with what else comes
    assert claim(house) is not None  # the status, for nothing else is due
    house.pass_time(REPEATED_PAGES_APART)
    with house.database.transaction() as session:
        session.execute(update(Alarm).where(Alarm.id == 1).values(next_action_at=func.now()))
    house.sweep()  # 101 again, to Mali, who was not paged yet
    _tell(house, "status 2", outbox.STATUS)
    house.on_call("Fourth")
    cry(house, 1, start=2)
    order = []
    while (claimed := claim(house)) is not None:
        order.append(claimed.row.priority)
    assert order == sorted(order)
    assert set(order) == {outbox.FIRST_PAGE, outbox.REPEATED_PAGE, outbox.BUNDLE, outbox.STATUS, outbox.NOTICE}


def test_a_telephone_another_sender_looks_at_is_left_to_it_and_others_do_not_wait(house: House) -> None:
    house.on_call("Dara")
    cry(house, 2)
    with house.database.transaction() as session:
        session.execute(select(StaffContact.id).where(StaffContact.id == 1).with_for_update(key_share=True))
        assert claim(house) is None
        house.on_call("Mali")
        cry(house, 1, start=2)
        other = claim(house)
        assert other is not None
        assert other.row.staff_contact_id == 2
    mine = claim(house)
    assert mine is not None
    assert mine.row.staff_contact_id == 1


def test_two_telephones_are_two_pages(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Mali")
    cry(house, 2)
    house.send()
    assert sorted((page.address, len(numbers_in(page.text))) for page in house.pages()) == [
        ("chat of Dara", 2),
        ("chat of Mali", 2),
    ]


def test_a_page_asked_for_by_name_is_wanted_until_that_person_answers_whoever_has_the_case(house: House) -> None:
    dara, mali = house.on_call("Dara"), house.on_call("Mali", step=None)
    cry(house, 1)
    house.send()
    acknowledge_as(house, dara)
    house.send()
    before = len(house.pages())
    with house.database.transaction() as session:
        call = ResponderCall(alarm_id=1, epoch=1, staff_id=mali, called_by=dara)
        session.add(call)
        session.flush()
        page = Page(alarm_id=1, epoch=1, step_no=2000, loop_no=0, call_id=call.id, staff_id=mali, contact_id=2)
        session.add(page)
        session.flush()
        for key in ("called", "called again"):
            outbox.tell_responder(
                session, key=key, channel="telegram_staff", contact_id=2, template="page", arguments={}, page_id=page.id
            )
    house.send()
    assert [page.address for page in house.pages()[before:]] == ["chat of Mali"]
    with house.database.transaction() as session:
        session.execute(update(ResponderCall).values(state=CallState.ANSWERED))
        session.execute(text("update outbox set state = 'pending', due_at = now() where page_id = 2"))
    house.send()
    assert len(house.pages()) == before + 1


def test_at_most_eight_buttons_stand_under_a_page_and_every_case_keeps_its_code(house: House) -> None:
    house.on_call("Dara")
    cry(house, MOST_BUTTONS + 2)
    house.send()
    [page] = house.pages()
    assert len(page.buttons) == MOST_BUTTONS
    assert page.text.count("ACK 1") == MOST_BUTTONS + 2


def test_rule_4_whoever_was_told_of_a_case_in_a_bundle_learns_who_took_it(three: House) -> None:
    mali = three.on_call("Mali", step=None)
    three.send()
    acknowledge_as(three, mali, number=102)
    three.send()
    assert texts(three)[-1] == "Case 102 was taken by Mali."


def test_that_others_took_their_cases_is_told_at_once_and_then_together(house: House) -> None:
    house.on_call("Dara")
    mali = house.on_call("Mali", step=None)
    cry(house, 5)
    house.send()
    acknowledge_as(house, mali, number=101)
    house.send()
    for number in (102, 103, 105):
        acknowledge_as(house, mali, number=number)
        house.send()
    assert texts(house)[1:] == ["Case 101 was taken by Mali."]
    house.pass_time(TELLINGS_APART)
    house.send()
    assert texts(house)[1:] == ["Case 101 was taken by Mali.", "Taken by colleagues: cases 102-103, 105."]


def test_closing_a_case_takes_it_off_the_page(three: House) -> None:
    with three.database.transaction() as session:
        case_desk.close_case(session, 102, staff_id=1)
    three.send()
    assert numbers_in(texts(three)[0]) == {101, 103}


def test_a_test_alarm_is_called_one_and_stands_last(three: House) -> None:
    with three.database.transaction() as session:
        session.execute(update(Alarm).where(Alarm.id == 1).values(drill=True))
    three.send()
    lines = texts(three)[0].splitlines()[1:]
    assert [line.split()[1] for line in lines] == ["102", "103", "101"]
    assert ": TEST, en" in lines[-1]


def test_rule_16_an_acknowledgement_during_the_call_to_the_provider_leaves_a_truthful_row(three: House) -> None:
    """The page was on the wire: it left, and says so; the case stays with whoever took it."""

    class Slow(MemoryChannel):
        async def send(self, message: OutboundMessage) -> SendResult:
            await asyncio.to_thread(acknowledge_as, three, 1, 101)
            return await super().send(message)

    slow = Slow("telegram_staff")
    lagging = House(
        database=three.database, settings=three.settings, wording=three.wording, keys=three.keys, staff_bot=slow
    )
    lagging.send()
    assert states(three)[0] is OutboxState.SENT
    with three.database.transaction() as session:
        outcome = acknowledge(session, 101, staff_id=1, settings=three.settings)
    assert outcome is not None
    assert not outcome.taken
