"""A house of its own for every test that asks for one."""

from __future__ import annotations

import pytest

from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from tests.unit.house import House


@pytest.fixture
def house(database: Database, settings: Settings, wording: Wording, keys: ServiceKeys) -> House:
    """Every part that is ours, joined, and nothing that runs by itself."""
    return House(database=database, settings=settings, wording=wording, keys=keys)
