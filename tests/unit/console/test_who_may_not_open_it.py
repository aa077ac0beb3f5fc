"""Who may not take cases about something neither reads one nor does anything to it, signed in or not."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.database.session import Database
from bot.database.states import AlarmState
from bot.database.tables import Alarm, AuditEntry, Conversation, Report, Staff
from bot.privacy.sealing import seal_to
from tests.unit.console.browser import Browser


def _may_not(database: Database, staff_id: int, about: str) -> None:
    with database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == staff_id).values(conflicts=[about]))


def test_the_page_of_such_a_case_is_refused(signed_in: Browser, case: int, database: Database, noor: int) -> None:
    with database.transaction() as session:
        reason = session.scalars(select(Alarm.reason)).one()
    _may_not(database, noor, reason)
    assert signed_in.open(f"/cases/{case}").status_code == 403
    assert "locked the door" not in signed_in.page
    with database.transaction() as session:
        assert "opened" not in session.scalars(select(AuditEntry.action)).all()


def test_so_is_what_only_its_sealed_facts_tell(signed_in: Browser, case: int, database: Database, noor: int) -> None:
    with database.transaction() as session:
        conversation = session.scalars(select(Conversation)).one()
        report = session.scalars(select(Report)).one()
        report.facts_sealed = seal_to(conversation.public_key, '{"heard_place": "poipet (ปอยเปต)"}')
    _may_not(database, noor, "country:KH")
    assert signed_in.open(f"/cases/{case}").status_code == 403


@pytest.mark.parametrize("path", ["take", "answer", "ready", "close", "call", "yes", "look"])
def test_an_old_page_of_it_does_nothing(
    path: str, signed_in: Browser, case: int, database: Database, noor: int
) -> None:
    signed_in.open(f"/cases/{case}")
    fields = {"form_token": signed_in.page.split('name="form_token" value="')[1].split('"')[0]}
    with database.transaction() as session:
        reason = session.scalars(select(Alarm.reason)).one()
    _may_not(database, noor, reason)
    refused = signed_in.ask("POST", f"/cases/{case}/{path}", {"sec-fetch-site": "same-origin"}, fields)
    assert refused.status_code == 403
    with database.transaction() as session:
        assert session.scalars(select(Alarm.state)).all() == [AlarmState.PAGING]


def test_who_may_not_take_something_else_opens_it(signed_in: Browser, case: int, database: Database, noor: int) -> None:
    _may_not(database, noor, "country:VN")
    assert signed_in.open(f"/cases/{case}").status_code == 200
