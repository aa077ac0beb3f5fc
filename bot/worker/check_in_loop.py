"""Alarms for check-ins whose word has not come. Any number of these may run: each is noted by one of them."""

from __future__ import annotations

from bot.conversation.check_in_desk import alarm_missed
from bot.database.session import Database
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings


class CheckInWorker:
    """One watcher. The timers are rows, so it keeps nothing."""

    def __init__(self, database: Database, settings: Settings, keys: ServiceKeys) -> None:
        self._database = database
        self._settings = settings
        self._keys = keys

    async def work(self) -> bool:
        """One check-in. False when none was due."""
        return await self._database.run(lambda session: alarm_missed(session, self._settings, self._keys))
