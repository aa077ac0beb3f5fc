"""What responders send from their phones about case 101, and what reaches them."""

from __future__ import annotations

from sqlalchemy import select

from bot.database.tables import Staff
from bot.escalation.history import history
from tests.unit.house import House


def sends(house: House, staff_id: int, words: str, *, page_id: int | None = None) -> list[str]:
    """They answer their newest page, or another: `words` as "CALL # Mali", where # is the case and the code. What they
    read because of it, in order."""
    with house.database.transaction() as session:
        name = session.scalars(select(Staff.name).where(Staff.id == staff_id)).one()
    code = house.code(page_id if page_id is not None else house.last_page(staff_id).id)
    before = len(house.pages())
    house.responder_says(words.replace("#", f"101 {code}"), name)
    return [each.text for each in house.pages()[before:] if each.address == f"chat of {name}"]


def reads(house: House, name: str) -> list[str]:
    """Everything that reached this responder's chat."""
    return [each.text for each in house.staff_bot.sent if each.address == f"chat of {name}"]


def events(house: House, number: int = 101) -> list[str]:
    """What became of the alarm, without its pages."""
    with house.database.transaction() as session:
        return [line.kind for line in history(session, number) if line.page_id is None]


def page_events(house: House, page_id: int, number: int = 101) -> list[str]:
    """What became of one page."""
    with house.database.transaction() as session:
        return [line.kind for line in history(session, number) if line.page_id == page_id]
