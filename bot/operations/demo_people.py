"""The one responder of the demo: an account, a phone on the page, a place on the roster."""

from __future__ import annotations

from sqlalchemy import select

from bot.console.accounts import create_account
from bot.console.passwords import Passwords
from bot.console.staff_contacts import add_address, add_shift
from bot.database.session import Database
from bot.database.states import StaffRole
from bot.database.tables import Staff
from bot.privacy.keys_file import load_service_keys
from bot.settings import Settings
from bot.webhooks.sandbox_examples import DEMO_NAME, DEMO_PASSWORD, PHONES


def ensure_demo_people(settings: Settings, url: str) -> None:
    """Make them once, while the database holds no account at all; otherwise nothing is done."""
    keys = load_service_keys(settings.keys_path)
    database = Database(url, pool_size=1)
    try:
        with database.transaction() as session:
            if session.scalar(select(Staff.id).limit(1)) is not None:
                return
            staff = create_account(
                session,
                name=DEMO_NAME,
                language="en",
                role=StaffRole.SUPERVISOR,
                password_hash=Passwords().hash_now(DEMO_PASSWORD),
            )
            phone = PHONES["sandbox_staff"].address
            add_address(session, staff, channel="sandbox_staff", address=phone, keys=keys, vouched=True)
            add_shift(session, staff, step_no=1, starts_at=None, ends_at=None)
    finally:
        database.dispose()
