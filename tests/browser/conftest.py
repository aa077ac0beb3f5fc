"""The whole service, and Debian's chromium looking at it. Nothing leaves loopback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from pydantic import SecretStr

from bot.conversation.scripted_engine import ScriptedEngine
from bot.database.session import Database
from bot.operations.demo_people import ensure_demo_people
from bot.privacy.sealing import ServiceKeys
from bot.settings import SandboxSettings
from tests.journeys.world import World, night

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PHONE_SIZE = (360, 740)
DESKTOP_SIZE = (1280, 900)
_PATIENCE_MS = 20_000

expect.set_options(timeout=_PATIENCE_MS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module, skipped where the machine has none. Not for the session: while Playwright runs, no
    other test could use asyncio in this thread."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Debian's chromium is not installed (apt-get install chromium fonts-noto-core)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def demo(database: Database, keys: ServiceKeys, tmp_path: Path) -> Iterator[World]:
    """A night with the sandbox's phones and its one responder."""
    sandbox = SandboxSettings(enabled=True, secret=SecretStr("sandbox-secret-of-a-test"))
    with night(database, keys, tmp_path, ScriptedEngine(), sandbox=sandbox) as world:
        ensure_demo_people(world.settings, database.url)
        yield world


@contextmanager
def open_page(
    chromium: Browser,
    url: str,
    *,
    size: tuple[int, int] = DESKTOP_SIZE,
    script: bool = True,
    dark: bool = False,
) -> Iterator[Page]:
    """A page in a fresh profile; it must not write an error to its console, but for being asked to sign in again."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 401" not in message.text:
            complaints.append(message.text)

    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=script,
        color_scheme="dark" if dark else "light",
    )
    page = context.new_page()
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(url)
    yield page
    context.close()
    assert complaints == []


def is_wider_than_the_screen(page: Page) -> bool:
    """Whether one would have to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
