"""The duress word: somebody makes the person write, and reads what comes back. People are woken at the door, and from
then on nothing but the neutral line reaches the phone, until the safe word, the return code or a named human."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.case_marks import marks_at_the_door
from bot.database.states import ClosedBy, Safety
from bot.database.tables import Conversation, InboxMessage
from bot.escalation.alarms import raise_alarm
from bot.messages import inbox
from bot.messages.cover import OwnWord, close, own_word_in
from bot.messages.inbox import Claimed, Stored
from bot.messages.message import InboundMessage, MessageKind
from bot.messages.return_codes import erase_words_with_code
from bot.messages.safe_windows import forget_window
from bot.privacy.sealing import ServiceKeys
from bot.reports.report_store import lock_conversation, open_report, raise_urgency
from bot.reports.urgency import Urgency
from bot.settings import Settings

DURESS = "duress_word"  # the reason that staff see


def hear_duress(
    session: Session,
    stored: Stored,
    message: InboundMessage,
    readings: Iterable[str],
    *,
    keys: ServiceKeys,
    settings: Settings,
) -> None:
    """At the door: when the whole message is the duress word of its conversation, people are woken before it is
    acknowledged to a provider."""
    if message.kind is not MessageKind.TEXT or stored.conversation_id is None:
        return
    if own_word_in(session, stored.conversation_id, readings, keys) is OwnWord.DURESS:
        inbox.mark_urgent(session, stored, reason=DURESS)
        sound_duress(session, stored.conversation_id, keys=keys, settings=settings)


def sound_duress(session: Session, conversation_id: UUID, *, keys: ServiceKeys, settings: Settings) -> None:
    """Alarm, once more for an alarm that somebody has taken; and the phone falls dull."""
    conversation = lock_conversation(session, conversation_id)
    report = open_report(session, conversation)
    raise_urgency(report, Urgency.CRITICAL, [DURESS])
    marks = marks_at_the_door(report, conversation, keys)
    raise_alarm(session, report, Urgency.CRITICAL, DURESS, settings, anew=True, about=marks)
    fall_dull(session, conversation)


def fall_dull(session: Session, conversation: Conversation) -> None:
    """Whatever was about to leave for a locked conversation stays: what waits is held, what the bot has written is
    cancelled, a code that was asked for is not told."""
    close(session, conversation.id, ClosedBy.DURESS)
    erase_words_with_code(session, conversation.id)
    conversation.safety = Safety.UNSAFE
    forget_window(session, conversation.id)  # named, perhaps, by whoever makes them write
    conversation.version += 1
    session.flush()


def duress_follows(session: Session, claimed: Claimed) -> bool:
    """Whether the duress word has come through the door since: then nothing that was written before it opens."""
    later = select(InboxMessage.id).where(
        InboxMessage.conversation_id == claimed.conversation_id,
        InboxMessage.id > claimed.id,
        InboxMessage.floor_reasons.contains([DURESS]),
    )
    return session.scalar(later.limit(1)) is not None
