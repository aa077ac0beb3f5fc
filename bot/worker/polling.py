"""Long polling: fetch, store, and only then move the offset, which lies in the same database and the same
transaction. A crash anywhere fetches the same updates again, and the inbox's unique key makes that harmless."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.channels.channel import PollingChannel
from bot.conversation.intake import take_in
from bot.database.session import Database
from bot.database.tables import PollOffset
from bot.errors import DatabaseDownError, PermanentSendError, RetryAfterError, SendError
from bot.messages.message import InboundMessage
from bot.messages.spool import Spool
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings

log = structlog.get_logger("worker")

_PAUSE_SECONDS, _REFUSED_PAUSE_SECONDS = 1.0, 30.0


def _pause_after(error: SendError) -> float:
    """Seconds: what the provider asks for; long for a refused token, which only an operator can mend."""
    if isinstance(error, RetryAfterError):
        return error.wait.total_seconds()
    return _REFUSED_PAUSE_SECONDS if isinstance(error, PermanentSendError) else _PAUSE_SECONDS


class Poller:
    """Reads one channel that fetches. One process polls at a time: the row's lock is not held while waiting, but two
    that read the same updates store them once."""

    def __init__(
        self, channel: PollingChannel, database: Database, spool: Spool, keys: ServiceKeys, settings: Settings
    ) -> None:
        self._channel = channel
        self._database = database
        self._spool = spool
        self._keys = keys
        self._settings = settings

    async def work(self) -> bool:
        """One round of fetching and storing."""
        offset = await self._database.run(self._offset)
        try:
            messages, next_offset = await self._channel.poll(offset)
        except SendError as error:
            log.warning("poll_failed", channel=self._channel.name, kind=error.kind)
            await asyncio.sleep(_pause_after(error))
            return True
        if next_offset != offset:
            await self._store_all(messages, next_offset)
        return True

    async def _store_all(self, messages: tuple[InboundMessage, ...], next_offset: int) -> None:
        """All and the offset at once. Where a fault of ours stops that, one message must not stop all that come after
        it: each goes on its own, and what cannot be stored goes to the spool, before the offset moves."""
        try:
            await self._database.run(lambda session: self._store(session, messages, next_offset))
        except DatabaseDownError:
            raise
        except Exception as error:
            log.error("poll_not_stored", channel=self._channel.name, error=type(error).__name__)
            for message in messages:
                await self._store_or_spool(message)
            await self._database.run(lambda session: self._store(session, (), next_offset))

    async def _store_or_spool(self, message: InboundMessage) -> None:
        try:
            await self._database.run(
                lambda session: take_in(session, message, keys=self._keys, settings=self._settings)
            )
        except DatabaseDownError:
            raise
        except Exception as error:
            log.error("spooled", channel=message.channel, error=type(error).__name__)
            await asyncio.to_thread(self._spool.put, message)

    def _offset(self, session: Session) -> int:
        found = session.scalar(select(PollOffset.next_offset).where(PollOffset.channel == self._channel.name))
        return found or 0

    def _store(self, session: Session, messages: tuple[InboundMessage, ...], next_offset: int) -> None:
        for message in messages:
            take_in(session, message, keys=self._keys, settings=self._settings)
        moved = insert(PollOffset).values(channel=self._channel.name, next_offset=next_offset)
        session.execute(
            moved.on_conflict_do_update(index_elements=["channel"], set_={"next_offset": moved.excluded.next_offset})
        )
