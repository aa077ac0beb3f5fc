"""Small duties around the roster at intervals: test alarms end and, at night, begin; whose shift begins is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

import structlog
from sqlalchemy.orm import Session

from bot.database.session import Database
from bot.errors import DatabaseDownError
from bot.escalation.digest import tell_whose_shift_began
from bot.escalation.drills import end_drills, nightly_drill
from bot.settings import Settings

log = structlog.get_logger("worker")


class RosterTicks:
    """`zone` is the deployment's own: the night is where the responders are."""

    def __init__(self, database: Database, settings: Settings, zone: tzinfo) -> None:
        self._database = database
        self._settings = settings
        self._zone = zone

    async def drills(self) -> None:
        """One round; a database that is down is for the next."""
        await self._run("drills", self._drills)

    async def digests(self) -> None:
        """One round."""
        await self._run("digests", tell_whose_shift_began)

    def _drills(self, session: Session) -> int:
        number = nightly_drill(session, self._settings, self._zone)
        if number is not None:
            log.info("nightly_drill", number=number)
        return end_drills(session)

    async def _run(self, name: str, work: Callable[[Session], int]) -> None:
        try:
            await self._database.run(work)
        except DatabaseDownError as error:
            log.warning("database_down", name=name, error=type(error).__name__)
