"""How fast one sender is answered, and who is handled next: nobody's flood stands before somebody else's words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text

from bot.database.session import Database, database_now
from bot.database.states import InboxState
from bot.database.tables import Conversation, InboxMessage
from bot.messages import inbox
from bot.messages.inbox import Claimed
from bot.messages.pace import MANY, PAUSE
from tests.unit.house import CRY, OTHER_REPORTER, REPORTER, House

LEASE = timedelta(seconds=20)
FLOOD = 40  # more than MANY


def _claim(database: Database) -> Claimed | None:
    with database.transaction() as session:
        return inbox.claim(session, lease=LEASE)


def _handle(database: Database) -> Claimed:
    claimed = _claim(database)
    assert claimed is not None
    with database.transaction() as session:
        inbox.finish(session, claimed)
    return claimed


def _floods(house: House, content: str, times: int = FLOOD) -> None:
    for number in range(times):
        house.arrives(f"{content} {number}")


def _due_in_seconds(house: House) -> list[float]:
    with house.database.transaction() as session:
        waits = func.extract("epoch", InboxMessage.due_at - InboxMessage.received_at)
        return [float(each) for each in session.scalars(select(waits).order_by(InboxMessage.id))]


@pytest.mark.parametrize("words", ["hello", CRY], ids=["idle words", "cries"])
def test_between_two_messages_of_a_flood_everybody_else_is_handled(house: House, words: str) -> None:
    _floods(house, words, times=12)
    for number in range(3):
        house.arrives(words, sender=f"+1202555300{number}")
    order = [_handle(house.database).id for _ in range(4)]
    assert order == [1, 13, 14, 15], "one of the flood that came first, then each of the others"


def test_a_flood_of_cries_does_not_stand_before_another_cry(house: House) -> None:
    """As it was: the order of arrival alone, and the other one waits for the whole flood."""
    _floods(house, CRY, times=12)
    house.arrives(CRY, sender=OTHER_REPORTER)
    assert 13 in [_handle(house.database).id for _ in range(2)]


def test_two_floods_take_turns(house: House) -> None:
    for content, sender in (("one", REPORTER), ("two", OTHER_REPORTER)):
        for number in range(6):
            house.arrives(f"{content} {number}", sender=sender)
    order = [_handle(house.database).id for _ in range(12)]
    assert order == [1, 7, 2, 8, 3, 9, 4, 10, 5, 11, 6, 12]


def test_an_urgent_message_still_goes_before_everybody_elses_idle_words(house: House) -> None:
    _floods(house, "hello", times=6)
    house.arrives("hi", sender=OTHER_REPORTER)
    house.arrives(CRY, sender="+12025553009")
    assert _handle(house.database).id == 8


def test_messages_of_one_sender_keep_their_order_in_a_flood(house: House) -> None:
    _floods(house, "hello", times=8)
    house.arrives(CRY)
    assert [_handle(house.database).id for _ in range(9)] == list(range(1, 10))


def test_when_nothing_of_theirs_waits_any_more_they_stand_in_line_like_everybody(house: House) -> None:
    _floods(house, "hello", times=6)
    for _ in range(6):
        _handle(house.database)
    house.arrives("later", sender=REPORTER)
    house.arrives("later still", sender=OTHER_REPORTER)
    assert _handle(house.database).id == 7


def test_after_very_many_messages_in_a_minute_the_next_are_slowed(house: House) -> None:
    _floods(house, "hello", times=MANY + 2)
    waits = _due_in_seconds(house)
    assert all(wait < 1 for wait in waits[:MANY])
    assert all(wait >= PAUSE.total_seconds() - 1 for wait in waits[MANY:])


def test_whoever_writes_as_much_over_a_longer_time_is_not_slowed(house: House) -> None:
    for _ in range(2):
        _floods(house, "hello", times=MANY)
        house.pass_time(timedelta(seconds=61))
    assert max(_due_in_seconds(house)) < 1


def test_a_cry_in_the_middle_of_a_flood_is_not_slowed_and_neither_is_what_stands_before_it(house: House) -> None:
    _floods(house, "hello", times=FLOOD)
    house.arrives(CRY)
    assert len({_handle(house.database).id for _ in range(FLOOD + 1)}) == FLOOD + 1


def test_the_same_cry_very_many_times_is_slowed_and_a_worse_one_is_not(house: House) -> None:
    _floods(house, "they locked us in and we cannot go out", times=FLOOD)
    assert _due_in_seconds(house)[-1] >= PAUSE.total_seconds() - 1
    house.arrives(CRY)
    assert _due_in_seconds(house)[-1] < 1


def test_what_failed_before_still_waits_for_its_next_try_when_a_cry_comes(house: House) -> None:
    house.arrives("hello")
    claimed = _claim(house.database)
    assert claimed is not None
    with house.database.transaction() as session:
        inbox.fail(session, claimed, error_kind="ValueError")
    house.arrives(CRY)
    assert _claim(house.database) is None


def test_the_next_in_turn_is_read_from_an_index_however_much_waits(house: House) -> None:
    house.arrives("hello")
    with house.database.transaction() as session:
        now = database_now(session)
        whose = session.scalars(select(Conversation.id)).one()
        rows = [
            {
                "channel": "sms",
                "provider_key": number.to_bytes(4),
                "conversation_id": whose,
                "kind": "text",
                "floor_reasons": [],
                "priority": 5,
                "state": InboxState.PENDING,
                "attempts": 0,
                "place_at": now + timedelta(seconds=10 * number),
            }
            for number in range(2000)
        ]
        session.execute(insert(InboxMessage).values(rows))
    with house.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze inbox"))
        statement = inbox.next_in_turn().compile(connection, compile_kwargs={"literal_binds": True})
        plan = "\n".join(connection.execute(text(f"explain {statement}".replace(":", r"\:"))).scalars())
    assert "inbox_in_turn" in plan
    assert "Sort" not in plan
    assert _handle(house.database).id == 1
