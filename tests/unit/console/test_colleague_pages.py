"""Bringing in colleagues from a case's page, for whoever has no page of the case on the phone."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.console.passwords import Passwords
from bot.database.session import Database
from bot.database.states import AlarmState, CallState, HandOverState, StaffRole
from bot.database.tables import Alarm, AlarmEvent, AuditEntry, HandOver, ResponderCall, StaffContact
from bot.escalation.acknowledging import acknowledge
from bot.escalation.calling import call_colleague
from bot.escalation.handing_over import HandOverAsked, ask_to_take_over, end_hand_overs
from bot.privacy.sealing import ServiceKeys, seal_with
from bot.settings import Settings
from tests.unit.console.browser import Browser
from tests.unit.console.conftest import add_account


@pytest.fixture
def mali(database: Database, passwords: Passwords, keys: ServiceKeys) -> int:
    """A colleague who can be reached."""
    staff_id = add_account(database, passwords, "Mali", StaffRole.RESPONDER)
    with database.transaction() as session:
        session.add(
            StaffContact(
                staff_id=staff_id,
                channel="telegram_staff",
                address_hash=keys.lookup_hash("address", "telegram_staff", "8001"),
                address_sealed=seal_with(keys.address, "8001"),
                verified_at=func.now(),
            )
        )
    return staff_id


@pytest.fixture
def opened(signed_in: Browser, case: int, mali: int) -> Browser:
    """Noor has the case open, and took it."""
    assert mali
    signed_in.open(f"/cases/{case}")
    signed_in.follow(signed_in.send("/cases/101/take"))
    return signed_in


def test_a_colleague_is_called_by_name(opened: Browser, database: Database, mali: int) -> None:
    assert opened.send("/cases/101/call", colleague=" mali ").status_code == 200
    assert "Mali is being called for case 101" in opened.page
    with database.transaction() as session:
        assert session.scalars(select(ResponderCall.staff_id)).all() == [mali]


def test_nobody_of_that_name_is_said_and_nothing_done(opened: Browser, database: Database) -> None:
    for name in ("Nobody", "", "<b>Mali</b>", "m" * 5000):
        opened.send("/cases/101/call", colleague=name)
        assert "No colleague has that name" in opened.page
    with database.transaction() as session:
        assert session.scalars(select(ResponderCall.id)).all() == []


def test_a_colleague_is_asked_to_take_over_and_the_case_stays_until_then(
    opened: Browser, database: Database, noor: int, mali: int
) -> None:
    opened.send("/cases/101/hand-over", colleague="Mali")
    assert "It stays yours until they say yes" in opened.page
    with database.transaction() as session:
        assert session.scalars(select(HandOver.to_id)).all() == [mali]
        assert session.scalars(select(Alarm.owner_id)).all() == [noor]


def test_the_next_one_is_woken(opened: Browser, database: Database) -> None:
    opened.send("/cases/101/escalate")
    assert "Case 101 was sent on" in opened.page
    with database.transaction() as session:
        assert session.scalars(select(Alarm.state)).all() == [AlarmState.PAGING]


def test_being_at_work_on_it_is_written_down(opened: Browser, database: Database) -> None:
    opened.send("/cases/101/busy")
    assert "you are at work on case 101" in opened.page
    with database.transaction() as session:
        assert session.scalars(select(AuditEntry.action)).all().count("noted") == 1


def _noor_is_asked(database: Database, settings: Settings, noor: int, mali: int, *, to_take_over: bool) -> None:
    """Noor, whose only way leads to the console, is asked by Mali, who holds the case."""
    with database.transaction() as session:
        way = {"address_hash": b"h", "address_sealed": b"s", "verified_at": func.now()}
        session.add(StaffContact(staff_id=noor, channel="apprise", **way))
    with database.transaction() as session:
        acknowledge(session, 101, staff_id=mali, settings=settings)
        alarm = session.scalars(select(Alarm)).one()
        if to_take_over:
            assert ask_to_take_over(session, alarm, from_id=mali, to_id=noor) is HandOverAsked.ASKED
        else:
            assert call_colleague(session, alarm, callee_id=noor, caller_id=mali, settings=settings) == "calling"


def test_who_is_asked_to_take_over_says_yes_on_the_page_and_has_it(
    signed_in: Browser, case: int, database: Database, settings: Settings, noor: int, mali: int
) -> None:
    _noor_is_asked(database, settings, noor, mali, to_take_over=True)
    signed_in.open(f"/cases/{case}")
    assert "Mali asks you to take over this case." in signed_in.page
    signed_in.follow(signed_in.send("/cases/101/yes"))
    assert "asks you to take over this case" not in signed_in.page
    with database.transaction() as session:
        assert session.scalars(select(Alarm.owner_id)).all() == [noor]
        assert session.scalars(select(HandOver.state)).all() == [HandOverState.ACCEPTED]


def test_who_is_asked_to_take_over_says_no_on_the_page_and_it_stays(
    signed_in: Browser, case: int, database: Database, settings: Settings, noor: int, mali: int
) -> None:
    _noor_is_asked(database, settings, noor, mali, to_take_over=True)
    signed_in.open(f"/cases/{case}")
    signed_in.send("/cases/101/no")
    assert "Your no for case 101 was passed on." in signed_in.page
    with database.transaction() as session:
        assert session.scalars(select(Alarm.owner_id)).all() == [mali]
        assert session.scalars(select(HandOver.state)).all() == [HandOverState.DECLINED]


@pytest.mark.parametrize(("answer", "event"), [("yes", "call_answered"), ("no", "call_declined")])
def test_who_is_called_by_name_answers_on_the_page_and_the_case_stays_with_whoever_has_it(
    answer: str,
    event: str,
    signed_in: Browser,
    case: int,
    database: Database,
    settings: Settings,
    noor: int,
    mali: int,
) -> None:
    _noor_is_asked(database, settings, noor, mali, to_take_over=False)
    signed_in.open(f"/cases/{case}")
    assert "Mali asks for you in this case." in signed_in.page
    signed_in.send(f"/cases/101/{answer}")
    with database.transaction() as session:
        assert session.scalars(select(ResponderCall.state)).all() == [CallState.ANSWERED]
        assert session.scalars(select(Alarm.owner_id)).all() == [mali]
        assert event in session.scalars(select(AlarmEvent.kind)).all()


def test_a_yes_that_comes_too_late_changes_nothing(
    signed_in: Browser, case: int, database: Database, settings: Settings, noor: int, mali: int
) -> None:
    _noor_is_asked(database, settings, noor, mali, to_take_over=True)
    signed_in.open(f"/cases/{case}")
    with database.transaction() as session:
        end_hand_overs(session, session.scalars(select(Alarm)).one())
    signed_in.send("/cases/101/yes")
    assert "already taken by Mali" in signed_in.page
    with database.transaction() as session:
        assert session.scalars(select(Alarm.owner_id)).all() == [mali]


def test_nobody_else_is_asked(opened: Browser) -> None:
    assert not [action for action in opened.actions() if action.endswith(("/yes", "/no"))]


def test_a_case_whose_alarm_is_over_offers_none_of_it_and_an_old_page_does_nothing(
    opened: Browser, database: Database
) -> None:
    before = opened.page
    opened.follow(opened.send("/cases/101/close"))
    assert not [action for action in opened.actions() if action.endswith(("/call", "/hand-over", "/escalate"))]
    opened.page = before
    opened.send("/cases/101/call", colleague="Mali")
    assert "This page for case 101 is over" in opened.page
    with database.transaction() as session:
        assert session.scalars(select(ResponderCall.id)).all() == []
