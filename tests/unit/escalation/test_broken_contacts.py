"""A way that broke is told of by another way, because whoever does not know cannot mend it (rule 14)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.conversation.intake import take_receipt
from bot.database.states import StaffRole
from bot.database.tables import Alarm, OutboxMessage, Staff, StaffContact
from bot.errors import BlockedError, MisconfiguredError, TemporarySendError
from bot.escalation.broken_contacts import mark_broken
from bot.messages.message import Receipt, ReceiptState
from tests.unit.escalation.seen import paged
from tests.unit.house import CRY, House

SMS, CALL, CHAT = ("sms", "+447700900155"), ("voice_twilio", "+447700900156"), ("telegram_staff", "chat of Dara")


def _supervisor(house: House, name: str, way: tuple[str, str]) -> int:
    staff_id = house.on_call(name, step=None, ways=(way,))
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == staff_id).values(role=StaffRole.SUPERVISOR))
    return staff_id


def _broken(house: House) -> list[str]:
    with house.database.transaction() as session:
        wanted = select(StaffContact.channel).where(StaffContact.broken_at.is_not(None)).order_by(StaffContact.id)
        return list(session.scalars(wanted))


def test_the_person_is_told_by_another_way_which_also_gets_the_page(house: House) -> None:
    house.on_call("Dara", ways=(CHAT, SMS))
    house.staff_bot.failures.append(BlockedError())
    house.arrives(CRY)
    house.send()
    words = [each.text for each in house.sms.sent if each.address == SMS[1]]
    assert sum("case 101" in text for text in words) == 1
    assert "Pages do not reach you by Telegram any more. Please have it mended, and verify it again." in words
    assert _broken(house) == ["telegram_staff"]


def test_whoever_has_no_other_way_is_helped_by_every_supervisor(house: House) -> None:
    house.on_call("Dara", ways=(CHAT,))
    _supervisor(house, "Mali", ("sms", "+447700900177"))
    _supervisor(house, "Vanna", ("sms", "+447700900178"))
    house.staff_bot.failures.append(BlockedError())
    house.arrives(CRY)
    house.send()
    words = "Pages do not reach Dara by Telegram any more. Please help to mend it."
    assert {each.address for each in house.sms.sent if each.text == words} == {"+447700900177", "+447700900178"}


def test_nobody_is_rung_up_to_hear_that_a_chat_is_broken(house: House) -> None:
    house.on_call("Dara", ways=(CHAT, CALL))
    _supervisor(house, "Mali", SMS)
    house.staff_bot.failures.append(BlockedError())
    house.arrives(CRY)
    house.send()
    assert ["Case 101" in each.text for each in house.calls.sent] == [True], "the page itself is a call"
    assert [each.text for each in house.sms.sent if "Dara" in each.text] != []


def test_it_is_told_once_for_each_time_it_breaks(house: House) -> None:
    house.on_call("Dara", ways=(CHAT, SMS))
    for _ in range(3):
        with house.database.transaction() as session:
            mark_broken(session, 1, "blocked")
    assert house.rows(OutboxMessage, template="contact_broken") == 1
    house.change(StaffContact, broken_at=None, broken_reason=None)
    with house.database.transaction() as session:
        mark_broken(session, 1, "blocked")
    assert house.rows(OutboxMessage, template="contact_broken") == 2


def test_of_a_way_that_was_never_proved_nobody_expected_anything(house: House) -> None:
    house.on_call("Dara", ways=(CHAT, SMS))
    with house.database.transaction() as session:
        session.execute(update(StaffContact).where(StaffContact.id == 1).values(verified_at=None))
        mark_broken(session, 1, "blocked")
    assert house.rows(OutboxMessage, template="contact_broken") == 0


def test_a_wrong_token_of_ours_moves_the_page_on_and_breaks_nobodys_contact(house: House) -> None:
    house.on_call("Dara", ways=(CHAT, SMS))
    house.staff_bot.failures.append(MisconfiguredError())
    house.arrives(CRY)
    house.send()
    assert _broken(house) == []
    assert [each.address for each in house.sms.sent if "101" in each.text] == [SMS[1]]


@pytest.mark.parametrize(
    ("state", "broken"),
    [(ReceiptState.OPTED_OUT, ["sms"]), (ReceiptState.GONE, ["sms"]), (ReceiptState.FAILED, [])],
)
def test_a_receipt_breaks_a_contact_only_when_nothing_will_ever_arrive_there(
    house: House, state: ReceiptState, broken: list[str]
) -> None:
    house.on_call("Dara", ways=(SMS, CHAT))
    house.arrives(CRY)
    house.send()
    receipt = Receipt(channel="sms", provider_id="sms-1", state=state)
    with house.database.transaction() as session:
        take_receipt(session, receipt, keys=house.keys, settings=house.settings)
    house.send()
    assert _broken(house) == broken
    assert any("101" in each.text for each in house.staff_bot.sent), "the next way at once, whatever it was"


def test_a_call_nobody_takes_goes_to_the_next_way_at_once(house: House) -> None:
    house.on_call("Dara", ways=(CALL, CHAT))
    house.arrives(CRY)
    house.send()
    assert house.staff_bot.sent == []
    receipt = Receipt(channel="voice_twilio", provider_id="voice_twilio-1", state=ReceiptState.FAILED)
    with house.database.transaction() as session:
        take_receipt(session, receipt, keys=house.keys, settings=house.settings)
    house.send()
    assert len(house.staff_bot.sent) == 1
    assert house.alarm().step_no == 1


def test_a_failure_that_passes_breaks_nothing(house: House) -> None:
    house.on_call("Dara", ways=(CHAT, SMS))
    house.staff_bot.failures.append(TemporarySendError())
    house.arrives(CRY)
    house.send()
    house.pass_time(timedelta(seconds=2))
    house.send()
    assert _broken(house) == []
    assert len(house.staff_bot.sent) == 1
    assert paged(house) == [1]
    assert house.rows(Alarm) == 1
