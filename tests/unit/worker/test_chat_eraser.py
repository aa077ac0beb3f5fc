"""The eraser of chats at its edges: what never can be deleted, a channel that cannot, a database that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.channels.channel import DeletedResult
from bot.database.tables import ChatMessage
from bot.errors import DatabaseDownError, RetryAfterError
from bot.worker.chat_eraser import ChatEraser
from tests.unit.house import House, MemoryChat

CHAT = "7000000001"


class ChatOfOldMessages(MemoryChat):
    """Nothing in it can be deleted."""

    async def delete(self, address: str, message_ids: Sequence[str]) -> DeletedResult:
        return DeletedResult(not_deletable=len(message_ids))


@pytest.fixture
def erased(house: House) -> House:
    """Erased by Telegram, the last word has left."""
    for number, text in enumerate(("hello", "wipe", "1")):
        house.arrives(text, sender=CHAT, channel="telegram", chat_message_id=f"theirs-{number}")
        house.settle()
    return house


def test_what_never_can_be_deleted_is_counted_in_the_log_and_not_asked_for_again(erased: House) -> None:
    eraser = ChatEraser(erased.database, {"telegram": ChatOfOldMessages("telegram")}, erased.keys)
    with capture_logs() as logs:
        asyncio.run(eraser.erase())
    assert sum(line["count"] for line in logs if line["event"] == "chat_not_deletable") == 5
    assert erased.rows(ChatMessage) == 0


def test_a_failure_is_logged_without_saying_whose_chat_it_is(erased: House) -> None:
    erased.telegram.delete_failures.extend([RetryAfterError(timedelta(seconds=7))] * 9)
    with capture_logs() as logs:
        erased.tidy()
    assert {"event": "chat_not_deleted_yet", "channel": "telegram", "kind": "retry_after"}.items() <= logs[0].items()
    assert CHAT not in str(logs)
    assert "theirs-" not in str(logs)


def test_a_channel_that_cannot_delete_is_never_asked(erased: House) -> None:
    asyncio.run(ChatEraser(erased.database, {"telegram": erased.sms}, erased.keys).erase())
    assert erased.rows(ChatMessage) == 5


def test_a_database_that_is_away_is_for_the_next_round(erased: House) -> None:
    class Away:
        async def run(self, _work: object) -> object:
            raise DatabaseDownError

    with capture_logs() as logs:
        asyncio.run(ChatEraser(Away(), erased.channels, erased.keys).erase())  # type: ignore[arg-type]
    assert [line["event"] for line in logs] == ["database_down"]


def test_two_processes_at_once_delete_each_message_once(erased: House) -> None:
    async def both() -> None:
        await asyncio.gather(*(ChatEraser(erased.database, erased.channels, erased.keys).erase() for _ in range(2)))

    asyncio.run(both())
    assert len(erased.telegram.deleted) == len(set(erased.telegram.deleted)) == 5
