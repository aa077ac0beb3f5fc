"""A conversation moves to the phone that wrote its return code. Each conversation keeps exactly one contact point: the
address of the new phone is put into that of the conversation it comes back to, and the old phone's address is
forgotten, so that nothing more goes there, and what comes from there begins afresh."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.conversation.received_files import note_signs
from bot.conversation.turn import Rooms
from bot.database.states import InboxState, OutboxState
from bot.database.tables import ContactPoint, Conversation, InboxMessage, OutboxMessage, Report
from bot.messages import attachments, chat_history
from bot.messages.check_ins import bring_check_ins
from bot.messages.contacts import find_or_begin, note_word
from bot.messages.cover import forget_cover
from bot.messages.inbox import Claimed
from bot.messages.return_codes import erase_words_with_code, forget_last_four
from bot.messages.safe_windows import forget_window
from bot.privacy.sealing import ConversationOpener, ServiceKeys, open_with, seal_to
from bot.reports.report_store import record_facts

CONTINUES = "continues"  # the fact by which staff find the case that a sender had before


def move_here(session: Session, left: Conversation, target: Conversation, claimed: Claimed, rooms: Rooms) -> None:
    """Whoever wrote `claimed` in `left` goes on in `target`; both are locked. What they wrote before in `left` stays a
    case of its own."""
    old_phone = _change_phones(session, left, target)
    _give_the_old_phone_its_own_words(session, target, old_phone, rooms)
    chat_history.change_chats(session, left.id, target.id)
    _bring_later_messages(session, left, target, claimed, rooms.keys)
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.conversation_id == left.id)
        .where(OutboxMessage.state.in_([OutboxState.PENDING, OutboxState.HELD]))
        .values(state=OutboxState.CANCELLED)
    )
    erase_words_with_code(session, target.id)
    forget_last_four(session, target.id)
    bring_check_ins(session, left.id, target.id)
    forget_cover(session, left.id)  # its words were for a conversation that nobody writes in any more
    left.continued_in, target.continued_in = target.id, None
    left.version += 1
    session.flush()
    note_signs(session, target, left.signs)
    note_signs(session, left, target.signs)
    _note_for_staff(session, left, target, rooms.keys)
    session.flush()


def _change_phones(session: Session, left: Conversation, target: Conversation) -> tuple[str, bytes | None]:
    """The channel and the sealed address of the phone that is left behind."""
    here, there = (
        session.scalars(select(ContactPoint).where(ContactPoint.conversation_id == each.id)).one()
        for each in (left, target)
    )
    old_phone = (there.channel, there.address_sealed)
    new = {"channel": here.channel, "address_hash": here.address_hash, "address_sealed": here.address_sealed}
    here.address_hash = here.address_sealed = None
    session.flush()  # no address is twice in the table, not even for a moment
    for name, value in new.items():
        setattr(there, name, value)
    there.opted_out_at = there.broken_reason = None
    for each in (left, target):
        forget_window(session, each.id)  # it was named on another phone
    session.flush()
    return old_phone


def _pending(session: Session, conversation: Conversation, *, after: int = 0) -> Sequence[InboxMessage]:
    return session.scalars(
        select(InboxMessage)
        .where(InboxMessage.conversation_id == conversation.id, InboxMessage.state == InboxState.PENDING)
        .where(InboxMessage.id > after)
        .order_by(InboxMessage.id)
    ).all()


def _give_the_old_phone_its_own_words(
    session: Session, target: Conversation, old_phone: tuple[str, bytes | None], rooms: Rooms
) -> None:
    """What the old phone wrote and nobody has handled yet begins a conversation of its own: its "yes, it is safe" says
    nothing about the new phone. Alarms, if any, were raised at the door; a worker that has one loses its lease."""
    waiting = _pending(session, target)
    channel, address_sealed = old_phone
    if not waiting or address_sealed is None:
        return
    address = open_with(rooms.keys.address, address_sealed)
    fresh = find_or_begin(session, channel=channel, address=address, keys=rooms.keys)
    _hand_over(session, waiting, target, session.get_one(Conversation, fresh.conversation_id), rooms.keys)
    note_word(session, fresh.conversation_id, waiting[-1].received_at, rooms.settings.hold_after)


def _bring_later_messages(
    session: Session, left: Conversation, target: Conversation, claimed: Claimed, keys: ServiceKeys
) -> None:
    """The message with the code, without its text, and what the same phone wrote since: handled where they are now."""
    _hand_over(session, _pending(session, left, after=claimed.id), left, target, keys)
    session.execute(update(InboxMessage).where(InboxMessage.id == claimed.id).values(conversation_id=target.id))


def _hand_over(
    session: Session, rows: Sequence[InboxMessage], source: Conversation, target: Conversation, keys: ServiceKeys
) -> None:
    assert source.private_key_wrapped is not None
    opener = ConversationOpener(keys, source.private_key_wrapped)
    for row in rows:
        if row.text_sealed is not None:
            row.text_sealed = seal_to(target.public_key, opener.open(row.text_sealed))
        row.conversation_id = target.id
        row.lease_until = row.lease_token = None
    session.flush()
    chat_history.bring_along(session, [row.id for row in rows], target.id)
    attachments.bring_along(session, [row.id for row in rows], opener, target)


def _note_for_staff(session: Session, left: Conversation, target: Conversation, keys: ServiceKeys) -> None:
    report, earlier = (
        session.scalars(
            select(Report).where(Report.conversation_id == each.id).order_by(Report.id.desc()).limit(1)
        ).one_or_none()
        for each in (left, target)
    )
    if report is None or earlier is None:
        return
    assert left.private_key_wrapped is not None
    opener = ConversationOpener(keys, left.private_key_wrapped)
    record_facts(report, {CONTINUES: str(earlier.number)}, conversation=left, opener=opener)
