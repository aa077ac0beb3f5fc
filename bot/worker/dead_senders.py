"""Takes pages back from processes that died with them. A lease would do it as well, after twenty seconds in which a
phone stays silent; PostgreSQL knows of a killed process at once (bot/database/presence.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import structlog
from sqlalchemy.orm import Session

from bot.database.presence import living
from bot.database.session import Database
from bot.errors import DatabaseDownError
from bot.messages.outbox_claims import holders_of_pages, take_back

log = structlog.get_logger("worker")

INTERVAL = timedelta(seconds=0.5)
# A process that lives and only lost its connection has a new one by then, and its pages do not ring twice.
_GONE_FOR_SECONDS = 1.2


class DeadSenders:
    """One per process."""

    def __init__(self, database: Database, steady: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._steady = steady
        self._missed_since: dict[int, float] = {}

    async def look(self) -> None:
        """Who holds pages and is not there is remembered; who was not there for a while has them taken away. A database
        that is down is for the next look, and whoever was missing then may only have lost it as we did."""
        try:
            taken = await self._database.run(self._look)
        except DatabaseDownError as error:
            self._missed_since.clear()
            log.warning("database_down", name="dead_senders", error=type(error).__name__)
            return
        if taken:
            log.warning("pages_taken_back", count=taken)

    def _look(self, session: Session) -> int:
        holders, now = holders_of_pages(session), self._steady()
        missing = holders - living(session) if holders else frozenset[int]()
        self._missed_since = {each: self._missed_since.get(each, now) for each in missing}
        gone = {each for each, since in self._missed_since.items() if now - since >= _GONE_FOR_SECONDS}
        return take_back(session, gone) if gone else 0
