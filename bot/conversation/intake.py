"""The way in, shared by webhooks, polling and spool: the urgency floor reads the message, the message is stored, and
an urgent one has its alarm and first page in the same transaction, before anything is acknowledged to a provider.

Why at the door and not with the turn: docs/decisions/0003-alarm-at-the-door.md."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.conversation.languages import hear
from bot.escalation.alarms import raise_alarm
from bot.escalation.replies import parse_reply
from bot.messages import inbox
from bot.messages.inbox import DoorVerdict
from bot.messages.message import InboundMessage
from bot.messages.normalising import Reading, read
from bot.privacy.sealing import ServiceKeys
from bot.reports.report_store import lock_conversation, open_report, raise_urgency
from bot.reports.urgency import Urgency
from bot.reports.urgency_floor import FloorVerdict, assess
from bot.settings import Settings

STAFF_ONLY_CHANNELS = frozenset({"telegram_staff", "sandbox_staff"})


def take_in(session: Session, message: InboundMessage, *, keys: ServiceKeys, settings: Settings) -> bool:
    """Store one message and wake somebody if it is urgent. False when it was stored before."""
    staff_only = message.channel in STAFF_ONLY_CHANNELS
    reading = read(message.text)
    floor = assess(reading) if not staff_only else FloorVerdict(urgency=None)
    stored = inbox.store(
        session,
        message,
        keys=keys,
        verdict=DoorVerdict(
            urgency=floor.urgency.value if floor.urgency else None,
            reasons=floor.reasons,
            pages=floor.urgency is not None and floor.urgency.pages,
        ),
        staff_only=staff_only,
        staff_words=parse_reply(reading.text) is not None,
    )
    if stored is None:
        return False
    if stored.conversation_id is not None and floor.urgency is not None and floor.urgency.pages:
        conversation = lock_conversation(session, stored.conversation_id)
        conversation.language = conversation.language or _language_for_staff(reading, floor)
        report = open_report(session, conversation)
        raise_urgency(report, floor.urgency, floor.reasons)
        raise_alarm(session, report, Urgency(report.urgency), floor.reasons[0], settings)
    return True


def _language_for_staff(reading: Reading, floor: FloorVerdict) -> str | None:
    """The page names a language, so that a responder knows before the conversation has one."""
    return hear(reading.text, floor_languages=floor.languages).language
