"""Words that nobody has seen yet stop every act they could forbid: the page that acts is older than they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update

from bot.console.passwords import Passwords
from bot.database.session import Database
from bot.database.states import AlarmState, Choice, ClosedBy, ReleaseState, ReportState, StaffRole
from bot.database.tables import Alarm, AuditEntry, Conversation, Cover, Release, Report, TellChoice
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from tests.unit.console.browser import SAME_ORIGIN, Browser
from tests.unit.console.conftest import add_account, write

Writes = Callable[[str], None]
NEWER = "A newer message came; it is above. Nothing was done."


@pytest.fixture
def writes(database: Database, keys: ServiceKeys, settings: Settings) -> Writes:
    """The reporter of the case writes again."""
    return lambda words: write(database, keys, settings, words, words)


@pytest.fixture
def opened(signed_in: Browser, database: Database, case: int) -> Browser:
    """Noor has opened a case whose writer chose the embassy and a safe word."""
    with database.transaction() as session:
        report = session.scalars(select(Report)).one()
        session.add(TellChoice(report_id=report.id, choice=Choice.EMBASSY))
        session.add(Cover(conversation_id=report.conversation_id, safe_word_hash=b"a", duress_word_hash=b"b"))
    assert signed_in.open(f"/cases/{case}").status_code == 200
    return signed_in


def states(database: Database) -> list[ReleaseState]:
    with database.transaction() as session:
        return list(session.scalars(select(Release.state)))


def refused(browser: Browser, action: str, words: str, **filled: str) -> None:
    """The act is refused, and the page that says so shows the newer words."""
    answer = browser.send(action, SAME_ORIGIN, **filled)
    assert answer.status_code == 409
    assert NEWER in answer.text
    assert words in answer.text


def test_a_case_is_not_closed_over_words_that_came_since_the_page_was_shown(
    opened: Browser, database: Database, writes: Writes
) -> None:
    writes("they found my telephone")
    refused(opened, "/cases/101/close", "they found my telephone")
    with database.transaction() as session:
        assert session.scalars(select(Report.state)).one() is ReportState.OPEN
        assert session.scalars(select(Alarm.state)).one() is AlarmState.PAGING
        assert "closed" not in session.scalars(select(AuditEntry.action)).all()
    assert "The case is closed." in opened.follow(opened.send("/cases/101/close")).text


def test_an_erased_case_can_be_closed(opened: Browser, database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(Conversation).values(wipe_asked_at=func.now()))
    opened.open("/cases/101")
    assert "The case is closed." in opened.follow(opened.send("/cases/101/close")).text


def test_the_words_of_a_person_are_not_dropped_when_the_duress_word_may_just_have_come(
    opened: Browser, database: Database, writes: Writes
) -> None:
    writes("one more word")
    with database.transaction() as session:
        session.execute(update(Cover).values(closed_by=ClosedBy.DURESS))
    refused(opened, "/cases/101/lift-cover", "one more word")
    with database.transaction() as session:
        cover = session.scalars(select(Cover)).one()
    assert (cover.safe_word_hash, cover.closed_by) == (b"a", ClosedBy.DURESS)


def test_nobody_outside_is_told_over_words_that_nobody_has_seen(
    opened: Browser, browser: Browser, database: Database, passwords: Passwords, writes: Writes
) -> None:
    ask = {"party": "embassy", "reason": "they can reach them"}
    writes("my brother is still inside")
    refused(opened, "/cases/101/release", "my brother is still inside", **ask)
    assert states(database) == []
    opened.send("/cases/101/release", SAME_ORIGIN, **ask)
    assert states(database) == [ReleaseState.ASKED]

    add_account(database, passwords, "Dara", StaffRole.RESPONDER)
    browser.cookies.clear()
    browser.sign_in("Dara")
    browser.open("/cases/101")
    writes("do not tell the embassy yet")
    refused(browser, "/cases/101/release-agree", "do not tell the embassy yet")
    assert states(database) == [ReleaseState.ASKED]
    browser.send("/cases/101/release-agree")
    browser.open("/cases/101")
    assert states(database) == [ReleaseState.APPROVED]

    writes("now they are at the gate")
    refused(browser, "/cases/101/release-done", "now they are at the gate")
    assert states(database) == [ReleaseState.APPROVED]


def test_refusing_and_taking_back_are_never_stopped_by_newer_words(
    opened: Browser, database: Database, writes: Writes
) -> None:
    opened.send("/cases/101/release", party="embassy", reason="they can reach them")
    opened.open("/cases/101")
    writes("do not tell the embassy yet")
    opened.follow(opened.send("/cases/101/release-withdraw"))
    assert states(database) == [ReleaseState.WITHDRAWN]
