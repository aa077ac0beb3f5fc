"""Many alarms and one telephone: what is new is named at once, the rest together, and nothing is lost on the way.
Numbers are those of the rules in oncall.md, part B."""

from __future__ import annotations

import asyncio
import itertools
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.database.states import AlarmState, OutboxState
from bot.database.tables import Alarm, OutboxMessage
from bot.errors import TemporarySendError
from bot.messages.message import Audience
from bot.messages.paging_limits import FIRST_PAGES_APART, REPEATED_PAGES_APART
from tests.unit.escalation.crowd import A_SECOND, claim, cry, numbers_in, states, texts
from tests.unit.escalation.crowd import three as three
from tests.unit.escalation.seen import STEP, acknowledge_as
from tests.unit.house import House


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
