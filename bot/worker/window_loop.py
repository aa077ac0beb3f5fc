"""Lets go what was held, when the window opens in which somebody may be written to. Any number of these may run."""

from __future__ import annotations

from bot.database.session import Database
from bot.messages.holding import HoldRules
from bot.messages.what_was_held import release_in_a_window
from bot.settings import Settings


class WindowWorker:
    """One watcher. The windows are rows, so it keeps nothing."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._rules = HoldRules.of(settings)

    async def work(self) -> bool:
        """For one person. False when nobody's window is open for anything that is held."""
        return await self._database.run(lambda session: release_in_a_window(session, self._rules))
