"""One message of a responder: an acknowledgement, a ready answer, or the code that links a chat to an account.
Pure rows and no model: what a responder sends is either one of the known forms or not understood."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.tables import AuditEntry, InboxMessage, Staff, StaffContact
from bot.errors import SealingError
from bot.escalation.replies import ReplyOutcome, apply_reply, parse_reply
from bot.messages import inbox
from bot.messages.inbox import Claimed
from bot.messages.normalising import read
from bot.messages.outbox import tell_responder
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
    tell_responder(
        session,
        key=f"answer:{claimed.id}",
        channel=claimed.channel,
        contact_id=contact.id if contact else None,
        template=outcome.template,
        arguments=dict(outcome.arguments),
        inbox_id=claimed.id,
        priority=1,
    )
    inbox.finish(session, claimed)
    staff = session.get(Staff, contact.staff_id) if contact else None
    return Answered(outcome=outcome, language=staff.language if staff else None)


def _reply(session: Session, contact: StaffContact, text: str, keys: ServiceKeys, settings: Settings) -> ReplyOutcome:
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
    contact = session.scalar(
        select(StaffContact)
        .where(StaffContact.channel == claimed.channel, StaffContact.link_code_hash == link_code_hash(keys, code))
        .with_for_update()
    )
    row = session.get(InboxMessage, claimed.id)
    if contact is None or row is None or row.sender_sealed is None:
        return None, ReplyOutcome(template="not_known", arguments={})
    address = open_with(keys.address, row.sender_sealed)
    contact.address_sealed = row.sender_sealed
    contact.address_hash = keys.lookup_hash("address", claimed.channel, address)
    contact.link_code_hash = None
    contact.verified_at = func.now()
    contact.broken_at = contact.broken_reason = None
    session.add(AuditEntry(staff_id=contact.staff_id, action="contact_linked"))
    session.flush()
    return contact, ReplyOutcome(template="linked", arguments={})


def link_code_hash(keys: ServiceKeys, code: str) -> bytes:
    """How a link code is stored until it is used."""
    return keys.lookup_hash("link-code", code.upper())
