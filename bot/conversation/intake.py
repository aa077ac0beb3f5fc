"""The way in, shared by webhooks, polling and spool: the urgency floor reads the message, the message is stored, and
an urgent one has its alarm and first page in the same transaction, before anything is acknowledged to a provider.

Why at the door and not with the turn: docs/decisions/0003-alarm-at-the-door.md."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.clock import utc_now
from bot.conversation.case_marks import marks_at_the_door
from bot.conversation.duress import hear_duress
from bot.conversation.languages import hear
from bot.conversation.received_files import take_files
from bot.database.session import database_now
from bot.database.tables import OutboxMessage
from bot.escalation.alarms import raise_alarm
from bot.escalation.broken_contacts import mark_broken
from bot.escalation.pages import page_undeliverable
from bot.escalation.replies import parse_reply
from bot.messages import inbox
from bot.messages.bundling import fail_bundled, pages_named_in
from bot.messages.chat_history import note_received
from bot.messages.contacts import note_word
from bot.messages.inbox import DoorVerdict
from bot.messages.message import InboundMessage, Receipt, ReceiptState
from bot.messages.normalising import Reading, read
from bot.messages.receipts import record_receipt
from bot.privacy.sealing import ServiceKeys
from bot.reports.report_store import lock_conversation, open_report, raise_urgency
from bot.reports.safeguarding import Sign, signs_in_words, signs_of_triggers
from bot.reports.urgency import Urgency
from bot.reports.urgency_floor import FloorVerdict, assess
from bot.settings import Settings

STAFF_ONLY_CHANNELS = frozenset({"telegram_staff", "sandbox_staff", "voice_twilio", "apprise"})


def take_in(
    session: Session,
    message: InboundMessage,
    *,
    keys: ServiceKeys,
    settings: Settings,
    received_at: datetime | None = None,
) -> bool:
    """Store one message and wake somebody if it is urgent. False when it was stored before. `received_at` is given
    when it came in earlier than now."""
    staff_only = message.channel in STAFF_ONLY_CHANNELS
    reading = read(message.text)
    received_at = received_at or _written_earlier(message)
    floor = assess(reading) if not staff_only else FloorVerdict(urgency=None)
    stored = inbox.store(
        session,
        message,
        keys=keys,
        verdict=_verdict(floor),
        staff_only=staff_only,
        staff_words=parse_reply(reading.text) is not None,
        received_at=received_at,
        many=settings.many_messages,
    )
    if stored is None:
        return False
    if stored.conversation_id is not None:
        note_received(session, stored.conversation_id, stored.inbox_id, message.chat_message_id, keys, at=received_at)
        note_word(session, stored.conversation_id, received_at or database_now(session), settings.hold_after)
        hear_duress(session, stored, message, reading.all, keys=keys, settings=settings)
        take_files(session, message, stored.conversation_id, stored.inbox_id, _signs(reading, floor), settings)
    if stored.conversation_id is not None and floor.urgency is not None and floor.urgency.pages:
        conversation = lock_conversation(session, stored.conversation_id)
        conversation.language = conversation.language or _language_for_staff(reading, floor)
        report = open_report(session, conversation)
        raise_urgency(report, floor.urgency, floor.reasons)
        marks = marks_at_the_door(report, conversation, keys)
        raise_alarm(session, report, Urgency(report.urgency), floor.reasons[0], settings, about=marks)
    return True


def _verdict(floor: FloorVerdict) -> DoorVerdict:
    urgency = floor.urgency
    return DoorVerdict(
        urgency=urgency.value if urgency else None,
        reasons=floor.reasons,
        pages=urgency is not None and urgency.pages,
    )


def _signs(reading: Reading, floor: FloorVerdict) -> frozenset[Sign]:
    """What may lock the files of the conversation."""
    return signs_in_words(reading) | signs_of_triggers(floor.reasons)


def _written_earlier(message: InboundMessage) -> datetime | None:
    """The provider's own time, where it tells one: what waited there while we were away was written then, and the
    answer to it has to be held. A clock that runs ahead of ours is not believed."""
    if message.sent_at is None or message.sent_at >= utc_now():
        return None
    return message.sent_at


def take_receipt(session: Session, receipt: Receipt, *, keys: ServiceKeys, settings: Settings) -> None:
    """Note what a provider says later. A page that it could not deliver after all moves its alarm on at once, and the
    alarm of every other case that it named."""
    outbox_id = record_receipt(session, receipt, keys)
    if outbox_id is None or not (receipt.state is ReceiptState.FAILED or receipt.state.breaks_the_address):
        return
    row = session.get_one(OutboxMessage, outbox_id)
    if receipt.state.breaks_the_address and row.staff_contact_id is not None:
        mark_broken(session, row.staff_contact_id, receipt.state.value)
    named = pages_named_in(session, row)
    fail_bundled(session, outbox_id, error_kind=f"receipt_{receipt.state.value}")
    for page_id in named:
        page_undeliverable(session, page_id, settings)


def _language_for_staff(reading: Reading, floor: FloorVerdict) -> str | None:
    """The page names a language, so that a responder knows before the conversation has one."""
    return hear(reading.text, floor_languages=floor.languages).language
