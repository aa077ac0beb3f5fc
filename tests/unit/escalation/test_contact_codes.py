"""A way is used once a code proved that it reaches its person: five tries, ten minutes, one a minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.console.accounts import AccountError, find_account
from bot.console.staff_contacts import (
    add_address,
    begin_link,
    list_contacts,
    order_contacts,
    send_code_again,
    verify_contact,
)
from bot.database.tables import OutboxMessage, ReturnCodeTry, StaffContact
from bot.escalation.contact_codes import Typed
from bot.escalation.roster_store import load_ways
from tests.unit.escalation.seen import paged
from tests.unit.house import CRY, House

NUMBER = "+447700900155"
WAYS = {"sms": NUMBER, "voice_twilio": NUMBER, "apprise": "ntfys://push.example.org/topic"}


def _added(house: House, channel: str = "sms") -> int:
    with house.database.transaction() as session:
        staff = find_account(session, "Dara")
        return add_address(session, staff, channel=channel, address=WAYS[channel], keys=house.keys).id


def _code(house: House, channel: str = "sms") -> str:
    """What arrived there last."""
    house.send()
    sent = {each.name: each.sent for each in (house.sms, house.calls, house.push)}[channel]
    return "".join(sign for sign in sent[-1].text if sign.isdecimal())


def _type(house: House, contact: int, code: str) -> Typed:
    with house.database.transaction() as session:
        return verify_contact(session, find_account(session, "Dara"), contact, code, house.keys)


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def _works(house: House, contact: int) -> bool:
    with house.database.transaction() as session:
        return contact in {way.contact_id for way in load_ways(session)}


@pytest.fixture
def dara(house: House) -> House:
    house.on_call("Dara", ways=(("telegram_staff", "chat of Dara"),))
    return house


@pytest.mark.parametrize("channel", WAYS)
def test_a_way_is_used_only_after_its_code_was_typed_back(dara: House, channel: str) -> None:
    contact = _added(dara, channel)
    code = _code(dara, channel)
    assert len(code) == 6
    assert not _works(dara, contact)
    assert _type(dara, contact, f" {code[:3]} {code[3:]} ") is Typed.RIGHT
    assert _works(dara, contact)


def test_an_unproved_way_is_never_paged_also_when_it_is_the_only_one(house: House) -> None:
    dara = house.on_call("Dara", ways=(("telegram_staff", "chat of Dara"),))
    vanna = house.on_call("Vanna", step=2)
    with house.database.transaction() as session:
        session.execute(update(StaffContact).where(StaffContact.staff_id == dara).values(verified_at=None))
    _added(house)
    house.arrives(CRY)
    assert paged(house) == [vanna]


def test_whoever_writes_from_an_unproved_number_is_a_reporter(dara: House) -> None:
    """A mistyped number is somebody's: they must be answered as anybody, and take no case."""
    _added(dara)
    dara.arrives("ACK 101 4F7K", sender=NUMBER)
    dara.handle()
    assert dara.conversation().id is not None


def test_the_code_stands_nowhere_in_the_clear(dara: House) -> None:
    _added(dara)
    with dara.database.transaction() as session:
        arguments = str(session.scalars(select(OutboxMessage.arguments)).one())
        stored = session.scalars(select(StaffContact.link_code_hash).where(StaffContact.channel == "sms")).one()
    code = _code(dara)
    assert code not in arguments
    assert stored is not None
    assert code.encode() not in stored


def test_after_five_wrong_tries_the_right_code_is_not_taken_either(dara: House) -> None:
    contact = _added(dara)
    code = _code(dara)
    tries = [_type(dara, contact, _wrong(code)) for _ in range(5)]
    assert tries == [Typed.WRONG] * 4 + [Typed.OVER]
    assert _type(dara, contact, code) is Typed.OVER
    assert not _works(dara, contact)


def test_the_fifth_try_may_still_be_the_right_one(dara: House) -> None:
    contact = _added(dara)
    code = _code(dara)
    for _ in range(4):
        _type(dara, contact, _wrong(code))
    assert _type(dara, contact, code) is Typed.RIGHT


@pytest.mark.parametrize(("seconds", "typed"), [(590, Typed.RIGHT), (601, Typed.OVER)])
def test_a_code_is_good_for_ten_minutes(dara: House, seconds: int, typed: Typed) -> None:
    contact = _added(dara)
    code = _code(dara)
    dara.pass_time(timedelta(seconds=seconds))
    assert _type(dara, contact, code) is typed


def test_a_code_is_sent_once_a_minute_and_makes_the_one_before_void(dara: House) -> None:
    contact = _added(dara)
    first = _code(dara)
    for seconds, sent in ((0, False), (50, False), (15, True)):
        dara.pass_time(timedelta(seconds=seconds))
        with dara.database.transaction() as session:
            assert send_code_again(session, find_account(session, "Dara"), contact, dara.keys) is sent
    second = _code(dara)
    assert len(dara.sms.sent) == 2
    if first != second:
        assert _type(dara, contact, first) is Typed.WRONG
    assert _type(dara, contact, second) is Typed.RIGHT


def test_a_code_works_once_and_for_its_own_contact_only(dara: House) -> None:
    contact, call = _added(dara), _added(dara, "voice_twilio")
    code = _code(dara)
    if code != _code(dara, "voice_twilio"):
        assert _type(dara, call, code) is Typed.WRONG
    assert _type(dara, contact, code) is Typed.RIGHT
    assert _type(dara, contact, code) is Typed.OVER


def test_a_broken_way_works_again_once_it_is_proved_anew(dara: House) -> None:
    contact = _added(dara)
    _type(dara, contact, _code(dara))
    dara.change(StaffContact, broken_at=select(StaffContact.verified_at).limit(1).scalar_subquery())
    assert not _works(dara, contact)
    dara.pass_time(timedelta(minutes=2))
    with dara.database.transaction() as session:
        assert send_code_again(session, find_account(session, "Dara"), contact, dara.keys)
    assert _type(dara, contact, _code(dara)) is Typed.RIGHT
    assert _works(dara, contact)


def _link_code(house: House) -> str:
    with house.database.transaction() as session:
        staff = find_account(session, "Dara")
        return begin_link(session, staff, channel="telegram_staff", keys=house.keys).code


def _writes(house: House, content: str, sender: str = "new chat") -> str:
    house.arrives(content, sender=sender, channel="telegram_staff")
    house.handle()
    house.send()
    return house.staff_bot.sent[-1].text


@pytest.mark.parametrize(("minutes", "linked"), [(9, True), (11, False)])
def test_a_link_code_is_good_for_ten_minutes(dara: House, minutes: int, linked: bool) -> None:
    code = _link_code(dara)
    dara.pass_time(timedelta(minutes=minutes))
    assert _writes(dara, code).startswith("This chat is now linked" if linked else "This chat is not linked")


def test_whoever_guesses_five_times_is_not_believed_for_an_hour_and_others_are(dara: House) -> None:
    code = _link_code(dara)
    guesses = [f"2346{tail}" for tail in ("79AC", "79AD", "79AE", "79AF", "79AG")]
    for guess in guesses:
        assert _writes(dara, guess).startswith("This chat is not linked")
    assert _writes(dara, code).startswith("Too many wrong codes")
    assert _writes(dara, code, sender="another chat").startswith("This chat is now linked")
    assert dara.rows(ReturnCodeTry) == 5
    second = _link_code(dara)
    dara.pass_time(timedelta(minutes=61))
    assert _writes(dara, second).startswith("This chat is not linked")  # the code is too old by then
    assert _writes(dara, _link_code(dara)).startswith("This chat is now linked")


def test_words_that_are_no_code_are_no_guess(dara: House) -> None:
    for _ in range(7):
        _writes(dara, "hello, is this the hotline?")
    assert _writes(dara, _link_code(dara)).startswith("This chat is now linked")


def test_the_order_of_ways_is_what_the_person_wants(dara: House) -> None:
    sms, call = _added(dara), _added(dara, "voice_twilio")
    with dara.database.transaction() as session:
        staff = find_account(session, "Dara")
        chat = list_contacts(session, staff)[0].id
        order_contacts(session, staff, [call, chat])
        session.flush()
        assert [each.id for each in list_contacts(session, staff)] == [call, chat, sms]
        for wrong in ([call, call], [call, 999]):
            with pytest.raises(AccountError):
                order_contacts(session, staff, wrong)
    _type(dara, call, _code(dara, "voice_twilio"))
    dara.arrives(CRY)
    dara.send()
    assert [each.address for each in dara.calls.sent if "Case 101" in each.text] == [NUMBER]
    assert [each for each in dara.staff_bot.sent if "101" in each.text] == []
