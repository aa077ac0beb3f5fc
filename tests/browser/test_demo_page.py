"""The story of the demo, in a real browser: one cry for help wakes one person, and her answer comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.webhooks.sandbox_examples import DEMO_NAME, DEMO_PASSWORD, EXAMPLES, Example
from tests.browser.conftest import PHONE_SIZE, is_wider_than_the_screen, open_page
from tests.journeys.world import World

pytestmark = pytest.mark.browser

SMS, TELEGRAM, STAFF = ".sandbox_sms .messages", ".sandbox_telegram .messages", ".sandbox_staff .messages"
ANSWERS = {"hello": "Is it safe", "wipe": "Erase all?", "1": "Erased"}
KHMER_ANSWER = "យើងកំពុងអានសាររបស់អ្នក។"


def sign_in_and_open_the_case(page: Page) -> None:
    page.fill("#name", DEMO_NAME)
    page.fill("#password", DEMO_PASSWORD)
    page.click("button.main")
    page.click(".card a")


def test_a_khmer_cry_wakes_one_person_whose_answer_reaches_the_reporter(chromium: Browser, demo: World) -> None:
    with open_page(chromium, demo.settings.public_url) as page:
        page.click(".example:has([lang=km])")
        expect(page.locator(f"{SMS} .own")).to_have_text([EXAMPLES[0].text + page.inner_text(f"{SMS} .own time")])
        expect(page.locator(f"{SMS} .theirs").first).to_contain_text("នេះជាម៉ាស៊ីន")
        expect(page.locator(f"{STAFF} .theirs").first).to_contain_text("case 101")
        expect(page.locator(STAFF)).not_to_contain_text("សូមជួយ")
        expect(page.locator(".queue tbody tr")).to_contain_text("Waking somebody")
        page.click(f"{STAFF} .choices button")
        expect(page.locator(".queue tbody tr")).to_contain_text("Taken: Noor")
        expect(page.locator(f"{STAFF} a")).to_have_attribute("href", f"{demo.settings.console_url}/cases/101")
        with page.context.expect_page() as opened:
            page.click(".caption a.console")
        console = opened.value
        sign_in_and_open_the_case(console)
        expect(console.locator(".talk .reporter").first).to_contain_text(EXAMPLES[0].text)
        console.fill("textarea", KHMER_ANSWER)
        console.get_by_role("button", name="Send", exact=True).click()
        expect(console.locator(".talk .staff")).to_contain_text(KHMER_ANSWER)
        expect(page.locator(f"{SMS} .theirs").last).to_contain_text(KHMER_ANSWER)


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.language for example in EXAMPLES])
def test_each_example_is_one_click_and_pages_in_its_language(chromium: Browser, demo: World, example: Example) -> None:
    with open_page(chromium, demo.settings.public_url) as page:
        page.click(f".example:has([lang={example.language}])")
        expect(page.locator(f"{STAFF} .theirs")).to_contain_text(f"language {example.name}")
        expect(page.locator(f"{SMS} .theirs").first).to_be_visible()


def test_telegram_buttons_can_be_tapped(chromium: Browser, demo: World) -> None:
    with open_page(chromium, demo.settings.public_url) as page:
        page.fill(".sandbox_telegram textarea", "hello")
        page.press(".sandbox_telegram textarea", "Enter")
        page.get_by_role("button", name="Yes").click()
        expect(page.locator(f"{TELEGRAM} .chosen")).to_have_text(["Yes"])
        expect(page.locator(TELEGRAM)).to_contain_text("Demo hotline runs this")


def test_what_is_erased_leaves_the_telegram_phone_and_stays_on_the_sms_phone(chromium: Browser, demo: World) -> None:
    with open_page(chromium, demo.settings.public_url) as page:
        for phone in (".sandbox_telegram", ".sandbox_sms"):
            for words in ("hello", "wipe", "1"):
                page.fill(f"{phone} textarea", words)
                page.press(f"{phone} textarea", "Enter")
                expect(page.locator(f"{phone} .theirs").last).to_contain_text(ANSWERS[words])
        expect(page.locator(f"{TELEGRAM} li")).to_have_count(1)  # the last word, which says what was deleted
        expect(page.locator(f"{SMS} li")).to_have_count(6)


def test_loading_the_page_again_finds_everything_and_a_new_person_finds_nothing(chromium: Browser, demo: World) -> None:
    with open_page(chromium, demo.settings.public_url) as page:
        page.click(".example:has([lang=en])")
        expect(page.locator(f"{SMS} .theirs").first).to_be_visible()
        page.reload()
        expect(page.locator(f"{SMS} .own")).to_have_count(1)
        page.click(".sandbox_sms .fresh")
        expect(page.locator(f"{SMS} li")).to_have_count(0)
        page.click(".example:has([lang=vi])")
        expect(page.locator(".queue tbody tr")).to_have_count(2)


def test_words_from_a_phone_are_never_markup(chromium: Browser, demo: World) -> None:
    with open_page(chromium, demo.settings.public_url) as page:
        page.fill(".sandbox_sms textarea", "<img src=x onerror=alert(1)> http://evil.example/")
        page.click(".sandbox_sms button[type=submit]")
        expect(page.locator(f"{SMS} .own")).to_contain_text("<img src=x")
        assert page.locator(f"{SMS} img, {SMS} a").count() == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_telephone_the_page_does_not_scroll_sideways(chromium: Browser, demo: World, dark: bool) -> None:
    with open_page(chromium, demo.settings.public_url, size=PHONE_SIZE, dark=dark) as page:
        page.click(".example:has([lang=my])")
        expect(page.locator(f"{SMS} .theirs").first).to_be_visible()
        assert not is_wider_than_the_screen(page)
