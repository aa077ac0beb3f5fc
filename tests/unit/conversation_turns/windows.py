"""What a clock shows where somebody is who named a window: moved by moving the zone, so that no test depends on
the hour at which it runs."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.database.session import Database, database_now
from bot.database.tables import ContactPoint
from tests.unit.conversation_turns.covered import tell
from tests.unit.house import House


def zone_where_it_is(database: Database, hour: int) -> str:
    """A zone in which it is this hour now."""
    with database.transaction() as session:
        ahead = (hour - database_now(session).hour) % 24
    return f"Etc/GMT-{ahead}" if ahead <= 14 else f"Etc/GMT+{24 - ahead}"


def it_is(house: House, hour: int) -> None:
    """This hour, where they are."""
    named = update(ContactPoint).where(ContactPoint.safe_zone.is_not(None))
    zone = zone_where_it_is(house.database, hour)
    with house.database.transaction() as session:
        session.execute(named.values(safe_zone=zone))


def tell_when(house: House, *answers: str) -> House:
    """Somebody in danger has told it, and answers when we may write."""
    tell(house)
    for words in ("nine", *answers):
        house.hears(words)
    return house


def point(house: House) -> ContactPoint:
    """The phone that has an address."""
    with house.database.transaction() as session:
        return session.scalars(select(ContactPoint).where(ContactPoint.address_hash.is_not(None))).one()


def named(house: House) -> tuple[str, str] | None:
    """What is kept of the window: the answer, and the times."""
    here = point(house)
    if here.write_back is None:
        return None
    times = "" if here.safe_from is None else f"{here.safe_from:%H:%M} {here.safe_until:%H:%M}"
    return here.write_back.value, times
