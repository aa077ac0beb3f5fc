"""What several of these tests begin with."""

from __future__ import annotations

import pytest

from tests.unit.conversation_turns.somebody import Somebody
from tests.unit.conversation_turns.two_phones import told_by_telegram
from tests.unit.house import House


@pytest.fixture
def told(house: House) -> House:
    """Somebody in danger has told where they are, by Telegram, and has said that it is safe to write."""
    return told_by_telegram(house)


@pytest.fixture
def writer(house: House, request: pytest.FixtureRequest) -> Somebody:
    """Somebody in the language and on the channel that the test is told of; nothing has been written yet."""
    language, channel = request.param
    return Somebody(house=house, language=language, channel=channel)
