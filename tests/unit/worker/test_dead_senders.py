"""A page in the hands of a process that dies is on its way again within seconds, and the lease need not run out; one
in the hands of a process that lives stays there, however slow its provider is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import psycopg
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.presence import LOCK, NOBODY, holder_of, living, new_number, new_token
from bot.database.session import Database, conninfo_of
from bot.database.states import Author, OutboxState
from bot.database.tables import OutboxMessage
from bot.errors import DatabaseDownError
from bot.messages import outbox, outbox_claims
from bot.messages.holding import HoldRules
from bot.messages.message import Audience
from bot.messages.outbox import Words
from bot.reports.report_store import lock_conversation
from bot.worker.dead_senders import DeadSenders
from bot.worker.wakeups import Wakeups
from tests.unit.house import CRY, OTHER_REPORTER, House

LEASE = timedelta(seconds=20)
Result = TypeVar("Result")


class Clock:
    """Steady seconds, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class SometimesDown(Database):
    """A database that can be down."""

    def __init__(self, url: str) -> None:
        super().__init__(url, pool_size=1)
        self.down = False

    async def run(self, work: Callable[[Session], Result]) -> Result:
        if self.down:
            raise DatabaseDownError("down")
        return await super().run(work)


@contextmanager
def _process(database: Database, number: int) -> Iterator[None]:
    """Somebody holds the lock of this number."""
    with psycopg.connect(conninfo_of(database.url), autocommit=True) as connection:
        connection.execute(LOCK.format(number=number).encode())
        yield


def _claim(house: House, holder: int, audience: Audience = Audience.RESPONDER) -> OutboxMessage:
    with house.database.transaction() as session:
        rules = HoldRules.of(house.settings)
        claimed = outbox_claims.claim(session, audience, lease=LEASE, rules=rules, holder=holder)
    assert claimed is not None
    return claimed.row


def _look(house: House, looks: DeadSenders) -> list[OutboxState]:
    """One look, and how the pages stand after it."""
    asyncio.run(looks.look())
    with house.database.transaction() as session:
        pages = select(OutboxMessage).where(OutboxMessage.page_id.is_not(None)).order_by(OutboxMessage.id)
        return [row.state for row in session.scalars(pages)]


def _gone(database: Database, number: int) -> None:
    """PostgreSQL notices by itself; ask until it has."""
    for _ in range(500):
        with database.transaction() as session:
            if number not in living(session):
                return
    raise AssertionError(f"the lock of {number} is still held")


def test_a_token_tells_who_holds_the_lease_and_is_never_the_same() -> None:
    number = new_number()
    assert 0 < number < 2**31
    assert holder_of(new_token(number)) == number
    assert new_token(number) != new_token(number)
    assert holder_of(new_token(NOBODY)) == NOBODY


def test_a_page_of_a_killed_process_is_sent_again_in_two_seconds_and_not_after_its_lease(house: House) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    house.arrives(CRY, sender=OTHER_REPORTER)
    clock, number = Clock(), new_number()
    looks = DeadSenders(house.database, clock)
    with _process(house.database, number):
        _claim(house, number)
        assert _look(house, looks) == [OutboxState.SENDING, OutboxState.BUNDLED]
    _gone(house.database, number)
    assert _look(house, looks) == [OutboxState.SENDING, OutboxState.BUNDLED], "it may only have lost its connection"
    clock.seconds += 1.5
    assert _look(house, looks) == [OutboxState.PENDING, OutboxState.PENDING]
    assert house.send() == 1
    page = house.pages()[0]
    assert [button.payload[:7] for button in page.buttons] == ["ACK 101", "ACK 102"], "with all it named"
    assert "You may have had this page before" in page.text


def test_a_page_of_a_process_that_lives_is_not_taken_however_long_it_takes(house: House) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    clock, number = Clock(), new_number()
    looks = DeadSenders(house.database, clock)
    with _process(house.database, number):
        _claim(house, number)
        for _ in range(5):
            assert _look(house, looks) == [OutboxState.SENDING]
            clock.seconds += 3


def test_a_process_that_is_back_after_a_moment_keeps_what_it_was_sending(house: House) -> None:
    """Its connection was cut, it has a new one: what is on the wire must not ring twice."""
    house.on_call("Dara")
    house.arrives(CRY)
    clock, number = Clock(), new_number()
    looks = DeadSenders(house.database, clock)
    _claim(house, number)
    assert _look(house, looks) == [OutboxState.SENDING]
    clock.seconds += 0.6
    with _process(house.database, number):
        assert _look(house, looks) == [OutboxState.SENDING]
        clock.seconds += 0.6
    _gone(house.database, number)
    assert _look(house, looks) == [OutboxState.SENDING], "missing anew, and for no time yet"


def test_after_the_database_was_down_everybody_has_time_to_come_back(house: House) -> None:
    """All locks end with it: the first to be back must not take all the others for dead."""
    house.on_call("Dara")
    house.arrives(CRY)
    clock, database = Clock(), SometimesDown(house.database.url)
    looks = DeadSenders(database, clock)
    _claim(house, new_number())
    assert _look(house, looks) == [OutboxState.SENDING]
    database.down = True
    clock.seconds += 5
    assert _look(house, looks) == [OutboxState.SENDING]
    database.down = False
    assert _look(house, looks) == [OutboxState.SENDING]
    clock.seconds += 1.5
    assert _look(house, looks) == [OutboxState.PENDING]
    database.dispose()


def test_what_was_leased_without_a_lock_waits_for_its_lease(house: House) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    clock = Clock()
    looks = DeadSenders(house.database, clock)
    _claim(house, NOBODY)
    for _ in range(3):
        assert _look(house, looks) == [OutboxState.SENDING]
        clock.seconds += 2


def test_a_reporters_message_of_a_dead_process_waits_for_its_lease(house: House) -> None:
    house.hears("hello")
    with house.database.transaction() as session:
        conversation = lock_conversation(session, house.conversation().id)
        outbox.say(session, conversation, [Words(text="one")], key="k", author=Author.SYSTEM)
    clock = Clock()
    looks = DeadSenders(house.database, clock)
    row = _claim(house, new_number(), Audience.REPORTER)
    for _ in range(3):
        asyncio.run(looks.look())
        clock.seconds += 2
    with house.database.transaction() as session:
        assert session.get_one(OutboxMessage, row.id).state is OutboxState.SENDING


def test_a_process_is_known_to_live_as_long_as_it_listens(database: Database) -> None:
    async def run() -> int:
        wakeups = Wakeups(conninfo_of(database.url))
        assert wakeups.holder == NOBODY
        listening = asyncio.create_task(wakeups.listen())
        await wakeups.wait("alarms")  # it wakes all, once it listens
        with database.transaction() as session:
            assert wakeups.holder in living(session)
        number = wakeups.holder
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        assert wakeups.holder == NOBODY
        return number

    _gone(database, asyncio.run(run()))
