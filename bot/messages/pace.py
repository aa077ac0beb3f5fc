"""How fast one sender is answered, and who is handled next. Whoever writes very much is answered more slowly, never
not at all: each message is stored, read by the floor and paged at the door, whatever stands here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from bot.database.states import Author, InboxState
from bot.database.tables import InboxMessage, OutboxMessage

MANY = 20
WITHIN = timedelta(minutes=1)  # more than `many` messages in this time are slowed
PAUSE = timedelta(seconds=10)  # a slowed message is handled this much later: what comes meanwhile is answered with it
ONE_ANSWER_IN = timedelta(seconds=30)  # while more of theirs is waiting, they are answered once in this time
APART = timedelta(seconds=10)  # each waiting message of one sender stands this far behind the one before it


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a message stands among all that wait. `slowed` is not handled before `due_at`."""

    place_at: datetime
    due_at: datetime
    slowed: bool


def place_of(
    session: Session, conversation_id: UUID, *, urgency: str | None, received_at: datetime, now: datetime, many: int
) -> Place:
    """The place of a message that is about to be stored; its conversation is locked. Messages are handled by their
    place, so a thousand of one sender let everybody else through between them. `urgency` is what the floor found: a
    new cry is never slowed, the same one again in the middle of very many is."""
    recent = session.execute(
        select(InboxMessage.received_at, InboxMessage.state, InboxMessage.place_at, InboxMessage.floor_urgency)
        .where(InboxMessage.conversation_id == conversation_id)
        .order_by(InboxMessage.id.desc())
        .limit(many)
    ).all()
    waiting = recent and recent[0].state is InboxState.PENDING  # in order: if any of theirs waits, the last one does
    very_many = len(recent) == many and recent[-1].received_at > received_at - WITHIN
    new_cry = urgency is not None and urgency not in {each.floor_urgency for each in recent}
    slowed = bool(very_many and not new_cry)
    return Place(
        place_at=max(now, recent[0].place_at + APART) if waiting else now,
        due_at=now + PAUSE if slowed else now,
        slowed=slowed,
    )


def answered_with_a_later_one(
    session: Session, conversation_id: UUID, inbox_id: int, *, received_at: datetime, many: int
) -> bool:
    """Whether this message needs no answer of its own: it is one of very many, later ones wait, and they were answered
    a moment ago. What it tells counts all the same."""
    theirs = select(InboxMessage.received_at).where(InboxMessage.conversation_id == conversation_id)
    nth = theirs.where(InboxMessage.id < inbox_id).order_by(InboxMessage.id.desc()).offset(many - 1).limit(1)
    earlier = session.scalar(nth)
    if earlier is None or earlier <= received_at - WITHIN:
        return False
    later = exists().where(
        InboxMessage.conversation_id == conversation_id,
        InboxMessage.id > inbox_id,
        InboxMessage.state == InboxState.PENDING,
    )
    answered = exists().where(
        OutboxMessage.conversation_id == conversation_id,
        OutboxMessage.author == Author.BOT,
        OutboxMessage.created_at > func.now() - ONE_ANSWER_IN,
    )
    return bool(session.scalar(select(later & answered)))
