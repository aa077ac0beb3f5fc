"""The console with one thumb, at 360 px and without script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select, update

from bot.database.session import Database
from bot.database.states import FileKind, FileState, ReleaseState
from bot.database.tables import Attachment, Conversation, InboxMessage, Release, Report, Staff
from bot.deployment import Party, Trigger
from bot.privacy.sealing import seal_to
from bot.reports.release import Why
from bot.webhooks.sandbox_examples import DEMO_NAME, DEMO_PASSWORD, EXAMPLES, PHONES
from tests.browser.conftest import PHONE_SIZE, is_wider_than_the_screen, open_page
from tests.fakes.phones import page_posts
from tests.journeys.world import World, eventually

pytestmark = pytest.mark.browser

SMALLEST_TARGET = 44  # px; WCAG 2.2, 2.5.5


@pytest.fixture
def cry(demo: World) -> str:
    """A Khmer cry for help has come in and was answered by the bot."""
    posted = {"id": "1", "from": PHONES["sandbox_sms"].address, "text": EXAMPLES[0].text}
    assert demo.post("sandbox_sms", page_posts(posted, "sandbox-secret-of-a-test")) == 200
    headers = {"x-sandbox-token": "sandbox-secret-of-a-test"}
    path = f"{demo.settings.public_url}/sandbox/phones/{PHONES['sandbox_sms'].address}"
    eventually(lambda: [each["text"] for each in demo.http.get(path, headers=headers).json()["messages"]], 2)
    return EXAMPLES[0].text


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def thumb(chromium: Browser, demo: World, cry: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A small telephone without script, signed in."""
    with open_page(chromium, demo.settings.console_url, size=PHONE_SIZE, script=False, dark=request.param) as page:
        page.fill("#name", DEMO_NAME)
        page.fill("#password", DEMO_PASSWORD)
        page.click("button.main")
        yield page


def small_targets(page: Page) -> list[str]:
    """What can be tapped and is smaller than a thumb."""
    found = []
    for each in page.locator(
        "button:visible, select:visible, a.button:visible, .card a:visible, summary:visible, .bar a:visible"
    ).all():
        box = each.bounding_box()
        if box is not None and box["height"] < SMALLEST_TARGET and each.get_attribute("class") != "skip":
            found.append(each.inner_text())
    return found


def test_a_case_is_taken_read_and_answered_without_script(thumb: Page, cry: str) -> None:
    expect(thumb.locator(".card")).to_contain_text("Nobody has taken it yet")
    expect(thumb.locator("body")).not_to_contain_text(cry)
    thumb.click(".card a")
    expect(thumb.locator(".talk .reporter")).to_contain_text(cry)
    thumb.get_by_role("button", name="Take this case").click()
    expect(thumb.locator("[role=alert]")).to_have_text("The case is yours.")
    thumb.fill("textarea", "Stay where you are.")
    thumb.locator(".ready button").nth(0).click()
    expect(thumb.locator("textarea#text")).to_have_value("Stay where you are.")
    thumb.get_by_role("button", name="Send", exact=True).click()
    expect(thumb.locator(".talk .staff").last).to_contain_text("Stay where you are.")
    expect(thumb.locator("textarea#text")).to_have_value("")
    thumb.get_by_role("button", name="Let the bot answer again").click()
    expect(thumb.locator("[role=alert]")).to_have_text("The bot answers again.")
    thumb.get_by_text("Close this case").click()
    thumb.get_by_role("button", name="Yes, close it").click()
    thumb.get_by_role("link", name="Back to the queue").click()
    expect(thumb.locator(".empty")).to_have_text("Nobody is waiting.")


def test_a_draft_outlives_the_session(thumb: Page) -> None:
    thumb.click(".card a")
    thumb.fill("textarea", "Stay where you are.")
    thumb.context.clear_cookies()
    thumb.get_by_role("button", name="Send", exact=True).click()
    expect(thumb.locator("textarea#text")).to_have_value("Stay where you are.")
    thumb.fill("#name", DEMO_NAME)
    thumb.fill("#password", DEMO_PASSWORD)
    thumb.click("button.main")
    thumb.click("button.main")
    expect(thumb.locator("[role=alert]")).to_contain_text("You are signed in again.")
    expect(thumb.locator("textarea#text")).to_have_value("Stay where you are.")


def test_everything_fits_a_small_screen_and_a_thumb(thumb: Page, demo: World) -> None:
    for path in ("/queue", "/cases/101", "/audit", "/sign-in", "/nothing"):
        page = thumb.context.new_page()
        page.goto(demo.settings.console_url + path)
        assert not is_wider_than_the_screen(page), path
        assert small_targets(page) == [], path
        page.close()


LONG = "https://example.org/" + "a" * 120


@pytest.fixture
def everything(demo: World, database: Database, cry: str) -> None:
    """The case has locked and open files of every kind, an official, and a release with an address in its reason."""
    with database.transaction() as session:
        report = session.scalars(select(Report)).one()
        conversation = session.get_one(Conversation, report.conversation_id)
        inbox_id = session.scalars(select(InboxMessage.id)).first() or 0
        noor = session.scalars(select(Staff.id)).first() or 0
        report.official_named_at = func.now()
        for kind, locked in zip((*FileKind, *FileKind), (None, func.now()), strict=False):
            session.add(
                Attachment(
                    conversation_id=conversation.id,
                    inbox_id=inbox_id,
                    channel="sandbox_sms",
                    kind=kind,
                    state=FileState.HERE,
                    media_type="image/jpeg",
                    size_bytes=20_000_000,
                    locked_at=locked,
                )
            )
        session.add(
            Release(
                report_id=report.id,
                party=Party.CHILD_PROTECTION,
                duty=Trigger.CHILD_IN_DANGER,
                other_authority=True,
                reason_sealed=seal_to(conversation.public_key, LONG),
                why=Why.DUTY_OTHER_AUTHORITY.value,
                needs_second=True,
                state=ReleaseState.ASKED,
                asked_by=noor,
            )
        )


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("language", ["en", "my"])
def test_files_and_releases_fit_a_small_screen_and_a_thumb(
    thumb: Page, demo: World, database: Database, language: str
) -> None:
    with database.transaction() as session:
        session.execute(update(Staff).values(language=language))
    thumb.goto(f"{demo.settings.console_url}/cases/101")
    for summary in thumb.locator("summary").all():
        summary.click()
    assert thumb.locator("#files select, #telling select").count() >= 3
    assert not is_wider_than_the_screen(thumb)
    assert small_targets(thumb) == []


def test_forms_are_accepted_from_a_real_browser_that_sends_no_referrer(thumb: Page) -> None:
    thumb.get_by_role("button", name="Sign out").click()
    expect(thumb.locator("h1")).to_have_text("Sign in")
