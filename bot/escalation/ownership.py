"""Who speaks with a reporter: the bot, or one named human. The version that every bot reply carries is raised at each
change, so that a reply written for the bot's turn is cancelled when a human has begun to speak."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.states import Author, OutboxState
from bot.database.tables import AuditEntry, Conversation, OutboxMessage, Report


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


def bot_spoke_last(session: Session, conversation_id: UUID) -> bool:
    """Whether the last words to this reporter were the bot's: a "yes" then answers its question, not a human's."""
    last = (
        select(OutboxMessage.author)
        .where(OutboxMessage.conversation_id == conversation_id, OutboxMessage.state != OutboxState.CANCELLED)
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    return session.scalar(last) is Author.BOT
