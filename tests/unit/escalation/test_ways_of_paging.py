"""A page as each way shows it, and what a key in a call does."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from bot.database.states import AlarmState
from bot.database.tables import Conversation, OutboxMessage, Staff
from bot.messages.paging_limits import REPEATED_PAGES_APART
from bot.messages.read_aloud import worth_sending
from tests.unit.house import CRY, House

NUMBER = "+447700900156"
CALL, CHAT, PUSH = ("voice_twilio", NUMBER), ("telegram_staff", "chat of Dara"), ("apprise", "ntfys://push.example/t")


def _press_one(house: House, code: str) -> None:
    house.arrives(f"ACK 101 {code}", sender=NUMBER, channel="voice_twilio")
    house.handle()
    house.send()


def test_a_call_says_number_and_urgency_and_nothing_else_of_the_case(house: House) -> None:
    house.on_call("Dara", ways=(CALL,))
    house.arrives(CRY)
    house.send()
    (call,) = house.calls.sent
    assert re.fullmatch(r"(CRITICAL|URGENT)\. Case 101\. To take it, press 1\.", call.text)
    assert [button.payload for button in call.buttons] == [f"ACK 101 {house.code(house.last_page().id)}"]


@pytest.mark.parametrize(("language", "spoken"), [("th", "th"), ("vi", "vi"), ("km", "en"), ("my", "en"), ("en", "en")])
def test_a_call_is_in_the_responders_language_where_a_voice_speaks_it(house: House, language: str, spoken: str) -> None:
    house.on_call("Dara", ways=(CALL, CHAT))
    house.change(Staff, language=language)
    house.arrives(CRY)
    house.send()
    (call,) = house.calls.sent
    assert call.language == spoken
    assert ("press 1" in call.text) is (spoken == "en")


def test_the_key_takes_the_case_and_the_answer_is_read_elsewhere(house: House) -> None:
    house.on_call("Dara", ways=(CALL, CHAT))
    house.arrives(CRY)
    house.send()
    _press_one(house, house.code(house.last_page().id))
    assert house.alarm().state is AlarmState.ACKNOWLEDGED
    assert len(house.calls.sent) == 1, "nobody is rung up to hear that they took it"
    assert house.staff_bot.sent[-1].text.startswith("Case 101 is yours.")


def test_the_key_of_whoever_has_only_a_telephone_takes_the_case_too(house: House) -> None:
    house.on_call("Dara", ways=(CALL,))
    house.arrives(CRY)
    house.send()
    _press_one(house, house.code(house.last_page().id))
    assert house.alarm().state is AlarmState.ACKNOWLEDGED
    assert len(house.calls.sent) == 1


def test_a_key_with_a_wrong_code_takes_nothing(house: House) -> None:
    house.on_call("Dara", ways=(CALL,))
    house.arrives(CRY)
    house.send()
    _press_one(house, "AAAA")
    assert house.alarm().state is AlarmState.PAGING


def test_a_stranger_who_is_on_a_call_begins_no_conversation(house: House) -> None:
    house.arrives(CRY, sender="+447700900199", channel="voice_twilio")
    house.settle()
    assert house.rows(Conversation) == 0
    assert house.calls.sent == []


def test_whoever_was_called_is_not_called_again_because_a_colleague_took_it(house: House) -> None:
    house.on_call("Dara", ways=(CALL,))
    house.on_call("Vanna", ways=(("telegram_staff", "chat of Vanna"),))
    house.arrives(CRY)
    house.send()
    with house.database.transaction() as session:
        vanna = session.scalars(select(Staff.id).where(Staff.name == "Vanna")).one()
    house.responder_says(f"ACK 101 {house.code(house.last_page(vanna).id)}", "Vanna")
    house.send()
    assert len(house.calls.sent) == 1


def test_a_push_message_carries_one_link_to_the_case(house: House) -> None:
    house.on_call("Dara", ways=(PUSH,))
    house.arrives(CRY)
    house.send()
    (push,) = house.push.sent
    first, link = push.text.splitlines()
    assert "case 101" in first
    assert link == f"{house.settings.console_url}/cases/101"
    assert push.buttons == ()
    assert push.text.count("http") == 1


def test_a_page_is_always_worth_a_call_and_so_is_what_nobody_thought_of() -> None:
    assert worth_sending("voice_twilio", "page")
    assert worth_sending("voice_twilio", "contact_code")
    assert worth_sending("voice_twilio", "something_new")
    assert not worth_sending("voice_twilio", "taken_by_other")
    assert worth_sending("sms", "taken_by_other")


def test_a_repeated_page_is_a_call_again(house: House) -> None:
    house.on_call("Dara", ways=(CALL,))
    house.arrives(CRY)
    house.send()
    with house.database.transaction() as session:
        session.execute(update(OutboxMessage).values(provider_ref="CA-1"))
    house.change(type(house.alarm()), next_action_at=house.alarm().raised_at)
    for _ in range(4):
        house.pass_time(REPEATED_PAGES_APART)
        house.sweep()
        house.send()
        house.change(type(house.alarm()), next_action_at=house.alarm().raised_at)
    assert len(house.calls.sent) >= 2
    assert len({call.text for call in house.calls.sent}) == 1
