"""The calendar a phone subscribes to: a secret address, one person's own duties, nothing else."""

from __future__ import annotations

import logging

import pytest
from icalendar import Calendar
from sqlalchemy import select

from bot.console.accounts import disable_account
from bot.console.passwords import Passwords
from bot.console.shield import HEADERS
from bot.database.session import Database
from bot.database.states import StaffRole
from bot.database.tables import AuditEntry, RosterEntry, Staff
from bot.escalation.roster_calendars import make_feed, revoke_feed
from tests.unit.console.browser import Browser
from tests.unit.console.conftest import add_account


@pytest.fixture
def address(database: Database, passwords: Passwords, noor: int) -> str:
    """Noor's, who is on call at step 2 beside a colleague."""
    dara = add_account(database, passwords, "Dara", StaffRole.RESPONDER)
    with database.transaction() as session:
        for who, step in ((noor, 2), (dara, 1)):
            session.add(RosterEntry(staff_id=who, step_no=step, starts_at=None, ends_at=None))
        return f"/oncall/{make_feed(session, session.get_one(Staff, noor), by=None)}.ics"


def test_a_phone_reads_its_own_duties_and_nobody_elses(browser: Browser, address: str) -> None:
    answer = browser.ask("GET", address, {})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["SUMMARY"] == "On call, step 2"
    for word in ("Dara", "Noor", "ampan", "ase", "raffick"):
        assert word not in answer.text


def test_the_words_are_in_the_language_of_the_person(browser: Browser, address: str, database: Database) -> None:
    with database.transaction() as session:
        session.scalars(select(Staff).where(Staff.name == "Noor")).one().language = "th"
    [event] = Calendar.from_ical(browser.ask("GET", address, {}).content).walk("VEVENT")
    assert event["SUMMARY"] == "เข้าเวร ลำดับที่ 2"


def test_it_is_not_stored_on_the_way_and_writes_nothing(browser: Browser, address: str, database: Database) -> None:
    answer = browser.ask("GET", address, {})
    assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    with database.transaction() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("calendar%"))).all()
    assert actions == ["calendar_made"]


def test_the_address_stands_in_no_log_and_in_no_row(
    browser: Browser, address: str, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    token = address.removeprefix("/oncall/").removesuffix(".ics")
    with caplog.at_level(logging.DEBUG):
        assert browser.ask("GET", address, {}).status_code == 200
    of_ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert token not in " ".join(of_ours)
    with database.transaction() as session:
        kept = session.scalars(select(Staff.feed_token_hash).where(Staff.name == "Noor")).one()
        details = session.scalars(select(AuditEntry.detail)).all()
    assert kept is not None
    assert len(kept) == 32
    assert token.encode() not in kept
    assert token not in str(details)


@pytest.mark.parametrize("path", ["/oncall/unknown.ics", "/oncall/.ics", "/oncall/%00.ics", "/oncall/a/b.ics"])
def test_what_is_not_known_is_not_found_and_asks_nobody_to_sign_in(browser: Browser, address: str, path: str) -> None:
    answer = browser.ask("GET", path, {})
    assert answer.status_code == 404
    assert "BEGIN:" not in answer.text


def test_a_new_address_makes_the_old_one_void(browser: Browser, address: str, database: Database, noor: int) -> None:
    with database.transaction() as session:
        token = make_feed(session, session.get_one(Staff, noor), by=None)
    assert browser.ask("GET", address, {}).status_code == 404
    assert browser.ask("GET", f"/oncall/{token}.ics", {}).status_code == 200


def test_a_withdrawn_address_and_one_of_a_disabled_account_are_not_found(
    browser: Browser, address: str, database: Database, noor: int
) -> None:
    with database.transaction() as session:
        disable_account(session, session.get_one(Staff, noor))
    assert browser.ask("GET", address, {}).status_code == 404
    with database.transaction() as session:
        staff = session.get_one(Staff, noor)
        staff.active = True
        revoke_feed(session, staff, by=None)
    assert browser.ask("GET", address, {}).status_code == 404


def test_nobody_posts_to_it(browser: Browser, address: str) -> None:
    assert browser.ask("POST", address, {}).status_code == 404
