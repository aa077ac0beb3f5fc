"""Signing in, the queue, the audit, and what every answer carries."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from bot.console.app import console_app
from bot.console.passwords import Passwords
from bot.console.permissions import PERMISSIONS, Action
from bot.console.shield import HEADERS
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.database.states import StaffRole
from bot.database.tables import Alarm, Report, StaffSession
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from tests.unit.console.browser import Browser
from tests.unit.console.conftest import add_account, write

OPEN_PATHS = {"/", "/sign-in", "/oncall/{token}.ics"}  # the last: test_roster_feed.py


@pytest.fixture
def app(database: Database, keys: ServiceKeys, settings: Settings, wording: Wording, passwords: Passwords) -> Starlette:
    return console_app(
        database=database,
        keys=keys,
        settings=settings,
        wording=wording,
        writes_as_sms=frozenset(),
        passwords=passwords,
    )


def routes_of(app: Starlette) -> list[Route]:
    return [route for route in app.routes if isinstance(route, Route)]


def test_every_page_names_its_action_and_every_action_has_its_roles(app: Starlette) -> None:
    guarded = [route for route in routes_of(app) if route.path not in OPEN_PATHS]
    assert {route.name for route in guarded} == {action.value for action in Action} == set(PERMISSIONS)
    assert [route.path for route in app.routes if isinstance(route, Mount)] == ["/static"]


def test_nobody_reaches_a_page_without_signing_in(app: Starlette, browser: Browser, case: int) -> None:
    for route in routes_of(app):
        path = route.path.replace("{number:int}", str(case))
        if path in OPEN_PATHS:
            continue
        method = "POST" if "POST" in (route.methods or set()) else "GET"
        response = browser.ask(method, path, {"sec-fetch-site": "same-origin"})
        assert (response.status_code, response.headers.get("location")) in [(303, "/sign-in"), (401, None)], path


def test_every_answer_carries_the_headers(browser: Browser, case: int, noor: int) -> None:
    for path in ("/sign-in", "/queue", f"/cases/{case}", "/static/console.css", "/nothing", "/sign-out"):
        response = browser.open(path)
        assert {name: response.headers.get(name) for name in HEADERS} == dict(HEADERS), path


@pytest.mark.parametrize("path", ["/sign-in", "/queue", "/cases/101", "/audit", "/nothing"])
def test_a_page_holds_nothing_inline_and_nothing_from_elsewhere(
    database: Database, passwords: Passwords, browser: Browser, case: int, path: str
) -> None:
    add_account(database, passwords, "Sok", StaffRole.SUPERVISOR)
    browser.sign_in("Sok")
    page = browser.open(path).text
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|https?://", page)


def test_a_body_that_is_too_large_is_refused(browser: Browser, settings: Settings) -> None:
    large = {"text": "x" * (settings.max_body_bytes + 1)}
    assert browser.ask("POST", "/sign-in", {"sec-fetch-site": "same-origin"}, large).status_code == 413


def test_signing_in_shows_the_queue_and_sets_a_closed_cookie(browser: Browser, noor: int) -> None:
    response = browser.sign_in("Noor")
    assert response.headers["location"] == "/queue"
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("sampan_session=")
    assert "httponly" in cookie.lower()
    assert "samesite=strict" in cookie.lower()
    assert browser.follow(response).status_code == 200


def test_behind_https_the_cookie_is_secure_and_bound_to_its_host(
    database: Database, keys: ServiceKeys, settings: Settings, wording: Wording, passwords: Passwords, noor: int
) -> None:
    public = settings.model_copy(update={"console_url": "https://console.example.org"})
    app = console_app(
        database=database, keys=keys, settings=public, wording=wording, writes_as_sms=frozenset(), passwords=passwords
    )
    response = Browser(app, public.console_url).sign_in("Noor")
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith("__host-sampan=")
    assert "secure" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie


@pytest.mark.parametrize(("name", "password"), [("Noor", "wrong password"), ("Nobody", "a quiet river runs"), ("", "")])
def test_a_wrong_password_and_an_unknown_name_are_told_the_same(
    browser: Browser, noor: int, name: str, password: str
) -> None:
    response = browser.sign_in(name, password)
    assert response.status_code == 403
    assert "Name or password is not right" in response.text
    assert password not in response.text or not password
    assert "set-cookie" not in response.headers


def test_another_site_cannot_sign_anybody_in(browser: Browser, noor: int) -> None:
    browser.open("/sign-in")
    response = browser.send("/sign-in", {"sec-fetch-site": "cross-site"}, name="Noor", password="a quiet river runs")
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


def test_signing_out_ends_the_session(signed_in: Browser, database: Database) -> None:
    signed_in.open("/queue")
    assert signed_in.send("/sign-out").headers["location"] == "/sign-in"
    assert signed_in.open("/queue").headers["location"] == "/sign-in"
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 0


def test_the_queue_shows_codes_and_times_but_no_words(signed_in: Browser, case: int, database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(Report).values(opened_at=func.now() - timedelta(minutes=75)))
    page = signed_in.open("/queue").text
    for shown in (f">{case}<", "Urgent", "locked in or held", "English", "1 h 15 min", "Nobody has taken it yet"):
        assert shown in page
    assert "help me" not in page


def test_the_queue_is_ordered_by_urgency_then_waiting(
    signed_in: Browser, database: Database, keys: ServiceKeys, settings: Settings, case: int
) -> None:
    with database.transaction() as session:
        first = session.scalars(select(Report)).one()
        for number, urgency, minutes in ((201, "HIGH", 90), (202, "CRITICAL", 1), (203, "URGENT", 50)):
            conversation = write_somebody_else(database, keys, settings, str(number))
            session.execute(
                update(Report)
                .where(Report.conversation_id == conversation)
                .values(number=number, urgency=urgency, opened_at=func.now() - timedelta(minutes=minutes))
            )
        first.opened_at = func.now() - timedelta(minutes=5)
    page = signed_in.open("/queue").text
    assert re.findall(r'href="/cases/(\d+)', page) == ["202", "203", str(case), "201"]


def write_somebody_else(database: Database, keys: ServiceKeys, settings: Settings, who: str) -> object:
    write(database, keys, settings, who, "Please help me, they locked the door", address=f"+4477009002{who[-2:]}")
    with database.transaction() as session:
        return session.scalars(select(Report.conversation_id).order_by(Report.id.desc()).limit(1)).one()


def test_the_queue_renews_itself_without_script_and_without_counting_as_use(signed_in: Browser) -> None:
    page = signed_in.open("/queue").text
    assert '<meta http-equiv="refresh" content="20; url=/queue?auto=1">' in page


def test_a_case_page_never_renews_itself(signed_in: Browser, case: int) -> None:
    assert "http-equiv" not in signed_in.open(f"/cases/{case}").text


def test_only_a_supervisor_sees_the_audit(
    browser: Browser, database: Database, passwords: Passwords, noor: int, case: int
) -> None:
    browser.sign_in("Noor")
    browser.open(f"/cases/{case}")
    assert browser.open("/audit").status_code == 403
    assert "/audit" not in browser.open("/queue").text
    add_account(database, passwords, "Sok", StaffRole.SUPERVISOR)
    browser.page = ""
    browser.sign_in("Sok")
    page = browser.open("/audit").text
    assert "Read the case" in page
    assert f'<a href="/cases/{case}">{case}</a>' in page


def test_a_page_is_in_the_language_of_the_staff_member(
    browser: Browser, database: Database, passwords: Passwords
) -> None:
    add_account(database, passwords, "Dara", StaffRole.RESPONDER, language="km")
    browser.sign_in("Dara")
    assert '<html lang="km">' in browser.open("/queue").text


def test_the_state_of_an_alarm_is_shown(signed_in: Browser, case: int, database: Database, noor: int) -> None:
    with database.transaction() as session:
        session.execute(update(Alarm).values(state="acknowledged", owner_id=noor, acknowledged_at=func.now()))
    assert '<span class="owner">Noor</span>' in signed_in.open("/queue").text
