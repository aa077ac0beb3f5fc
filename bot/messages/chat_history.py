"""Which messages can still be deleted from a reporter's chat, on both sides, and which of them are to be: all of an
erased conversation, and those of people who want their chat to empty itself. worker/chat_eraser.py deletes them.

A message can be deleted for 48 hours (https://core.telegram.org/bots/api#deletemessages); then its id is dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import Author, OutboxState
from bot.database.tables import ChatMessage, ContactPoint, Conversation, OutboxMessage
from bot.privacy.sealing import ServiceKeys, open_with, seal_with

CAN_BE_DELETED_FOR = timedelta(hours=48)
EMPTIED_AFTER = timedelta(hours=47)
OFFERED_AGAIN = "again:"
_OFFERED_AGAIN = "audience channel conversation_id author author_id body_sealed template arguments priority".split()
_LEASE = timedelta(minutes=2)  # longer than one call and its halves take; deleting twice would be harmless


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Messages of one chat that are to be deleted now."""

    conversation_id: UUID
    channel: str
    attempts: int
    rows: Mapping[int, str] = field(repr=False)  # row → id in the chat
    address: str = field(repr=False)


def note_received(
    session: Session,
    conversation_id: UUID,
    inbox_id: int,
    message_id: str | None,
    keys: ServiceKeys,
    *,
    at: datetime | None,
) -> None:
    """They wrote this in their chat, at `at` or now. Without an id it cannot be deleted, and nothing is noted."""
    if message_id is None:
        return
    row = ChatMessage(
        conversation_id=conversation_id, inbox_id=inbox_id, message_id_sealed=seal_with(keys.address, message_id)
    )
    if at is not None:
        row.at = at
    session.add(row)
    session.flush()


def note_sent(
    session: Session, row: OutboxMessage, message_ids: Iterable[str], address: str, keys: ServiceKeys
) -> None:
    """This was written into their chat. Nothing is noted of the last word of an erased conversation, which stays, or of
    a chat that they have left behind for another phone meanwhile."""
    message_ids = tuple(message_ids)
    if not message_ids or row.conversation_id is None or _is_last_word(session, row):
        return
    point = session.scalars(select(ContactPoint).where(ContactPoint.conversation_id == row.conversation_id)).one()
    if point.channel != row.channel or point.address_sealed is None:
        return
    if open_with(keys.address, point.address_sealed) != address:
        return
    for message_id in message_ids:
        sealed = seal_with(keys.address, message_id)
        session.add(ChatMessage(conversation_id=row.conversation_id, outbox_id=row.id, message_id_sealed=sealed))
    session.flush()


def _is_last_word(session: Session, row: OutboxMessage) -> bool:
    """A wipe takes the words out of every row but the one that tells of it."""
    kept = (
        select(OutboxMessage.id)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .where(OutboxMessage.id == row.id, OutboxMessage.body_sealed.is_not(None))
        .where(Conversation.wipe_asked_at.is_not(None))
    )
    return session.scalar(kept) is not None


def claim(session: Session, channels: Mapping[str, int], keys: ServiceKeys) -> Batch | None:
    """Lease the next messages of one chat that are to be deleted, no more than its channel takes at once (`channels`).
    None when there are none."""
    wanted = (
        select(ChatMessage.conversation_id, ContactPoint.channel, ContactPoint.address_sealed)
        .join(Conversation, Conversation.id == ChatMessage.conversation_id)
        .join(ContactPoint, ContactPoint.conversation_id == ChatMessage.conversation_id)
        .where(_to_be_deleted(), ContactPoint.channel.in_(list(channels)), ContactPoint.address_sealed.is_not(None))
        .order_by(ChatMessage.due_at)
        .limit(1)
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        return None
    conversation_id, channel, address_sealed = found
    assert address_sealed is not None
    rows = session.scalars(
        select(ChatMessage)
        .join(Conversation, Conversation.id == ChatMessage.conversation_id)
        .where(ChatMessage.conversation_id == conversation_id, _to_be_deleted())
        .order_by(ChatMessage.id)
        .limit(channels[channel])
        .with_for_update(skip_locked=True, of=ChatMessage)
    ).all()
    if not rows:
        return None
    for row in rows:
        row.due_at = database_now(session) + _LEASE
        row.attempts += 1
    return Batch(
        conversation_id=conversation_id,
        channel=channel,
        attempts=max(row.attempts for row in rows),
        rows={row.id: open_with(keys.address, row.message_id_sealed) for row in rows},
        address=open_with(keys.address, address_sealed),
    )


def _to_be_deleted() -> ColumnElement[bool]:
    """An erased conversation waits until nothing of it is on its way any more: the last word tells what is deleted."""
    on_its_way = exists().where(
        OutboxMessage.conversation_id == Conversation.id,
        OutboxMessage.state.in_([OutboxState.PENDING, OutboxState.SENDING]),
    )
    erased = and_(Conversation.wipe_asked_at.is_not(None), Conversation.wiped_at.is_(None), ~on_its_way)
    emptied = and_(Conversation.empties_chat, ChatMessage.at <= func.now() - EMPTIED_AFTER)
    return and_(
        ChatMessage.due_at <= func.now(),
        ChatMessage.at > func.now() - CAN_BE_DELETED_FOR,
        or_(erased, emptied, ChatMessage.at_once),
    )


def delete_since(session: Session, conversation_id: UUID, since: datetime) -> None:
    """What was written in this chat from `since` to now, by either side, holds a word that nobody else may read."""
    session.execute(
        update(ChatMessage)
        .where(ChatMessage.conversation_id == conversation_id, ChatMessage.at >= since)
        .values(at_once=True)
    )


def delete_received(session: Session, inbox_id: int) -> None:
    """This message of theirs is one."""
    session.execute(update(ChatMessage).where(ChatMessage.inbox_id == inbox_id).values(at_once=True))


def done(session: Session, batch: Batch) -> None:
    """They are deleted, or never can be: nothing is kept of them. A human's answer that may have been deleted unseen is
    offered again."""
    _offer_again(session, batch)
    session.execute(delete(ChatMessage).where(ChatMessage.id.in_(batch.rows)))


def _offer_again(session: Session, batch: Batch) -> None:
    """They have not written since this answer was sent: it is held, as a human's words, until they come back and say
    that it is safe, and goes out once more, never twice more."""
    unseen = session.scalars(
        select(OutboxMessage)
        .join(ChatMessage, ChatMessage.outbox_id == OutboxMessage.id)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .where(ChatMessage.id.in_(batch.rows), Conversation.wipe_asked_at.is_(None))
        .where(OutboxMessage.author == Author.STAFF, OutboxMessage.key.not_like(f"{OFFERED_AGAIN}%"))
        .where(OutboxMessage.sent_at > Conversation.last_word_at)
        .order_by(OutboxMessage.id)
    ).unique()
    for row in unseen:
        again = {name: getattr(row, name) for name in _OFFERED_AGAIN}
        again |= {"key": f"{OFFERED_AGAIN}{row.id}", "state": OutboxState.HELD}
        session.execute(insert(OutboxMessage).values(again).on_conflict_do_nothing())


def put_back(session: Session, batch: Batch, pause: timedelta) -> None:
    """To be tried again after `pause`."""
    due_at = database_now(session) + pause
    session.execute(update(ChatMessage).where(ChatMessage.id.in_(batch.rows)).values(due_at=due_at))


def forget(session: Session, conversation_id: UUID) -> None:
    """Nothing of this chat can be deleted any more."""
    session.execute(delete(ChatMessage).where(ChatMessage.conversation_id == conversation_id))


def forget_old(session: Session) -> None:
    """What can no longer be deleted is not kept."""
    session.execute(delete(ChatMessage).where(ChatMessage.at <= func.now() - CAN_BE_DELETED_FOR))


def bring_along(session: Session, inbox_ids: Collection[int], conversation_id: UUID) -> None:
    """These received messages are another conversation's now."""
    session.execute(
        update(ChatMessage).where(ChatMessage.inbox_id.in_(inbox_ids)).values(conversation_id=conversation_id)
    )


def change_chats(session: Session, left_id: UUID, target_id: UUID) -> None:
    """The chat of `left` is the one in which `target` goes on; its old one is left behind with its phone."""
    forget(session, target_id)
    session.execute(update(ChatMessage).where(ChatMessage.conversation_id == left_id).values(conversation_id=target_id))
