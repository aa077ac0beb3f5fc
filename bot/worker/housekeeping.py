"""Small duties at intervals: leases of dead workers, wiped conversations whose last word has left, wrong return codes
that no longer count, messages too old to be deleted from their chat, old sessions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import structlog
from sqlalchemy import delete, func
from sqlalchemy.orm import Session

from bot.conversation.wipe import conversations_to_finish, finish_wipe
from bot.database.session import Database
from bot.database.tables import StaffSession
from bot.errors import DatabaseDownError
from bot.messages.chat_history import forget_old
from bot.messages.outbox import recover_expired_leases
from bot.messages.return_codes import forget_old_tries

log = structlog.get_logger("worker")

SESSION_IDLE = timedelta(minutes=30)


class Housekeeping:
    """`harmless_repeats` names the channels whose provider recognises a message it already has."""

    def __init__(self, database: Database, harmless_repeats: Collection[str]) -> None:
        self._database = database
        self._harmless_repeats = harmless_repeats

    async def tidy(self) -> None:
        """One round; a database that is down is for the next round."""
        try:
            await self._database.run(self._tidy)
        except DatabaseDownError as error:
            log.warning("database_down", name="housekeeping", error=type(error).__name__)

    def _tidy(self, session: Session) -> None:
        recover_expired_leases(session, harmless_repeats=self._harmless_repeats)
        for conversation_id in conversations_to_finish(session):
            finish_wipe(session, conversation_id)
        forget_old_tries(session)
        forget_old(session)
        session.execute(delete(StaffSession).where(StaffSession.last_seen_at < func.now() - SESSION_IDLE))
