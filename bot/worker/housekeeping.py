"""Small duties at intervals: leases of dead workers, wiped conversations whose last word has left, wrong return codes
that no longer count, messages too old to be deleted from their chat, files of long-closed cases, old sessions."""

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
from bot.messages.attachments import erase_files
from bot.messages.chat_history import forget_old
from bot.messages.outbox_claims import recover_expired_leases
from bot.messages.return_codes import forget_old_tries
from bot.reports.file_retention import of_a_case_closed_for

log = structlog.get_logger("worker")

SESSION_IDLE = timedelta(minutes=30)


class Housekeeping:
    """`harmless_repeats` names the channels whose provider recognises a message it already has; `files_kept_for` is how
    long files outlive the closing of their case."""

    def __init__(
        self, database: Database, harmless_repeats: Collection[str], files_kept_for: timedelta = timedelta(days=90)
    ) -> None:
        self._database = database
        self._files_kept_for = files_kept_for
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
        erase_files(session, of_a_case_closed_for(self._files_kept_for))
        session.execute(delete(StaffSession).where(StaffSession.last_seen_at < func.now() - SESSION_IDLE))
