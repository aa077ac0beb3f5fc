"""Stores what waited on disk while the database was down, oldest first, each exactly once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from bot.conversation.intake import take_in
from bot.database.session import Database
from bot.errors import DatabaseDownError
from bot.messages.message import InboundMessage
from bot.messages.spool import Spool
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings

log = structlog.get_logger("worker")


class SpoolFlusher:
    """Several processes may flush the same folder: the inbox stores a message once."""

    def __init__(self, spool: Spool, database: Database, keys: ServiceKeys, settings: Settings) -> None:
        self._spool = spool
        self._database = database
        self._keys = keys
        self._settings = settings

    async def work(self) -> bool:
        """Flush what waits; the file goes after the commit, never before."""
        waiting = await asyncio.to_thread(lambda: list(self._spool.waiting()))
        stored = [await self._store(path, message) for path, message in waiting]
        return any(stored)

    async def _store(self, path: Path, message: InboundMessage) -> bool:
        """One message; one that cannot be stored stays where it is and does not stand before the others."""
        try:
            received_at = self._spool.received_at(path)
            await self._database.run(
                lambda session: take_in(
                    session, message, keys=self._keys, settings=self._settings, received_at=received_at
                )
            )
        except DatabaseDownError:
            raise
        except Exception as error:
            log.error("spooled_message_failed", channel=message.channel, error=type(error).__name__)
            return False
        self._spool.done(path)
        return True
