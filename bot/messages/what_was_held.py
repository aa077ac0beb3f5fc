"""What was held, once it is safe. What people wrote goes at once. Of what the bot and the system have to tell,
questions are out of date, and of several truths about a case only the latest is one; the rest goes with turns that have
room for it.

In a window that they named goes less: what people wrote, else the latest truth, and nothing of the bot's."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from bot.database.session import wake
from bot.database.states import Author, OutboxState, Safety
from bot.database.tables import ContactPoint, Conversation, OutboxMessage
from bot.messages.chat_history import OFFERED_AGAIN
from bot.messages.holding import HoldRules
from bot.messages.outbox import ASKS
from bot.messages.safe_windows import is_held

_OF_MACHINES = (Author.BOT, Author.SYSTEM)
_LEAVING = (OutboxState.PENDING, OutboxState.SENDING)
_GONE = (*_LEAVING, OutboxState.SENT, OutboxState.DELIVERED, OutboxState.UNCERTAIN)


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


def release_in_a_window(session: Session, rules: HoldRules) -> bool:
    """What is held for one person whose window is open now is due, as far as it may go. False when there is nobody.
    Several of these may run: each conversation is looked at under its lock, and what was let go is held no more."""
    for conversation_id in _perhaps_in_their_window(session, rules):
        conversation = session.scalar(
            select(Conversation)
            .where(Conversation.id == conversation_id)
            .with_for_update(key_share=True, skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if conversation is None:
            continue  # being changed right now; the next round looks again
        point = session.scalars(
            select(ContactPoint)
            .where(ContactPoint.conversation_id == conversation_id)
            .execution_options(populate_existing=True)
        ).one()
        if not is_held(session, conversation, point, rules) and _let_go_unasked(session, conversation_id):
            wake(session, "outbox")
            return True
    return False


def _perhaps_in_their_window(session: Session, rules: HoldRules) -> Sequence[UUID]:
    """Everybody for whom something is held that may go unasked, and who could have a window that counts."""
    rows = (
        select(Conversation.id)
        .join(ContactPoint, ContactPoint.conversation_id == Conversation.id)
        .join(OutboxMessage, OutboxMessage.conversation_id == Conversation.id)
        .where(OutboxMessage.state == OutboxState.HELD, OutboxMessage.author.in_([Author.STAFF, Author.SYSTEM]))
        .where(OutboxMessage.inbox_id.is_(None), OutboxMessage.key.not_like(f"{OFFERED_AGAIN}%"))
        .where(ContactPoint.safe_zone.is_not(None), Conversation.safety == Safety.SAFE)
        .where(Conversation.last_word_at >= func.now() - rules.window_kept_for)
        .group_by(Conversation.id)
        .order_by(func.min(OutboxMessage.id))
    )
    return session.scalars(rows).all()


def _let_go_unasked(session: Session, conversation_id: UUID) -> bool:
    """What people wrote, in its order; with nothing of that, the latest truth, unless a human has written since: then
    it has nothing to add. What is offered again after it left their chat waits for their own word, as ever."""
    theirs = select(OutboxMessage).where(OutboxMessage.conversation_id == conversation_id)
    held = theirs.where(OutboxMessage.state == OutboxState.HELD, OutboxMessage.inbox_id.is_(None))
    humans = session.scalars(
        held.where(OutboxMessage.author == Author.STAFF, OutboxMessage.key.not_like(f"{OFFERED_AGAIN}%"))
    ).all()
    for row in humans:
        row.state, row.due_at = OutboxState.PENDING, func.now()
    if humans:
        session.flush()
        return True
    if session.scalars(theirs.where(OutboxMessage.state.in_(_LEAVING)).limit(1)).first() is not None:
        return False
    truths = session.scalars(held.where(OutboxMessage.author == Author.SYSTEM).order_by(OutboxMessage.id)).all()
    if not truths:
        return False
    *older, latest = truths
    since = theirs.where(OutboxMessage.author == Author.STAFF, OutboxMessage.id > latest.id)
    if session.scalars(since.where(OutboxMessage.state.in_(_GONE)).limit(1)).first() is not None:
        return False
    for row in older:
        row.state = OutboxState.CANCELLED
    latest.state, latest.due_at = OutboxState.PENDING, func.now()
    session.flush()
    return True
