"""Wipe: end and erase, on the reporter's word. Words, facts and state go at once; the address goes when the last
word has left, and with it the key, so that nothing left over anywhere can be opened. What stays: the report's number,
its urgency with the coded reasons, and an open alarm, which only a human closes."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from bot.database.states import InboxState, OutboxState
from bot.database.tables import ChatMessage, ContactPoint, Conversation, InboxMessage, OutboxMessage, Report
from bot.messages import attachments, chat_history
from bot.messages.check_ins import forget_check_ins
from bot.messages.contacts import find_or_begin
from bot.messages.cover import forget_cover
from bot.messages.return_codes import forget_code
from bot.messages.safe_windows import forget_window
from bot.privacy.sealing import ConversationOpener, ServiceKeys, open_with, seal_to
from bot.reports.choices import end_releases_of_erased
from bot.reports.report_store import lock_conversation

_CHAT_IS_WAITED_FOR = timedelta(hours=1)
_UNSENT = (OutboxState.PENDING, OutboxState.HELD, OutboxState.UNCERTAIN)


def wipe_conversation(
    session: Session, conversation: Conversation, opener: ConversationOpener, keys: ServiceKeys, *, keep_reply_to: int
) -> None:
    """Erase a locked conversation, but for the reply to inbox row `keep_reply_to`: the last word."""
    others = (OutboxMessage.conversation_id == conversation.id, OutboxMessage.inbox_id.is_distinct_from(keep_reply_to))
    session.execute(
        update(OutboxMessage).where(*others, OutboxMessage.state.in_(_UNSENT)).values(state=OutboxState.CANCELLED)
    )
    session.execute(update(OutboxMessage).where(*others).values(body_sealed=None))
    _give_later_messages_a_new_conversation(session, conversation, opener, keys, after=keep_reply_to)
    session.execute(
        update(InboxMessage)
        .where(InboxMessage.conversation_id == conversation.id)
        .values(text_sealed=None, callback_sealed=None)
    )
    session.execute(update(Report).where(Report.conversation_id == conversation.id).values(facts_sealed=None))
    end_releases_of_erased(session, conversation)
    attachments.erase_files_of(session, conversation.id)
    forget_code(session, conversation.id)
    forget_cover(session, conversation.id)
    forget_window(session, conversation.id)
    forget_check_ins(session, conversation.id)
    conversation.state_sealed = None
    conversation.wipe_asked_at = func.now()
    _wipe_what_it_left_behind(session, conversation, keys, keep_reply_to=keep_reply_to)


def _wipe_what_it_left_behind(
    session: Session, conversation: Conversation, keys: ServiceKeys, *, keep_reply_to: int
) -> None:
    """What the same phone had written before it went on here by a return code: nobody else could ever ask for that."""
    left = select(Conversation.id).where(
        Conversation.continued_in == conversation.id, Conversation.wipe_asked_at.is_(None)
    )
    for conversation_id in session.scalars(left).all():
        earlier = lock_conversation(session, conversation_id)
        assert earlier.private_key_wrapped is not None
        opener = ConversationOpener(keys, earlier.private_key_wrapped)
        wipe_conversation(session, earlier, opener, keys, keep_reply_to=keep_reply_to)


def _give_later_messages_a_new_conversation(
    session: Session, conversation: Conversation, opener: ConversationOpener, keys: ServiceKeys, *, after: int
) -> None:
    """The address is forgotten here and now; what came in after the word to erase begins a conversation of its own."""
    point = session.scalars(select(ContactPoint).where(ContactPoint.conversation_id == conversation.id)).one()
    point.address_hash = None
    session.flush()
    later = session.scalars(
        select(InboxMessage)
        .where(InboxMessage.conversation_id == conversation.id, InboxMessage.state == InboxState.PENDING)
        .where(InboxMessage.id > after)
        .order_by(InboxMessage.id)
    ).all()
    if not later or point.address_sealed is None:
        return
    address = open_with(keys.address, point.address_sealed)
    fresh = find_or_begin(session, channel=point.channel, address=address, keys=keys)
    for row in later:
        words = opener.open(row.text_sealed) if row.text_sealed is not None else ""
        row.conversation_id = fresh.conversation_id
        row.text_sealed = seal_to(fresh.public_key, words)
    session.flush()
    chat_history.bring_along(session, [row.id for row in later], fresh.conversation_id)
    target = session.get_one(Conversation, fresh.conversation_id)
    attachments.bring_along(session, [row.id for row in later], opener, target)


def finish_wipe(session: Session, conversation_id: UUID) -> bool:
    """Destroy the keys and the address once nothing is left to be sent, or to be deleted from the chat or at a
    provider. False while something still is."""
    open_rows = select(OutboxMessage.id).where(
        OutboxMessage.conversation_id == conversation_id,
        OutboxMessage.state.in_([OutboxState.PENDING, OutboxState.SENDING]),
    )
    if session.scalar(open_rows.limit(1)) is not None:
        return False
    if session.scalar(select(Conversation.id).where(Conversation.id == conversation_id, _waits_for_its_chat())):
        return False
    chat_history.forget(session, conversation_id)
    attachments.forget_files(session, conversation_id)
    session.execute(
        update(OutboxMessage).where(OutboxMessage.conversation_id == conversation_id).values(body_sealed=None)
    )
    session.execute(
        update(ContactPoint).where(ContactPoint.conversation_id == conversation_id).values(address_sealed=None)
    )
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.wiped_at.is_(None))
        .values(private_key_wrapped=None, wiped_at=func.now())
    )
    return True


def conversations_to_finish(session: Session) -> list[UUID]:
    """Wiped conversations whose keys are still there, and whose chat is done with."""
    rows = select(Conversation.id).where(Conversation.wipe_asked_at.is_not(None), Conversation.wiped_at.is_(None))
    return list(session.scalars(rows.where(~_waits_for_its_chat()).limit(50)))


def _waits_for_its_chat() -> ColumnElement[bool]:
    """Its messages and files can only be deleted elsewhere while address and handles are there; but a provider that
    fails must not keep them there."""
    left = or_(exists().where(ChatMessage.conversation_id == Conversation.id), attachments.copies_at_provider())
    return and_(left, Conversation.wipe_asked_at > func.now() - _CHAT_IS_WAITED_FOR)
