"""One message of a responder: an acknowledgement, a ready answer, or the code that links a chat to an account.
Pure rows and no model: what a responder sends is either one of the known forms or not understood."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.tables import InboxMessage, Staff, StaffContact
from bot.errors import SealingError
from bot.escalation import contact_codes
from bot.escalation.replies import ReplyOutcome, apply_reply, parse_reply
from bot.escalation.roster_store import load_ways
from bot.messages import inbox
from bot.messages.inbox import Claimed
from bot.messages.normalising import read
from bot.messages.outbox import tell_responder
from bot.messages.read_aloud import READ_ALOUD
from bot.privacy.sealing import ServiceKeys, open_with
from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a responder was answered, and in which language; None for somebody we do not know."""

    outcome: ReplyOutcome
    language: str | None


def handle_responder(session: Session, claimed: Claimed, *, keys: ServiceKeys, settings: Settings) -> Answered:
    """Carry it out, queue the answer, mark it handled: one transaction."""
    text = read(open_with(keys.staff, claimed.text_sealed) if claimed.text_sealed else "").text
    contact = session.get(StaffContact, claimed.staff_contact_id) if claimed.staff_contact_id else None
    if contact is None:
        contact, outcome = _link(session, claimed, text, keys)
    else:
        outcome = _reply(session, contact, text, keys, settings)
    channel, contact_id = _answered_on(session, claimed, contact)
    tell_responder(
        session,
        key=f"answer:{claimed.id}",
        channel=channel,
        contact_id=contact_id,
        template=outcome.template,
        arguments=dict(outcome.arguments),
        inbox_id=claimed.id,
        priority=1,
    )
    inbox.finish(session, claimed)
    staff = session.get(Staff, contact.staff_id) if contact else None
    return Answered(outcome=outcome, language=staff.language if staff else None)


def _answered_on(session: Session, claimed: Claimed, contact: StaffContact | None) -> tuple[str, int | None]:
    """Where they wrote; but whoever pressed a key is told in writing, on the first way of theirs that can be read."""
    if contact is None or claimed.channel not in READ_ALOUD:
        return claimed.channel, contact.id if contact else None
    written = [way for way in load_ways(session) if way.staff_id == contact.staff_id and way.channel not in READ_ALOUD]
    way = min(written, key=lambda each: each.rank, default=None)
    return (way.channel, way.contact_id) if way else (claimed.channel, contact.id)


def _reply(session: Session, contact: StaffContact, text: str, keys: ServiceKeys, settings: Settings) -> ReplyOutcome:
    if not session.scalars(select(Staff.active).where(Staff.id == contact.staff_id)).one():
        return ReplyOutcome(template="not_known", arguments={})
    contact.broken_at = contact.broken_reason = None  # whoever writes from there can be reached there
    reply = parse_reply(text)
    if reply is None:
        return ReplyOutcome(template="not_understood", arguments={})
    try:
        return apply_reply(session, reply, contact, keys=keys, settings=settings)
    except SealingError:
        return ReplyOutcome(template="answer_refused", arguments={"number": reply.number})


def _link(session: Session, claimed: Claimed, text: str, keys: ServiceKeys) -> tuple[StaffContact | None, ReplyOutcome]:
    """Somebody the staff bot does not know: only a link code that waits for its chat is accepted."""
    code = text.removeprefix("/start").strip().upper()
    row = session.get(InboxMessage, claimed.id)
    if row is None or row.sender_sealed is None or not contact_codes.looks_like_link_code(code):
        return None, ReplyOutcome(template="not_known", arguments={})
    sender = open_with(keys.address, row.sender_sealed)
    if contact_codes.too_many_guesses(session, claimed.channel, sender, keys):
        return None, ReplyOutcome(template="code_throttled", arguments={})
    contact = contact_codes.contact_waiting_for(session, claimed.channel, code, keys)
    if contact is None:
        contact_codes.note_wrong_guess(session, claimed.channel, sender, keys)
        return None, ReplyOutcome(template="not_known", arguments={})
    contact_codes.link(session, contact, address=sender, keys=keys)
    return contact, ReplyOutcome(template="linked", arguments={})
