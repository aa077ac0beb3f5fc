"""A public door of its own for every test, and a database nobody answers at."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bot.channels.registry import build_channels
from bot.database.session import Database
from bot.messages.spool import Spool
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings, SmsGatewaySettings, TelegramSettings, TwilioSettings
from bot.webhooks.app import Door
from tests.fakes.sms_gateway import PASSWORD, SIGNING_KEY, USERNAME
from tests.fakes.telegram import SECRET, TOKEN
from tests.fakes.twilio import ACCOUNT, AUTH_TOKEN, OUR_NUMBER
from tests.unit.webhooks.posting import NOWHERE, PUBLIC


@pytest.fixture
def public(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "public_url": PUBLIC,
            "max_body_bytes": 400_000,
            "telegram": TelegramSettings(token=SecretStr(TOKEN), secret_token=SecretStr(SECRET), mode="webhook"),
            "twilio": TwilioSettings(account_sid=ACCOUNT, auth_token=SecretStr(AUTH_TOKEN), sender=OUR_NUMBER),
            "sms_gateway": SmsGatewaySettings(
                username=USERNAME, password=SecretStr(PASSWORD), signing_key=SecretStr(SIGNING_KEY)
            ),
        }
    )


@pytest.fixture
def spool(public: Settings, keys: ServiceKeys) -> Spool:
    made = Spool(public.spool_path, keys, max_files=8)
    made.check()
    return made


@pytest.fixture
def door(public: Settings, database: Database, keys: ServiceKeys, spool: Spool) -> Iterator[Door]:
    channels = build_channels(public)
    yield Door(channels=channels, database=database, spool=spool, settings=public, keys=keys)
    for channel in channels.values():
        asyncio.run(channel.close())


@pytest.fixture
def down() -> Iterator[Database]:
    """A database nobody answers at."""
    nowhere = Database(NOWHERE)
    yield nowhere
    nowhere.dispose()
