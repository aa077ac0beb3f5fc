"""Deletes messages from the chats of people who erased their conversation, or want their chat to empty itself. The
provider is called outside any transaction; what failed is tried again, because deleting twice is harmless."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeGuard

import structlog
from sqlalchemy.orm import Session

from bot.channels.channel import DeletesHistory
from bot.database.session import Database
from bot.errors import DatabaseDownError, RetryAfterError, SendError
from bot.messages import chat_history
from bot.messages.chat_history import Batch
from bot.messages.retry import pause_before
from bot.privacy.sealing import ServiceKeys

log = structlog.get_logger("worker")


class ChatEraser:
    """`channels` may hold any; only those that can delete are asked to."""

    def __init__(self, database: Database, channels: Mapping[str, object], keys: ServiceKeys) -> None:
        self._database = database
        self._channels = {name: channel for name, channel in channels.items() if _deletes_history(channel)}
        self._at_once = {name: channel.most_deleted_at_once for name, channel in self._channels.items()}
        self._keys = keys

    async def erase(self) -> None:
        """Everything that is due; a database that is down is for the next round."""
        try:
            while (batch := await self._database.run(self._claim)) is not None:
                await self._delete(batch)
        except DatabaseDownError as error:
            log.warning("database_down", name="chat_eraser", error=type(error).__name__)

    def _claim(self, session: Session) -> Batch | None:
        return chat_history.claim(session, self._at_once, self._keys)

    async def _delete(self, batch: Batch) -> None:
        message_ids = list(dict.fromkeys(batch.rows.values()))  # an edited message came in twice
        try:
            result = await self._channels[batch.channel].delete(batch.address, message_ids)
        except SendError as error:
            log.warning("chat_not_deleted_yet", channel=batch.channel, kind=error.kind)
            pause = _pause(error, batch.attempts)
            await self._database.run(lambda session: chat_history.put_back(session, batch, pause))
            return
        if result.not_deletable:
            log.warning("chat_not_deletable", channel=batch.channel, count=result.not_deletable)
        await self._database.run(lambda session: chat_history.done(session, batch))


def _pause(failure: SendError, attempts: int) -> timedelta:
    """As for messages. Whatever failed, it is tried until the message is too old or its address has to go: a token that
    was refused may be put right meanwhile."""
    return failure.wait if isinstance(failure, RetryAfterError) else pause_before(attempts)


def _deletes_history(channel: object) -> TypeGuard[DeletesHistory]:
    return hasattr(channel, "most_deleted_at_once")
