"""Many alarms and one telephone: what is new is named at once, the rest together, and nothing is lost on the way.
Numbers are those of the rules in oncall.md, part B."""

from __future__ import annotations

import asyncio
import itertools
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from bot.conversation import case_desk
from bot.conversation.intake import take_receipt
from bot.database.states import AlarmState, CallState, OutboxState
from bot.database.tables import Alarm, OutboxMessage, Page, ResponderCall, StaffContact
from bot.errors import BlockedError, RetryAfterError, TemporarySendError, UncertainSendError
from bot.escalation.acknowledging import acknowledge
from bot.messages import outbox, outbox_claims
from bot.messages.holding import HoldRules
from bot.messages.message import Audience, OutboundMessage, Receipt, ReceiptState, SendResult
from bot.messages.outbox_claims import ClaimedOut
from bot.messages.paging_limits import FIRST_PAGES_APART, MOST_BUTTONS, REPEATED_PAGES_APART, TELLINGS_APART
from tests.unit.escalation.seen import STEP, acknowledge_as, paged
from tests.unit.house import CRY, House, MemoryChannel

LEASE = timedelta(seconds=20)
A_SECOND = timedelta(seconds=1)


def cry(house: House, count: int, start: int = 0) -> None:
    """This many people cry out for help; their cases are 101, 102 and so on."""
    for index in range(start, start + count):
        house.arrives(CRY, sender=f"+1202555{index:04}")


def numbers_in(words: str) -> set[int]:
    """The cases a page names, one by one or as "101-103"."""
    found = set()
    for first, last in re.findall(r"\b(\d{3,4})(?:-(\d{3,4}))?\b", words):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def texts(house: House) -> list[str]:
    return [page.text for page in house.pages()]


def claim(house: House) -> ClaimedOut | None:
    with house.database.transaction() as session:
        return outbox_claims.claim(session, Audience.RESPONDER, lease=LEASE, rules=HoldRules.of(house.settings))


def states(house: House) -> list[OutboxState]:
    """Of all pages, in order."""
    with house.database.transaction() as session:
        rows = select(OutboxMessage.state).where(OutboxMessage.page_id.is_not(None)).order_by(OutboxMessage.id)
        return list(session.scalars(rows))


@pytest.fixture
def three(house: House) -> House:
    """Three people cried out at once, and Dara is on call."""
    house.on_call("Dara")
    cry(house, 3)
    return house


def test_rule_20_first_pages_that_wait_together_are_one_page_that_names_them_all(three: House) -> None:
    three.send()
    [page] = three.pages()
    assert page.text.startswith("3 urgent cases waiting, oldest 0 min.")
    codes = {number: three.code(number - 100) for number in (101, 102, 103)}
    assert page.text.splitlines()[1:] == [f"ACK {number} {code}: CRITICAL, en, 0 min" for number, code in codes.items()]
    assert [button.payload for button in page.buttons] == [f"ACK {number} {code}" for number, code in codes.items()]
    assert states(three) == [OutboxState.SENT, OutboxState.BUNDLED, OutboxState.BUNDLED]


def test_every_alarm_of_a_bundle_has_been_paged(three: House) -> None:
    three.send()
    with three.database.transaction() as session:
        assert session.scalar(select(func.count()).where(Alarm.first_paged_at.is_(None))) == 0


@pytest.mark.parametrize("which", [101, 102, 103])
def test_every_case_of_a_bundle_is_taken_with_its_own_code(three: House, which: int) -> None:
    three.send()
    answer = three.responder_says(f"ACK {which} {three.code(which - 100)}", "Dara")
    assert answer.startswith(f"Case {which} is yours.")
    assert three.rows(Alarm, state=AlarmState.ACKNOWLEDGED) == 1


def test_another_cases_code_out_of_the_same_bundle_takes_nothing(three: House) -> None:
    three.send()
    assert "does not fit case 101" in three.responder_says(f"ACK 101 {three.code(2)}", "Dara")
    assert three.rows(Alarm, state=AlarmState.ACKNOWLEDGED) == 0


def test_a_first_page_leaves_at_once_when_nothing_left_lately_and_else_in_a_moment(house: House) -> None:
    house.on_call("Dara")
    cry(house, 1)
    house.send()
    assert len(house.pages()) == 1
    cry(house, 2, start=1)
    assert house.send() == 0
    house.pass_time(FIRST_PAGES_APART - timedelta(seconds=0.5))
    cry(house, 1, start=3)
    house.pass_time(timedelta(seconds=0.5))
    house.send()
    assert [numbers_in(each) for each in texts(house)] == [{101}, {102, 103, 104}]


def test_rule_21_no_stream_of_other_pages_holds_a_first_page_longer_than_its_limit(house: House) -> None:
    """Something leaves for the same telephone every moment, as when another sender has a page on the wire."""
    house.on_call("Dara")
    cry(house, 1)
    house.send()
    cry(house, 1, start=1)
    waited = timedelta(0)
    while len(house.pages()) == 1:
        house.send()
        house.pass_time(A_SECOND / 4)
        waited += A_SECOND / 4
        with house.database.transaction() as session:
            session.execute(update(OutboxMessage).where(OutboxMessage.page_id == 1).values(sent_at=func.now()))
        assert waited <= FIRST_PAGES_APART + A_SECOND / 2


def test_rule_21_a_first_page_does_not_wait_for_pages_again(house: House) -> None:
    house.on_call("Dara")
    cry(house, 4)
    house.send()
    house.pass_time(STEP)
    house.sweep()
    house.send()  # all four again, on one page
    house.pass_time(FIRST_PAGES_APART)
    cry(house, 1, start=4)
    house.send()
    assert numbers_in(texts(house)[-1]) == {105}


def test_pages_again_to_one_telephone_come_together_twice_a_minute(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    for second in range(100):
        if second < 20:
            cry(house, 1, start=second)
        house.pass_time(A_SECOND)
        house.sweep()
        house.send()
    with house.database.transaction() as session:
        sent = select(OutboxMessage.sent_at).where(OutboxMessage.staff_contact_id == 2, OutboxMessage.page_id > 0)
        moments = session.scalars(sent.where(OutboxMessage.sent_at.is_not(None)).order_by(OutboxMessage.sent_at)).all()
    assert len(moments) >= 2, "Vanna is told of cases Dara was told of before"
    assert all(later - earlier >= REPEATED_PAGES_APART for earlier, later in itertools.pairwise(moments))  # type: ignore[operator]
    told = set().union(*(numbers_in(page.text) for page in house.pages() if page.address == "chat of Vanna"))
    assert told >= set(range(101, 121))


def test_a_page_again_takes_along_all_that_wait_whatever_they_wait_for(three: House) -> None:
    """A first page left between them: each would else come on its own, when its own half minute is over."""

    def due(alarm_id: int) -> None:
        three.change(Alarm, next_action_at=func.now() + timedelta(hours=1))
        with three.database.transaction() as session:
            session.execute(update(Alarm).where(Alarm.id == alarm_id).values(next_action_at=func.now()))
        three.sweep()

    three.send()
    three.pass_time(timedelta(seconds=10))
    due(1)
    three.send()
    three.pass_time(timedelta(seconds=5))
    cry(three, 1, start=3)
    three.send()
    three.pass_time(timedelta(seconds=5))
    due(2)
    three.send()
    three.pass_time(timedelta(seconds=21))
    three.send()
    assert [numbers_in(each) for each in texts(three)] == [{101, 102, 103}, {104}, {101, 102}]


def test_rule_20_a_page_again_names_each_case_once_however_often_its_steps_came(house: House) -> None:
    house.on_call("Dara")
    cry(house, 1)
    house.send()
    for _ in range(3):  # three steps within the half minute of one page
        house.change(Alarm, next_action_at=func.now())
        house.sweep()
    house.pass_time(REPEATED_PAGES_APART)
    house.send()
    assert len(house.pages()) == 2
    assert texts(house)[-1].startswith("Still nobody: CRITICAL, case 101")
    code = re.search(r"ACK 101 (\w{4})", house.pages()[-1].buttons[0].payload)
    assert code is not None
    assert "is yours" in house.responder_says(f"ACK 101 {code[1]}", "Dara")


def test_rule_20_whoever_was_taken_before_it_was_claimed_is_not_on_the_page(three: House) -> None:
    mali = three.on_call("Mali", step=None)
    acknowledge_as(three, mali, number=102)
    three.send()
    assert numbers_in(texts(three)[0]) == {101, 103}


def test_rule_20_the_list_is_made_again_at_the_moment_of_sending(three: House) -> None:
    claimed = claim(three)
    assert claimed is not None
    mali = three.on_call("Mali", step=None)
    acknowledge_as(three, mali, number=103)
    asyncio.run(three.sender(Audience.RESPONDER)._deliver(claimed))
    assert numbers_in(texts(three)[0]) == {101, 102}
    assert states(three) == [OutboxState.SENT, OutboxState.BUNDLED, OutboxState.CANCELLED]


def test_rule_20_a_bundle_whose_cases_are_all_taken_is_cancelled(three: House) -> None:
    claimed = claim(three)
    assert claimed is not None
    mali = three.on_call("Mali", step=None)
    for number in (101, 102, 103):
        acknowledge_as(three, mali, number=number)
    asyncio.run(three.sender(Audience.RESPONDER)._deliver(claimed))
    three.send()
    assert texts(three) == [], "and nobody is told who took what they never heard of"
    assert states(three) == [OutboxState.CANCELLED] * 3


def test_rule_20_the_others_go_at_once_when_only_the_case_that_carried_them_is_taken(three: House) -> None:
    claimed = claim(three)
    assert claimed is not None
    acknowledge_as(three, three.on_call("Mali", step=None), number=101)
    asyncio.run(three.sender(Audience.RESPONDER)._deliver(claimed))
    three.send()
    assert [numbers_in(each) for each in texts(three)] == [{102, 103}]
    assert states(three) == [OutboxState.CANCELLED, OutboxState.SENT, OutboxState.BUNDLED]


def test_a_bundle_that_did_not_leave_goes_again_with_all_of_it_and_what_is_new(three: House) -> None:
    three.staff_bot.failures.append(TemporarySendError())
    three.send()
    assert states(three) == [OutboxState.PENDING] * 3
    cry(three, 1, start=3)
    three.send()
    assert [numbers_in(each) for each in texts(three)] == [{101, 102, 103, 104}]
    assert "before" not in texts(three)[0], "it certainly had not left"


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


def test_rule_25_first_pages_then_pages_again_then_bundles_then_statuses_then_notices(house: House) -> None:
    def tell(key: str, priority: int) -> None:
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
        tell(key, priority)
    with house.database.transaction() as session:
        session.execute(update(Alarm).where(Alarm.id == 2).values(next_action_at=func.now()))
    house.sweep()  # 102 again, to Vanna, who was paged two seconds ago: later, with what else comes
    assert claim(house) is not None  # the status, for nothing else is due
    house.pass_time(REPEATED_PAGES_APART)
    with house.database.transaction() as session:
        session.execute(update(Alarm).where(Alarm.id == 1).values(next_action_at=func.now()))
    house.sweep()  # 101 again, to Mali, who was not paged yet
    tell("status 2", outbox.STATUS)
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
