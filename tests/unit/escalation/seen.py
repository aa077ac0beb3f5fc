"""What an alarm did, as the tests of this folder look at it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.database.tables import Page
from bot.escalation.acknowledging import acknowledge
from tests.unit.house import House

STEP = timedelta(seconds=61)  # a step of the roster is over
LEASE = timedelta(minutes=10, seconds=1)  # an acknowledgement has run out


def paged(house: House) -> list[int]:
    """Whom the pages were written for, in order."""
    with house.database.transaction() as session:
        return list(session.scalars(select(Page.staff_id).order_by(Page.id)))


def reporter_read(house: House, response: str) -> int:
    """How often a reporter was sent this."""
    return [each.text for each in house.said()].count(house.wording.render(response, "en", sms=True).text)


def acknowledge_as(house: House, staff_id: int, number: int = 101, epoch: int | None = None) -> str:
    with house.database.transaction() as session:
        outcome = acknowledge(session, number, staff_id=staff_id, settings=house.settings, epoch=epoch)
    return "nothing" if outcome is None else f"{'taken' if outcome.taken else 'lost'} by {outcome.by_name}"
