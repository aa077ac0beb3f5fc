"""Many people who cry out at once, and what reaches one telephone of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.database.states import OutboxState
from bot.database.tables import OutboxMessage
from bot.messages import outbox_claims
from bot.messages.holding import HoldRules
from bot.messages.message import Audience
from bot.messages.outbox_claims import ClaimedOut
from tests.unit.house import CRY, House

LEASE = timedelta(seconds=20)
A_SECOND = timedelta(seconds=1)


def cry(house: House, count: int, start: int = 0) -> None:
    """This many people cry out for help; their cases are 101, 102 and so on."""
    for index in range(start, start + count):
        house.arrives(CRY, sender=f"+1202555{index:04}")


def numbers_in(words: str) -> set[int]:
    """The cases a page names, one by one or as "101-103"."""
    found = set()
    for first, last in re.findall(r"\b(\d{3,4})(?:-(\d{3,4}))?\b", words):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def texts(house: House) -> list[str]:
    return [page.text for page in house.pages()]


def claim(house: House) -> ClaimedOut | None:
    with house.database.transaction() as session:
        return outbox_claims.claim(session, Audience.RESPONDER, lease=LEASE, rules=HoldRules.of(house.settings))


def states(house: House) -> list[OutboxState]:
    """Of all pages, in order."""
    with house.database.transaction() as session:
        rows = select(OutboxMessage.state).where(OutboxMessage.page_id.is_not(None)).order_by(OutboxMessage.id)
        return list(session.scalars(rows))


@pytest.fixture
def three(house: House) -> House:
    """Three people cried out at once, and Dara is on call."""
    house.on_call("Dara")
    cry(house, 3)
    return house
