"""Phones that write each other's return codes at the same moment: nobody waits for ever, and every conversation ends
with one phone, every phone with one conversation."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.conversation.handle_message import handle_message
from bot.database.states import InboxState
from bot.database.tables import ContactPoint, Conversation, InboxMessage
from bot.errors import LeaseLostError
from bot.messages import inbox
from bot.messages.inbox import Claimed
from tests.unit.conversation_turns.two_phones import NEW, OLD, conversation_of, given, hears
from tests.unit.house import CRY, OTHER_REPORTER, House

Phone = dict[str, str]
THIRD: Phone = {"sender": OTHER_REPORTER, "channel": "sms"}
SECOND_CHAT: Phone = {"sender": "7002", "channel": "telegram"}
ROUNDS = 2


def _with_a_code(house: House, phone: Phone) -> str:
    """Somebody on this phone has told of danger, said that it is safe, and got a code."""
    for words in (CRY, "1"):
        hears(house, words, **phone)
    return given(house, **phone)


def _claim(house: House) -> Claimed:
    with house.database.transaction() as session:
        claimed = inbox.claim(session, lease=timedelta(seconds=60))
    assert claimed is not None
    return claimed


def _handling(house: House, claimed: Claimed) -> Callable[[], None]:
    def handle() -> None:
        with contextlib.suppress(LeaseLostError):  # the other move took the message along; it is handled there
            asyncio.run(handle_message(claimed, house.desk))

    return handle


def _crying(house: House, phone: Phone) -> Callable[[], None]:
    return lambda: house.arrives(CRY, **phone) or None  # type: ignore[return-value]


def _all_at_once(work: Sequence[Callable[[], None]]) -> None:
    barrier = threading.Barrier(len(work))

    def begin(each: Callable[[], None]) -> None:
        barrier.wait(20)
        each()

    with ThreadPoolExecutor(len(work)) as pool:
        list(pool.map(begin, work))  # a circle of locks would be a DatabaseDownError here


def _cross(house: House, phones: Sequence[Phone]) -> None:
    """Each phone writes the code of the next one, all handled at the same moment, while more comes in at the doors."""
    codes = [_with_a_code(house, phone) for phone in phones]
    for phone, code in zip(phones, [*codes[1:], codes[0]], strict=True):
        house.arrives(code, **phone)
    work = [_handling(house, _claim(house)) for _ in phones]
    work += [_crying(house, phone) for phone in phones]
    _all_at_once(work)
    house.settle()


def _check(house: House, phones: Sequence[Phone]) -> None:
    with house.database.transaction() as session:
        points = select(ContactPoint.conversation_id).where(ContactPoint.address_hash.is_not(None))
        reachable = session.scalars(points).all()
        open_inbox = select(func.count()).where(InboxMessage.state != InboxState.HANDLED)
        assert session.scalar(open_inbox) == 0
        conversations = session.scalar(select(func.count()).select_from(Conversation)) or 0
        assert session.scalar(select(func.count()).select_from(ContactPoint)) == conversations
    assert len(reachable) == len(set(reachable)) == len(phones)
    for phone in phones:
        assert conversation_of(house, phone["sender"], phone["channel"]).wiped_at is None
        assert hears(house, "hello", **phone), "each of them is answered"


@pytest.mark.parametrize(
    "phones",
    [(OLD, NEW), (NEW, THIRD), (OLD, NEW, SECOND_CHAT)],
    ids=["two channels", "one channel", "three in a circle"],
)
def test_crossing_moves_neither_block_each_other_nor_lose_a_phone(house: House, phones: tuple[Phone, ...]) -> None:
    for _ in range(ROUNDS):
        _cross(house, phones)
        _check(house, phones)
