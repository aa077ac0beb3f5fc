"""How a responder is woken, as the operator sets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.console.accounts import AccountError, disable_account, find_account
from bot.console.staff_contacts import (
    add_address,
    add_shift,
    begin_link,
    list_contacts,
    remove_contact,
    remove_shifts,
    roster_lines,
)
from bot.database.session import Database, database_now
from bot.database.tables import StaffContact
from bot.escalation.contact_codes import link_code_hash
from bot.messages.contacts import staff_contact_of
from bot.privacy.sealing import ServiceKeys, open_with

NUMBER = "+447700900155"


def test_an_address_is_sealed_and_found_again_by_its_hash(database: Database, keys: ServiceKeys, noor: int) -> None:
    with database.transaction() as session:
        contact = add_address(
            session, find_account(session, "Noor"), channel="sms_gateway", address=NUMBER, keys=keys, vouched=True
        )
    assert contact.address_sealed is not None
    assert NUMBER.encode() not in contact.address_sealed
    assert open_with(keys.address, contact.address_sealed) == NUMBER
    with database.transaction() as session:
        found = staff_contact_of(session, channel="sms_gateway", address=NUMBER, keys=keys)
        assert found is not None
        assert found.id == contact.id
        assert found.verified_at is not None


def test_an_address_is_one_persons(database: Database, keys: ServiceKeys, noor: int) -> None:
    with database.transaction() as session:
        staff = find_account(session, "Noor")
        add_address(session, staff, channel="sms_gateway", address=NUMBER, keys=keys, vouched=True)
        with pytest.raises(AccountError) as error:
            add_address(session, staff, channel="sms_gateway", address=NUMBER, keys=keys, vouched=True)
    assert NUMBER not in str(error.value)


def test_a_link_code_is_stored_as_its_hash_and_replaces_an_earlier_one(
    database: Database, keys: ServiceKeys, noor: int
) -> None:
    with database.transaction() as session:
        staff = find_account(session, "Noor")
        first = begin_link(session, staff, channel="telegram_staff", keys=keys)
        second = begin_link(session, staff, channel="telegram_staff", keys=keys)
    assert first.code != second.code
    assert len(second.code) == 8
    assert second.code not in repr(second)
    with database.transaction() as session:
        stored = session.scalars(select(StaffContact)).one()
    assert stored.link_code_hash == link_code_hash(keys, second.code)
    assert stored.verified_at is None


def test_contacts_are_tried_in_the_order_they_were_added(database: Database, keys: ServiceKeys, noor: int) -> None:
    with database.transaction() as session:
        staff = find_account(session, "Noor")
        begin_link(session, staff, channel="telegram_staff", keys=keys)
        add_address(session, staff, channel="sms_gateway", address=NUMBER, keys=keys, vouched=True)
        assert [(each.channel, each.rank) for each in list_contacts(session, staff)] == [
            ("telegram_staff", 1),
            ("sms_gateway", 2),
        ]


def test_a_removed_address_is_erased_and_can_be_added_again(database: Database, keys: ServiceKeys, noor: int) -> None:
    with database.transaction() as session:
        staff = find_account(session, "Noor")
        contact = add_address(session, staff, channel="sms_gateway", address=NUMBER, keys=keys, vouched=True)
        remove_contact(session, staff, contact.id)
        assert list_contacts(session, staff) == []
        with pytest.raises(AccountError):
            remove_contact(session, staff, 999)
        add_address(session, staff, channel="sms_gateway", address=NUMBER, keys=keys, vouched=True)
    with database.transaction() as session:
        erased = session.get_one(StaffContact, contact.id)
        assert (erased.address_hash, erased.address_sealed, erased.verified_at) == (None, None, None)


def test_the_roster_says_who_would_be_woken_now(database: Database, keys: ServiceKeys, noor: int) -> None:
    with database.transaction() as session:
        staff, now = find_account(session, "Noor"), database_now(session)
        add_shift(session, staff, step_no=1, starts_at=None, ends_at=None)
        add_shift(session, staff, step_no=2, starts_at=now + timedelta(hours=1), ends_at=None)
        add_shift(session, staff, step_no=3, starts_at=None, ends_at=now - timedelta(hours=1))
        assert [(line.step_no, line.now, line.channel) for line in roster_lines(session)] == [
            (1, True, None),
            (2, False, None),
            (3, False, None),
        ]
        add_address(session, staff, channel="sms_gateway", address=NUMBER, keys=keys, vouched=True)
        assert (roster_lines(session)[0].now, roster_lines(session)[0].channel) == (True, "sms_gateway")
        assert remove_shifts(session, staff, step_no=2) == 1
        assert remove_shifts(session, staff, step_no=None) == 2
        assert roster_lines(session) == []


def test_a_disabled_account_is_not_on_the_roster(database: Database, noor: int) -> None:
    with database.transaction() as session:
        staff = find_account(session, "Noor")
        add_shift(session, staff, step_no=1, starts_at=None, ends_at=None)
        disable_account(session, staff)
        session.flush()
        assert roster_lines(session) == []


@pytest.mark.parametrize(("step", "hours"), [(0, 1), (1, 0), (1, -1)], ids=["no such step", "no time", "backwards"])
def test_a_shift_that_could_never_be_is_refused(database: Database, noor: int, step: int, hours: int) -> None:
    start = datetime(2026, 11, 22, 20, tzinfo=UTC)
    with database.transaction() as session, pytest.raises(AccountError):
        add_shift(
            session,
            find_account(session, "Noor"),
            step_no=step,
            starts_at=start,
            ends_at=start + timedelta(hours=hours),
        )
