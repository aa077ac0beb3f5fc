"""What several of these tests begin with."""

from __future__ import annotations

import pytest

from tests.unit.conversation_turns.covered import choose, tell
from tests.unit.conversation_turns.somebody import Somebody
from tests.unit.conversation_turns.two_phones import told_by_telegram
from tests.unit.house import House


@pytest.fixture
def told(house: House) -> House:
    """Somebody in danger has told where they are, by Telegram, and has said that it is safe to write."""
    return told_by_telegram(house)


@pytest.fixture
def told_by_sms(house: House) -> House:
    """The same by SMS, on the one phone they have."""
    return tell(house)


@pytest.fixture
def covered(told_by_sms: House) -> House:
    """And they have chosen words of their own."""
    return choose(told_by_sms)


@pytest.fixture
def writer(house: House, request: pytest.FixtureRequest) -> Somebody:
    """Somebody in the language and on the channel that the test is told of; nothing has been written yet."""
    language, channel = request.param
    return Somebody(house=house, language=language, channel=channel)
