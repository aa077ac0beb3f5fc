"""`make screens`: ten conversations, two per language, played over the real path on the phones of the demo page in
headless chromium at the size of a small telephone, and photographed from the first word to the last: for people to
look at, before anybody in danger has to."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import exists, or_, select

from bench.screenplay.conversations import CONVERSATIONS, Conversation
from bot.conversation.wording import Wording
from bot.database.states import InboxState, OutboxState
from bot.database.tables import InboxMessage, OutboxMessage
from bot.deployment import DEMO_DEPLOYMENT
from bot.operations.demo_people import ensure_demo_people
from bot.privacy.sealing import ServiceKeys
from bot.settings import SandboxSettings
from bot.webhooks.sandbox_examples import PHONES
from tests.browser.conftest import FLAGS
from tests.journeys.stage import Stage, opened_stage
from tests.journeys.telephones import wait_until

WIDTH, HEIGHT = 390, 844
_OVERLAP = 60  # pixels that two pictures of one conversation have in common
console = Console(width=120)
_SHOWN = """async (address) => {
  const path = "/sandbox/phones/" + encodeURIComponent(address) + "?own=1&after=0";
  const response = await fetch(path, { headers: { "x-sandbox-page": "1" } });
  return (await response.json()).messages.length;
}"""
_ALL_SHOWN = "([phone, count]) => phone.querySelectorAll('.messages li').length >= count"
_ONE_SCREEN_ON = """(list, overlap) => {
  const at = list.scrollTop;
  list.scrollTop += list.clientHeight - overlap;
  return list.scrollTop > at + 4;
}"""


def main(words: Sequence[str] | None = None) -> int:
    """The command line; exit code 1 without chromium."""
    parser = argparse.ArgumentParser(prog="python -m bench.screens", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("var/screens"))
    parser.add_argument("--only", help="a language, such as km")
    arguments = parser.parse_args(words)
    chromium = shutil.which("chromium")
    if chromium is None:
        console.print("Debian's chromium is missing: apt-get install chromium fonts-noto-core")
        return 1
    arguments.folder.mkdir(parents=True, exist_ok=True)
    sandbox = SandboxSettings(enabled=True, secret=SecretStr("sandbox-secret-of-the-screens"))
    wording = Wording.load(DEMO_DEPLOYMENT)
    with (
        tempfile.TemporaryDirectory(prefix="sampan-screens-") as folder,
        opened_stage(ServiceKeys.generate(), wording, Path(folder), console.print, sandbox=sandbox) as stage,
        sync_playwright() as playwright,
    ):
        ensure_demo_people(stage.world.settings, stage.database.url)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for person, conversation in enumerate(CONVERSATIONS, start=1):
            if arguments.only in (None, conversation.language):
                pictures = photograph(stage, browser, conversation, person, arguments.folder)
                console.print(f"  {conversation.language} {conversation.name}: {', '.join(pictures)}")
        browser.close()
    return 0


def photograph(stage: Stage, browser: Browser, conversation: Conversation, person: int, folder: Path) -> list[str]:
    """Play one conversation as a person who never wrote before; the names of the pictures."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=2,
        has_touch=True,
        locale=conversation.language,
        reduced_motion="reduce",
    )
    context.add_init_script(f"localStorage.setItem('sampan-person-{conversation.channel}', '{person}')")
    page = context.new_page()
    page.goto(stage.world.settings.public_url)
    phone = page.locator(f".{conversation.channel}")
    phone.scroll_into_view_if_needed()
    address = address_of(conversation, person)
    for text in conversation.writes:
        write(stage, page, phone, text, address)
    phone.locator(".frame").evaluate("frame => frame.scrollIntoView({block: 'center', inline: 'center'})")
    pictures = [folder / f"{conversation.language}-{conversation.name}-{part}.png" for part in range(1, 20)]
    taken = _scroll_through(page, phone.locator(".messages"), pictures)
    context.close()
    return taken


def address_of(conversation: Conversation, person: int) -> str:
    """As the page makes it for somebody who is new."""
    first = PHONES[conversation.channel].address
    return f"+{int(first) + person}" if first.startswith("+") else f"{first}-{person}"


def write(stage: Stage, page: Page, phone: Locator, text: str, address: str) -> None:
    """Type, or tap the newest button of that number, and wait for all that comes of it."""
    with page.expect_response("**/sandbox/send"):
        if text.startswith("tap "):
            number = int(text.removeprefix("tap "))
            phone.locator(".choices").last.locator("button").nth(number - 1).tap()
        else:
            phone.locator("textarea").fill(text)
            phone.locator("textarea").press("Enter")
    wait_until("the answer", lambda: not _is_busy(stage))
    expected = page.evaluate(_SHOWN, address)
    page.wait_for_function(_ALL_SHOWN, arg=[phone.element_handle(), expected])


def _is_busy(stage: Stage) -> bool:
    waiting = exists().where(InboxMessage.state == InboxState.PENDING)
    leaving = exists().where(OutboxMessage.state.in_([OutboxState.PENDING, OutboxState.SENDING]))
    with stage.database.transaction() as session:
        return bool(session.scalar(select(or_(waiting, leaving))))


def _scroll_through(page: Page, messages: Locator, pictures: Sequence[Path]) -> list[str]:
    """Photograph the screen from the first message to the last."""
    taken = list[str]()
    messages.evaluate("list => { list.scrollTop = 0; }")
    for picture in pictures:
        page.screenshot(path=picture)
        taken.append(picture.name)
        if not messages.evaluate(_ONE_SCREEN_ON, _OVERLAP):
            break
    return taken


if __name__ == "__main__":
    sys.exit(main())
