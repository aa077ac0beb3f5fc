"""The durable inbox: stored once, in order, one at a time per person, urgent first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.database.session import Database, database_now
from bot.database.states import InboxState
from bot.database.tables import Alarm, ContactPoint, Conversation, InboxMessage, Report
from bot.errors import LeaseLostError
from bot.messages import inbox
from bot.messages.inbox import Claimed
from bot.messages.retry import MAX_INBOX_ATTEMPTS
from tests.unit.house import CRY, OTHER_REPORTER, House, words_of

LEASE = timedelta(seconds=20)


def _claim(database: Database) -> Claimed | None:
    with database.transaction() as session:
        return inbox.claim(session, lease=LEASE)


def _claims(database: Database) -> list[int]:
    claimed = []
    while (each := _claim(database)) is not None:
        claimed.append(each.id)
    return claimed


def _finish(database: Database, claimed: Claimed) -> None:
    with database.transaction() as session:
        inbox.finish(session, claimed)


def _at_once(work: Callable[[int], object], count: int) -> list[object]:
    barrier = threading.Barrier(count)

    def begin(number: int) -> object:
        barrier.wait(20)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def _arriving(house: House, content: str, sender: str) -> Callable[[int], object]:
    return lambda _: house.arrives(content, sender=sender)


def test_the_same_message_a_thousand_times_is_one_row(house: House) -> None:
    message = words_of("hello", provider_id="SM1")
    stored = [house.take_in(message) for _ in range(1000)]
    assert stored == [True] + [False] * 999
    assert (house.rows(InboxMessage), house.rows(Conversation), house.rows(ContactPoint)) == (1, 1, 1)


def test_the_same_urgent_message_from_eight_doors_at_once_is_one_row_and_one_alarm(house: House) -> None:
    message = words_of(CRY, provider_id="SM1")
    assert sorted(_at_once(lambda _: house.take_in(message), 8)) == [False] * 7 + [True]  # type: ignore[type-var]
    assert (house.rows(InboxMessage), house.rows(Conversation), house.rows(Alarm)) == (1, 1, 1)


def test_the_same_words_twice_on_purpose_are_two_messages(house: House) -> None:
    assert house.arrives("help")
    assert house.arrives("help")
    assert (house.rows(InboxMessage), house.rows(Conversation)) == (2, 1)


def test_the_same_id_on_two_channels_is_two_messages(house: House) -> None:
    assert house.arrives("hi", provider_id="7", channel="sms")
    assert house.arrives("hi", provider_id="7", channel="telegram")
    assert (house.rows(InboxMessage), house.rows(Conversation)) == (2, 2)


def test_two_first_messages_at_once_from_one_address_make_one_conversation(house: House) -> None:
    for round_number in range(10):
        sender = f"+1202555{round_number:04}"
        assert _at_once(_arriving(house, "hello", sender), 4) == [True] * 4
    assert (house.rows(Conversation), house.rows(ContactPoint), house.rows(InboxMessage)) == (10, 10, 40)


def test_two_urgent_messages_of_one_person_at_once_neither_block_nor_raise_two_alarms(house: House) -> None:
    house.on_call("Dara")
    for round_number in range(12):
        sender = f"+1202556{round_number:04}"
        house.arrives("hello", sender=sender)
        assert _at_once(_arriving(house, CRY, sender), 3) == [True] * 3
    assert house.rows(Report) == house.rows(Alarm) == 12


def test_urgent_messages_while_their_conversation_is_handled_do_not_block_each_other(house: House) -> None:
    """Doors, a worker and the wipe take their locks in one order; a circle would end in DatabaseDownError."""
    house.arrives("hello")

    def take_part(number: int) -> object:
        return house.handle() if number == 0 else house.arrives(CRY)

    for _ in range(9):  # fewer than what is slowed
        _at_once(take_part, 3)
    house.handle()
    assert house.rows(InboxMessage, state=InboxState.HANDLED) == 19


def test_messages_of_one_person_come_in_order_and_one_at_a_time(house: House) -> None:
    for content in ("one", "two", "three"):
        house.arrives(content)
    first = _claim(house.database)
    assert first is not None
    assert first.id == 1
    assert _claim(house.database) is None, "the second must wait for the first"
    _finish(house.database, first)
    second = _claim(house.database)
    assert second is not None
    assert second.id == 2


def test_two_claimers_at_once_never_hold_two_messages_of_one_person(house: House) -> None:
    for _ in range(6):
        house.arrives("one")
        house.arrives("two")
        house.arrives("other", sender=OTHER_REPORTER)
        claimed = [each for each in _at_once(lambda _: _claim(house.database), 4) if isinstance(each, Claimed)]
        persons = [each.conversation_id for each in claimed]
        assert len(persons) == len(set(persons)), "one person twice"
        assert persons, "nobody at all"
        house.change(InboxMessage, state=InboxState.HANDLED)


def test_people_do_not_wait_for_each_other(house: House) -> None:
    house.arrives("one")
    house.arrives("other", sender=OTHER_REPORTER)
    assert _claims(house.database) == [1, 2]


def test_an_urgent_message_is_handled_before_everybody_elses(house: House) -> None:
    for number in range(5):
        house.arrives("hello", sender=f"+1202555100{number}")
    house.arrives(CRY, sender=OTHER_REPORTER)
    claimed = _claim(house.database)
    assert claimed is not None
    assert (claimed.id, claimed.floor_urgency) == (6, "CRITICAL")


def test_a_responders_reply_comes_after_urgent_words_and_before_the_rest(house: House) -> None:
    house.on_call("Dara")
    house.arrives("hello")
    house.arrives("ACK 101 AAAA", sender="chat of Dara", channel="telegram_staff")
    house.arrives(CRY, sender=OTHER_REPORTER)
    assert _claims(house.database) == [3, 2, 1]


def test_an_urgent_message_brings_what_the_same_person_wrote_before_it_to_the_front(house: House) -> None:
    house.arrives("hello", sender=OTHER_REPORTER)
    house.arrives("hello")
    house.arrives(CRY)
    claimed = _claim(house.database)
    assert claimed is not None
    assert claimed.id == 2, "her first words, not the other person's, who came earlier"


def test_a_lease_that_ran_out_gives_the_message_to_another_worker(house: House) -> None:
    house.arrives("hello")
    first = _claim(house.database)
    assert first is not None
    assert _claim(house.database) is None
    house.pass_time(LEASE + timedelta(seconds=1))
    second = _claim(house.database)
    assert second is not None
    assert (second.id, second.attempts) == (first.id, 2)
    with pytest.raises(LeaseLostError):
        _finish(house.database, first)
    with pytest.raises(LeaseLostError), house.database.transaction() as session:
        inbox.fail(session, first, error_kind="late")
    _finish(house.database, second)


def test_a_failed_message_waits_longer_each_time_and_then_is_dead(house: House) -> None:
    house.arrives("hello")
    pauses = []
    for attempt in range(1, MAX_INBOX_ATTEMPTS + 1):
        claimed = _claim(house.database)
        assert claimed is not None
        with house.database.transaction() as session:
            assert inbox.fail(session, claimed, error_kind="ValueError") is (attempt == MAX_INBOX_ATTEMPTS)
        with house.database.transaction() as session:
            row = session.scalars(select(InboxMessage)).one()
            now = database_now(session)
            pauses.append(round((row.due_at - now).total_seconds()))
        assert _claim(house.database) is None, "not yet due"
        house.pass_time(timedelta(minutes=11))
    assert pauses[:4] == [1, 2, 5, 10]
    assert pauses == sorted(pauses)
    assert house.rows(InboxMessage, state=InboxState.DEAD, error_kind="ValueError") == 1


def test_a_message_that_waits_after_a_failure_keeps_its_place(house: House) -> None:
    house.arrives("one")
    house.arrives("two")
    claimed = _claim(house.database)
    assert claimed is not None
    with house.database.transaction() as session:
        inbox.fail(session, claimed, error_kind="ValueError")
    assert _claim(house.database) is None, "the second may not overtake the first"


def test_a_dead_message_lets_the_next_one_through(house: House) -> None:
    house.arrives("one")
    house.arrives("two")
    with house.database.transaction() as session:
        session.execute(update(InboxMessage).where(InboxMessage.id == 1).values(state=InboxState.DEAD))
    assert _claims(house.database) == [2]


def test_words_and_addresses_are_sealed_in_the_row(house: House) -> None:
    house.arrives("MARKER-words", sender="MARKER-address", provider_id="MARKER-id")
    with house.database.transaction() as session:
        row = session.scalars(select(InboxMessage)).one()
        point = session.scalars(select(ContactPoint)).one()
    for kept in (row.text_sealed, row.provider_key, point.address_sealed, point.address_hash):
        assert kept is not None
        assert b"MARKER" not in kept


def test_a_responder_on_a_shared_channel_is_known_by_address_and_words_together(house: House) -> None:
    house.on_call("Dara", ways=(("sms", "+12025550177"),))
    house.arrives("ACK 101 4F7K", sender="+12025550177")
    house.arrives("help me please", sender="+12025550177")
    house.arrives("ACK 101 4F7K", sender=OTHER_REPORTER)
    with house.database.transaction() as session:
        rows = session.scalars(select(InboxMessage).order_by(InboxMessage.id)).all()
    assert [row.staff_contact_id is not None for row in rows] == [True, False, False]
    assert [row.conversation_id is not None for row in rows] == [False, True, True]
