"""Accounts and the pause after wrong passwords."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.console.accounts import (
    AccountError,
    account_name,
    begin_attempt,
    create_account,
    disable_account,
    find_account,
    list_accounts,
    pause_after,
    set_password,
)
from bot.console.passwords import Passwords
from bot.console.sessions import sign_in
from bot.database.session import Database
from bot.database.states import StaffRole
from bot.database.tables import AuditEntry, Staff, StaffSession
from tests.unit.console.browser import PASSWORD
from tests.unit.console.conftest import add_account


def attempt(database: Database, passwords: Passwords, name: str, password: str) -> bool:
    return asyncio.run(sign_in(database, passwords, name=name, password=password)) is not None


def test_the_pause_grows_and_never_becomes_a_lock_out() -> None:
    seconds = [pause_after(attempts).total_seconds() for attempts in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1000)]
    assert seconds == [0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_name_is_taken_also_in_other_capitals(database: Database, noor: int) -> None:
    with database.transaction() as session, pytest.raises(AccountError):
        create_account(session, name="  nOOr ", language="en", role=StaffRole.RESPONDER, password_hash="x")


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\u202eb", "a\0b"])
def test_a_name_nobody_could_read_is_refused(name: str) -> None:
    with pytest.raises(AccountError):
        account_name(name)


def test_the_right_password_signs_in_whatever_capitals_the_phone_made(
    database: Database, passwords: Passwords, noor: int
) -> None:
    assert attempt(database, passwords, "noor ", PASSWORD)


@pytest.mark.parametrize("name", ["Noor", "Nobody", "\0", "n" * 5000, "\ud800"])
def test_a_wrong_password_or_an_unknown_name_does_not(
    database: Database, passwords: Passwords, noor: int, name: str
) -> None:
    assert not attempt(database, passwords, name, "another password")


def test_after_wrong_passwords_even_the_right_one_has_to_wait(
    database: Database, passwords: Passwords, noor: int
) -> None:
    for _ in range(8):
        with database.transaction() as session:
            session.query(Staff).update({"login_not_before": None})
        assert not attempt(database, passwords, "Noor", "another password")
    assert not attempt(database, passwords, "Noor", PASSWORD)
    with database.transaction() as session:
        staff = session.scalars(select(Staff)).one()
        assert staff.failed_logins == 8
        assert staff.login_not_before is not None
        staff.login_not_before -= timedelta(seconds=31)
    assert attempt(database, passwords, "Noor", PASSWORD)
    with database.transaction() as session:
        assert session.scalars(select(Staff.failed_logins)).one() == 0


def test_attempts_are_counted_before_the_password_is_checked(database: Database, noor: int) -> None:
    with database.transaction() as session:
        assert not begin_attempt(session, "Noor").too_soon
    with database.transaction() as session:
        assert session.scalars(select(Staff.failed_logins)).one() == 1


def test_a_disabled_account_is_signed_out_and_cannot_sign_in(
    database: Database, passwords: Passwords, noor: int
) -> None:
    assert attempt(database, passwords, "Noor", PASSWORD)
    with database.transaction() as session:
        disable_account(session, find_account(session, "noor"))
    assert not attempt(database, passwords, "Noor", PASSWORD)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 0


def test_a_new_password_signs_out_everywhere(database: Database, passwords: Passwords, noor: int) -> None:
    assert attempt(database, passwords, "Noor", PASSWORD)
    with database.transaction() as session:
        set_password(session, find_account(session, "Noor"), passwords.hash_now("another password"))
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 0
    assert attempt(database, passwords, "Noor", "another password")


def test_a_stale_hash_is_replaced_on_signing_in(database: Database, passwords: Passwords, noor: int) -> None:
    with database.transaction() as session:
        before = session.scalars(select(Staff.password_hash)).one()
    assert attempt(database, Passwords(), "Noor", PASSWORD)
    with database.transaction() as session:
        after = session.scalars(select(Staff.password_hash)).one()
    assert after != before
    assert attempt(database, Passwords(), "Noor", PASSWORD)


def test_what_happens_to_accounts_is_in_the_audit(database: Database, passwords: Passwords, noor: int) -> None:
    attempt(database, passwords, "Noor", "another password")
    attempt(database, passwords, "Noor", PASSWORD)
    with database.transaction() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["account_created", "sign_in_failed", "signed_in"]


def test_accounts_are_listed_by_name(database: Database, passwords: Passwords, noor: int) -> None:
    add_account(database, passwords, "dara", StaffRole.RESPONDER)
    with database.transaction() as session:
        assert [staff.name for staff in list_accounts(session)] == ["dara", "Noor"]
