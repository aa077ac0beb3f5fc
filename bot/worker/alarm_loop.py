"""Moves alarms whose time has come. Any number of these may run: each alarm is moved by one of them."""

from __future__ import annotations

from bot.database.session import Database
from bot.escalation.sweeping import sweep
from bot.settings import Settings


class AlarmWorker:
    """One sweeper."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def work(self) -> bool:
        """One sweep. False when nothing was due."""
        return await self._database.run(lambda session: sweep(session, self._settings)) > 0
