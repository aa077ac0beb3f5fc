"""A console with an account and a case, reached as a browser without script would reach it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from bot.console.accounts import create_account
from bot.console.app import console_app
from bot.console.passwords import Passwords
from bot.conversation.intake import take_in
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.database.states import StaffRole
from bot.database.tables import Report
from bot.messages.message import InboundMessage
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from tests.unit.console.browser import PASSWORD, Browser

REPORTER = "+447700900142"


@pytest.fixture(scope="session")
def passwords() -> Iterator[Passwords]:
    """Argon2 in its smallest form: these tests are not about its cost."""
    made = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield made
    made.close()


@pytest.fixture
def noor(database: Database, passwords: Passwords) -> int:
    """A responder's account."""
    return add_account(database, passwords, "Noor", StaffRole.RESPONDER)


@pytest.fixture
def case(database: Database, keys: ServiceKeys, settings: Settings) -> int:
    """The number of an urgent case nobody has taken."""
    write(database, keys, settings, "first", "Please help me, they locked the door")
    with database.transaction() as session:
        return session.query(Report.number).scalar() or 0


@pytest.fixture
def browser(
    database: Database, keys: ServiceKeys, settings: Settings, wording: Wording, passwords: Passwords
) -> Browser:
    """Not signed in yet."""
    app = console_app(
        database=database,
        keys=keys,
        settings=settings,
        wording=wording,
        writes_as_sms=frozenset({"sandbox_sms"}),
        passwords=passwords,
    )
    return Browser(app, settings.console_url)


@pytest.fixture
def signed_in(browser: Browser, noor: int) -> Browser:
    """Signed in as Noor."""
    assert browser.sign_in("Noor").status_code == 303
    return browser


def add_account(
    database: Database, passwords: Passwords, name: str, role: StaffRole, password: str = PASSWORD, language: str = "en"
) -> int:
    """An account; its id."""
    hashed = passwords.hash_now(password)

    def create(session: Session) -> int:
        return create_account(session, name=name, language=language, role=role, password_hash=hashed).id

    with database.transaction() as session:
        return create(session)


def write(
    database: Database, keys: ServiceKeys, settings: Settings, provider_id: str, text: str, address: str = REPORTER
) -> None:
    """The reporter writes."""
    message = InboundMessage(channel="sandbox_sms", provider_id=provider_id, address=address, text=text)
    with database.transaction() as session:
        assert take_in(session, message, keys=keys, settings=settings)
