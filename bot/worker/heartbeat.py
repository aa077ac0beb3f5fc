"""Every process whose loops run says so in a row, every two seconds, with the schema it knows; and says once, in the
log, that it stands still because the schema is another (the claims themselves ask, bot/database/schema_gate.py)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.database.schema_gate import known_version, schema_found
from bot.database.session import Database
from bot.database.tables import EngineHeartbeat
from bot.errors import DatabaseDownError

log = structlog.get_logger("worker")

INTERVAL = timedelta(seconds=2)
_KEPT_FOR = timedelta(days=1)


class Heartbeat:
    """One process's."""

    def __init__(self, database: Database, process_id: UUID) -> None:
        self._database = database
        self._process_id = process_id
        self._gated = False

    async def beat(self) -> None:
        """One row, renewed; a database that is down is for the next beat."""
        try:
            found = await self._database.run(self._beat)
        except DatabaseDownError as error:
            log.warning("database_down", name="heartbeat", error=type(error).__name__)
            return
        self._say_once(found)

    def _beat(self, session: Session) -> str | None:
        """A process that may not work is not counted among those that do: its row grows old."""
        found = schema_found(session)
        if found == known_version():
            row = insert(EngineHeartbeat).values(process_id=self._process_id, schema_version=known_version())
            session.execute(row.on_conflict_do_update(index_elements=["process_id"], set_={"seen_at": func.now()}))
        session.execute(delete(EngineHeartbeat).where(EngineHeartbeat.seen_at < func.now() - _KEPT_FOR))
        return found

    def _say_once(self, found: str | None) -> None:
        gated = found != known_version()
        if gated and not self._gated:
            log.error("schema_is_another", version=found)
        elif self._gated and not gated:
            log.info("schema_fits_again", version=found)
        self._gated = gated
