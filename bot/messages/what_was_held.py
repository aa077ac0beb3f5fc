"""What was held, once it is safe. What people wrote goes at once. Of what the bot and the system have to tell,
questions are out of date, and of several truths about a case only the latest is one; the rest goes with turns that have
room for it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from bot.database.session import wake
from bot.database.states import Author, OutboxState
from bot.database.tables import Conversation, OutboxMessage
from bot.messages.outbox import ASKS

_OF_MACHINES = (Author.BOT, Author.SYSTEM)


def release_held(session: Session, conversation_id: UUID) -> None:
    """The reporter said that it is safe. The conversation is locked."""
    theirs = update(OutboxMessage).where(OutboxMessage.conversation_id == conversation_id)
    held = theirs.where(OutboxMessage.state == OutboxState.HELD)
    session.execute(
        held.where(OutboxMessage.author == Author.STAFF).values(state=OutboxState.PENDING, due_at=func.now())
    )
    bots = held.where(OutboxMessage.author == Author.BOT).values(state=OutboxState.CANCELLED)
    session.execute(bots.where(OutboxMessage.arguments[ASKS].as_boolean()))
    session.execute(bots.where(OutboxMessage.expect_version != _version_of(conversation_id)))  # it would never leave
    latest = session.scalar(
        select(func.max(OutboxMessage.id))
        .where(OutboxMessage.conversation_id == conversation_id, OutboxMessage.author == Author.SYSTEM)
        .where(OutboxMessage.state.in_([OutboxState.PENDING, OutboxState.HELD]))
    )
    if latest is not None:  # also what no worker has looked at yet
        truths = theirs.where(OutboxMessage.author == Author.SYSTEM)
        unsent = truths.where(OutboxMessage.state.in_([OutboxState.PENDING, OutboxState.HELD]))
        session.execute(unsent.where(OutboxMessage.id != latest).values(state=OutboxState.CANCELLED))
        session.execute(unsent.where(OutboxMessage.id == latest).values(state=OutboxState.HELD))
    wake(session, "outbox")


def _version_of(conversation_id: UUID) -> ScalarSelect[int]:
    return select(Conversation.version).where(Conversation.id == conversation_id).scalar_subquery()


def something_waits(session: Session, conversation_id: UUID) -> bool:
    """Whether the bot or the system still has something to tell that was held."""
    return _first_that_waits(session, conversation_id) is not None


def let_one_go(session: Session, conversation_id: UUID) -> None:
    """The oldest of it goes, before whatever is written next. The conversation is locked, and it is safe there."""
    first = _first_that_waits(session, conversation_id)
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == first, OutboxMessage.state == OutboxState.HELD)
        .values(state=OutboxState.PENDING, due_at=func.now())
    )
    wake(session, "outbox")


def _first_that_waits(session: Session, conversation_id: UUID) -> int | None:
    return session.scalar(
        select(func.min(OutboxMessage.id))
        .where(OutboxMessage.conversation_id == conversation_id, OutboxMessage.state == OutboxState.HELD)
        .where(OutboxMessage.author.in_(_OF_MACHINES))
    )
