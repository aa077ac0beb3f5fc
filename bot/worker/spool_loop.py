"""Stores what waited on disk while the database was down, oldest first, each exactly once."""

from __future__ import annotations

import asyncio

from bot.conversation.intake import take_in
from bot.database.session import Database
from bot.messages.spool import Spool
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings


class SpoolFlusher:
    """Several processes may flush the same folder: the inbox stores a message once."""

    def __init__(self, spool: Spool, database: Database, keys: ServiceKeys, settings: Settings) -> None:
        self._spool = spool
        self._database = database
        self._keys = keys
        self._settings = settings

    async def work(self) -> bool:
        """Flush what waits; the file goes after the commit, never before."""
        flushed = False
        for path, message in await asyncio.to_thread(lambda: list(self._spool.waiting())):
            waiting = message
            await self._database.run(
                lambda session: take_in(session, waiting, keys=self._keys, settings=self._settings)  # noqa: B023
            )
            self._spool.done(path)
            flushed = True
        return flushed
