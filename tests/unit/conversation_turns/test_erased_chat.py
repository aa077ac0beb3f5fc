"""What is deleted from a Telegram chat: everything when it is erased, nothing more, and never for long."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation import case_desk
from bot.database.tables import ChatMessage, ContactPoint, Conversation
from bot.errors import PermanentSendError, RetryAfterError, TemporarySendError, UncertainSendError
from bot.messages import inbox
from bot.privacy.sealing import open_with
from bot.worker.inbox_loop import InboxWorker
from tests.unit.conversation_turns.two_phones import given
from tests.unit.house import CRY, House

CHAT = "7000000001"
_ids = itertools.count(1)


def writes(house: House, text: str, *, sender: str = CHAT) -> str:
    """Somebody writes on Telegram; the message's id in the chat."""
    message_id = f"theirs-{next(_ids)}"
    house.arrives(text, sender=sender, channel="telegram", chat_message_id=message_id)
    return message_id


def hears(house: House, text: str, *, sender: str = CHAT) -> str:
    message_id = writes(house, text, sender=sender)
    house.settle()
    return message_id


def in_chat(house: House) -> set[str]:
    """Ids of what the bot said there."""
    return {f"telegram-{number}" for number in range(1, len(house.telegram.sent) + 1)}


def kept(house: House) -> set[str]:
    with house.database.transaction() as session:
        rows = session.scalars(select(ChatMessage.message_id_sealed)).all()
        return {open_with(house.keys.address, row) for row in rows}


def deleted(house: House) -> set[str]:
    assert {address for address, _ in house.telegram.deleted} <= {CHAT}
    return {message_id for _, message_id in house.telegram.deleted}


def words(house: House, response: str) -> str:
    return house.wording.render(response, "en", sms=False).text


def test_a_tap_asks_whether_to_erase_and_erases_nothing_yet(house: House) -> None:
    for text in ("hello", "1", "stop"):
        hears(house, text)
    stopped = house.telegram.sent[-1]
    [button] = stopped.buttons
    assert (stopped.text, button.title) == (words(house, "utter_stop"), "Erase all")
    house.arrives(button.payload, sender=CHAT, channel="telegram", callback_id="tap")
    house.settle()
    assert house.telegram.sent[-1].text == words(house, "utter_ask_wipe")
    assert house.conversation().wipe_asked_at is None


@pytest.fixture
def erasing(house: House) -> tuple[House, set[str]]:
    """Everything is told and the wipe confirmed; the last word has left, nothing is deleted yet. What they wrote."""
    house.on_call("Dara")
    theirs = {hears(house, text) for text in (CRY, "1", "1", "in a blue house", "wipe", "1")}
    assert house.telegram.sent[-1].text == words(house, "utter_wiped")
    return house, theirs


def test_ids_are_kept_of_both_sides_sealed_like_the_address(house: House) -> None:
    theirs = {hears(house, "hello"), hears(house, "1")}
    assert kept(house) == theirs | in_chat(house)
    with house.database.transaction() as session:
        for row in session.scalars(select(ChatMessage)):
            assert b"telegram-" not in row.message_id_sealed
            assert b"theirs-" not in row.message_id_sealed


def test_nothing_is_kept_of_an_sms_or_of_pages(house: House) -> None:
    house.on_call("Dara")
    house.hears(CRY)
    assert house.pages()
    assert house.rows(ChatMessage) == 0


def test_both_sides_are_deleted_but_for_the_last_word(erasing: tuple[House, set[str]]) -> None:
    house, theirs = erasing
    last_word = f"telegram-{len(house.telegram.sent)}"
    assert deleted(house) == set()
    house.tidy()
    assert deleted(house) == theirs | in_chat(house) - {last_word}
    assert house.rows(ChatMessage) == 0
    assert house.conversation().wiped_at is not None
    with house.database.transaction() as session:
        assert session.scalars(select(ContactPoint.address_sealed)).all() == [None]


def test_nothing_is_deleted_before_the_last_word_has_left(house: House) -> None:
    hears(house, "hello")
    hears(house, "wipe")
    writes(house, "1")
    house.handle()
    house.tidy()
    assert deleted(house) == set()
    house.send()
    house.tidy()
    assert deleted(house) != set()
    assert house.conversation().wiped_at is not None


@pytest.mark.parametrize("failure", [TemporarySendError(), UncertainSendError(), PermanentSendError()])
def test_a_failed_deletion_is_tried_again_and_the_address_waits_for_it(
    erasing: tuple[House, set[str]], failure: Exception
) -> None:
    house, theirs = erasing
    house.telegram.delete_failures.extend([failure] * 20)
    house.tidy()
    assert house.conversation().wiped_at is None
    house.telegram.delete_failures.clear()
    house.tidy()
    assert deleted(house) == set(), "it is not due again yet"
    house.pass_time(timedelta(seconds=2))
    house.tidy()
    assert theirs <= deleted(house)
    assert house.conversation().wiped_at is not None


def test_as_long_as_the_provider_asks_to_wait_nothing_is_asked(erasing: tuple[House, set[str]]) -> None:
    house, theirs = erasing
    house.telegram.delete_failures.extend([RetryAfterError(timedelta(minutes=5))] * 20)
    house.tidy()
    house.telegram.delete_failures.clear()
    house.pass_time(timedelta(minutes=4))
    house.tidy()
    assert deleted(house) == set()
    house.pass_time(timedelta(minutes=2))
    house.tidy()
    assert theirs <= deleted(house)


def test_after_an_hour_of_failures_the_address_and_the_keys_go_all_the_same(erasing: tuple[House, set[str]]) -> None:
    house, _ = erasing
    for _ in range(6):
        house.telegram.delete_failures.extend([TemporarySendError()] * 20)
        house.tidy()
        assert house.conversation().wiped_at is None
        house.pass_time(timedelta(minutes=11))
    house.telegram.delete_failures.extend([TemporarySendError()] * 20)
    house.tidy()
    conversation = house.conversation()
    assert conversation.wiped_at is not None
    assert conversation.private_key_wrapped is None
    assert house.rows(ChatMessage) == 0
    with house.database.transaction() as session:
        assert session.scalars(select(ContactPoint.address_sealed)).all() == [None]


def test_what_a_dead_process_had_in_hand_is_deleted_by_the_next(erasing: tuple[House, set[str]]) -> None:
    house, theirs = erasing
    house.telegram.delete_failures.append(RuntimeError("killed"))
    with pytest.raises(RuntimeError):
        house.tidy()
    house.tidy()
    assert house.conversation().wiped_at is None, "its lease still runs"
    house.pass_time(timedelta(minutes=3))
    house.tidy()
    assert theirs <= deleted(house)
    assert house.conversation().wiped_at is not None


def test_an_erased_sms_conversation_does_not_wait_for_anybodys_chat(erasing: tuple[House, set[str]]) -> None:
    house, _ = erasing
    house.telegram.delete_failures.extend([TemporarySendError()] * 20)
    house.hears("hello")
    house.hears("wipe")
    house.hears("1")
    house.tidy()
    with house.database.transaction() as session:
        wiped = session.scalars(select(Conversation.wiped_at).order_by(Conversation.created_at)).all()
    assert [each is not None for each in wiped] == [False, True]


def test_what_they_write_after_the_wipe_is_not_deleted(house: House) -> None:
    hears(house, "hello")
    hears(house, "wipe")
    writes(house, "1")
    later = writes(house, "hello again")
    house.settle()
    house.tidy()
    assert later in kept(house)
    assert later not in deleted(house)


def test_a_conversation_that_nobody_erased_loses_nothing(house: House) -> None:
    hears(house, "hello")
    hears(house, "wipe")
    hears(house, "2")
    house.pass_time(timedelta(hours=47, minutes=30))
    house.tidy()
    assert deleted(house) == set()


def test_what_is_too_old_to_be_deleted_is_forgotten(house: House) -> None:
    hears(house, "hello")
    house.pass_time(timedelta(hours=48, seconds=1))
    house.tidy()
    assert house.rows(ChatMessage) == 0


def test_an_answer_that_left_while_it_was_erased_is_deleted_too(house: House) -> None:
    """Leased before the wipe, written down as sent after it."""
    staff_id = house.on_call("Dara")
    hears(house, CRY)
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=staff_id, which=1)
    original = house.telegram.send

    async def erase_meanwhile(message: object) -> object:
        house.telegram.send = original  # type: ignore[method-assign]
        writes(house, "wipe")
        writes(house, "1")
        await _handle(house)
        return await original(message)  # type: ignore[arg-type]

    house.telegram.send = erase_meanwhile  # type: ignore[assignment,method-assign]
    house.settle()
    house.tidy()
    assert len(house.telegram.sent) == 4  # safe question and urgent words, the answer, the last word
    assert in_chat(house) - deleted(house) == {"telegram-4"}


def test_after_going_on_from_another_phone_only_the_chat_there_is_deleted(house: House) -> None:
    """The old phone's address was forgotten: nobody could delete anything there."""
    new = "7000000002"
    told = {hears(house, "hello"), hears(house, "1")}
    code = given(house, sender=CHAT, channel="telegram")
    theirs = {hears(house, "hello", sender=new)}
    waiting = writes(house, "still here")
    with house.database.transaction() as session:
        assert inbox.claim(session, lease=timedelta(minutes=1)) is not None  # in a worker's hand while they go on
    theirs |= {hears(house, text, sender=new) for text in (code, "wipe", "1")}
    said = [each.text for each in house.telegram.sent]
    assert said.count(words(house, "utter_wiped_moved")) == 1, "what the old phone still shows is not passed over"
    assert words(house, "utter_wiped") not in said
    house.tidy()
    assert {address for address, _ in house.telegram.deleted} == {new}
    everything = {message_id for _, message_id in house.telegram.deleted}
    assert theirs <= everything
    assert not everything & (told | {waiting})
    assert told.isdisjoint(kept(house))
    assert waiting in kept(house), "it began a conversation of its own"


async def _handle(house: House) -> None:
    worker = InboxWorker(house.desk, house.channels)
    while await worker.work():
        pass
