"""What staff see of somebody's cover, and the one thing they can do about it. The words themselves are nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.states import Safety
from bot.database.tables import AuditEntry, Conversation, Report
from bot.messages.check_ins import last_check_in
from bot.messages.cover import cover_of
from bot.reports.queue_cards import CaseNotFoundError
from bot.reports.report_store import lock_conversation


@dataclass(frozen=True, kw_only=True)
class CoverView:
    """`words` when they chose a safe word; `closed_by` why only it opens the conversation now; `check_in` the state of
    the newest one, and by when its word is, or was, expected."""

    words: bool = False
    closed_by: str | None = None
    check_in: str | None = None
    expected_at: datetime | None = None


def cover_view(session: Session, conversation: Conversation) -> CoverView:
    """As it is now."""
    row, check_in = cover_of(session, conversation.id), last_check_in(session, conversation.id)
    return CoverView(
        words=row is not None and row.safe_word_hash is not None,
        closed_by=row.closed_by.value if row is not None and row.closed_by is not None else None,
        check_in=check_in.state.value if check_in is not None else None,
        expected_at=check_in.expected_at if check_in is not None else None,
    )


def lift_cover(session: Session, number: int, *, staff_id: int) -> bool:
    """A named human is sure who writes there, and that the word is forgotten: both words are dropped, and the next
    message brings the safe question, as for anybody. False when there were none. CaseNotFoundError."""
    report = session.scalar(select(Report).where(Report.number == number))
    if report is None:
        raise CaseNotFoundError("no such case")
    conversation = lock_conversation(session, report.conversation_id)
    row = cover_of(session, conversation.id)
    if row is None or row.safe_word_hash is None:
        return False
    row.safe_word_hash = row.duress_word_hash = row.closed_by = row.asking = None
    conversation.safety = Safety.RETURNED
    session.add(AuditEntry(staff_id=staff_id, action="lifted_cover", report_id=report.id))
    session.flush()
    return True
