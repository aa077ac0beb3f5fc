"""Moves alarms whose time has come. Any number of these may run: each alarm is moved by one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from sqlalchemy import func, update
from sqlalchemy.orm import Session

from bot.database.session import Database
from bot.database.tables import Alarm, ResponderCall
from bot.escalation.guarding import Guarded
from bot.escalation.sweeping import sweep
from bot.settings import Settings
from bot.worker.loops import place_of

log = structlog.get_logger("worker")

# Who writes down that a page left, or that somebody took its case, waits for the alarm's lock until the sweep ends; a
# worker killed in a sweep has done none of it. So a sweep is short, and the next one follows at once.
_AT_ONCE = 10
_STUCK_PAUSE = timedelta(seconds=5)


class AlarmWorker:
    """One sweeper."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def work(self) -> bool:
        """One sweep. False when nothing was due."""
        return await self._database.run(lambda session: sweep(session, self._settings, alone, at_most=_AT_ONCE)) > 0


@contextmanager
def alone(session: Session, row: Guarded) -> Iterator[None]:
    """One alarm, call or hand-over that cannot be moved, for a fault of ours, is undone, logged and tried again in
    seconds: the others of the same sweep are moved, and it does not stand before them for ever."""
    table, row_id = type(row), row.id
    alarm_id = row.id if isinstance(row, Alarm) else row.alarm_id
    session.flush()  # what belongs to the rows before this one is not undone with it
    try:
        with session.begin_nested():
            yield
    except Exception as error:
        kind, name = table.__tablename__, type(error).__name__
        log.error("alarm_stuck", alarm_id=alarm_id, kind=kind, error=name, where=place_of(error))
        # Where the connection itself is gone, this fails as well, and so does the sweep.
        if issubclass(table, Alarm | ResponderCall):
            later = func.now() + _STUCK_PAUSE
            session.execute(update(table).where(table.id == row_id).values(next_action_at=later))
