"""Who speaks with a reporter: the bot, or one named human. The version that every bot reply carries is raised at each
change, so that a reply written for the bot's turn is cancelled when a human has begun to speak."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.database.tables import AuditEntry, Conversation, Report


def take_over(session: Session, conversation: Conversation, report: Report, *, staff_id: int) -> None:
    """From now on this human speaks, and the bot is silent. `conversation` is locked by the caller."""
    if conversation.owner_id != staff_id:
        conversation.owner_id = staff_id
        conversation.version += 1
        session.add(AuditEntry(staff_id=staff_id, action="took_over", report_id=report.id))


def give_back(session: Session, conversation: Conversation, report: Report, *, staff_id: int) -> None:
    """The bot answers again."""
    if conversation.owner_id is not None:
        conversation.owner_id = None
        conversation.version += 1
        session.add(AuditEntry(staff_id=staff_id, action="gave_back", report_id=report.id))
