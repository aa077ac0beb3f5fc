"""Sessions: how long they last, and what is stored of them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.console.sessions import IDLE, SHIFT, begin_session, cookie_name, end_session, find_session
from bot.database.session import Database
from bot.database.tables import Staff, StaffSession


@pytest.fixture
def token(database: Database, noor: int) -> str:
    with database.transaction() as session:
        return begin_session(session, noor)


def aged(database: Database, **ages: timedelta) -> None:
    with database.transaction() as session:
        session.execute(update(StaffSession).values({name: func.now() - age for name, age in ages.items()}))


def is_signed_in(database: Database, token: str, *, counts_as_use: bool = True) -> bool:
    with database.transaction() as session:
        return find_session(session, token, counts_as_use=counts_as_use) is not None


def test_only_the_hash_of_the_token_is_stored(database: Database, token: str) -> None:
    with database.transaction() as session:
        stored = session.scalars(select(StaffSession.token_hash)).one()
    assert stored == hashlib.sha256(token.encode()).digest()
    assert len(token) == 43  # 256 bits in base64


@pytest.mark.parametrize("given", ["", "x", "\ud800"])
def test_an_unknown_token_is_nobodys(database: Database, token: str, given: str) -> None:
    assert not is_signed_in(database, given)


def test_a_session_ends_after_half_an_hour_without_use(database: Database, token: str) -> None:
    aged(database, last_seen_at=IDLE - timedelta(seconds=5))
    assert is_signed_in(database, token)
    aged(database, last_seen_at=IDLE + timedelta(seconds=1))
    assert not is_signed_in(database, token)


def test_a_page_that_renews_itself_is_no_use(database: Database, token: str) -> None:
    aged(database, last_seen_at=timedelta(minutes=20))
    assert is_signed_in(database, token, counts_as_use=False)
    seconds_since = select(func.extract("epoch", func.now() - StaffSession.last_seen_at))
    with database.transaction() as session:
        assert session.scalars(seconds_since).one() > 19 * 60
    assert is_signed_in(database, token, counts_as_use=True)
    with database.transaction() as session:
        assert session.scalars(seconds_since).one() < 60


def test_a_session_ends_with_the_shift_however_much_it_is_used(database: Database, token: str) -> None:
    aged(database, created_at=SHIFT + timedelta(seconds=1))
    assert not is_signed_in(database, token)


def test_a_disabled_account_has_no_session(database: Database, token: str) -> None:
    with database.transaction() as session:
        session.execute(update(Staff).values(active=False))
    assert not is_signed_in(database, token)


def test_signing_out_ends_it(database: Database, token: str) -> None:
    with database.transaction() as session:
        signed_in = find_session(session, token, counts_as_use=True)
        assert signed_in is not None
        end_session(session, signed_in)
    assert not is_signed_in(database, token)


def test_sessions_that_have_run_out_are_cleared_away(database: Database, noor: int, token: str) -> None:
    aged(database, last_seen_at=IDLE + timedelta(seconds=1))
    with database.transaction() as session:
        begin_session(session, noor)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 1


def test_the_cookie_is_bound_to_the_host_wherever_there_is_https() -> None:
    assert cookie_name("https://console.example.org") == "__Host-sampan"
    assert cookie_name("http://127.0.0.1:8001") == "sampan_session"
