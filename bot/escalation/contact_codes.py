"""The codes that prove that a way reaches a person: sent to an address and typed back, or shown and sent from a chat.
Five tries, ten minutes, one a minute; only a keyed hash is kept, and the code itself sealed until it is sent."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.tables import AuditEntry, ReturnCodeTry, StaffContact
from bot.messages.outbox import tell_responder
from bot.privacy.sealing import ServiceKeys, open_with, seal_with

GOOD_FOR = timedelta(minutes=10)
SENT_AT_MOST_EVERY = timedelta(minutes=1)
MOST_TRIES = 5
GUESSES_COUNT_FOR = timedelta(hours=1)
_DIGITS = 6
_LINK_SIGNS = "234679ACDEFGHJKMNPQRTUVWXY"  # none that is misread for another
_LINK_LENGTH = 8  # 2 * 10^11 codes
_LINK_CODE = re.compile(rf"[{_LINK_SIGNS}]{{{_LINK_LENGTH}}}\Z")


class Typed(StrEnum):
    """What became of a code that was typed in."""

    RIGHT = "right"  # the way is verified and in use from now on
    WRONG = "wrong"  # it is not this one; tries are left
    OVER = "over"  # too old, tried too often, or none was sent: a new one is needed


def send_code(session: Session, contact: StaffContact, keys: ServiceKeys) -> bool:
    """Queue a new code to the contact's own address; an earlier one is void. False, and nothing is sent, when the last
    one went out less than a minute ago."""
    now = database_now(session)
    session.refresh(contact, with_for_update=True)
    if contact.code_sent_at is not None and now - contact.code_sent_at < SENT_AT_MOST_EVERY:
        return False
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    contact.link_code_hash = _hash(keys, contact, code)
    contact.code_sent_at, contact.code_tries = now, 0
    session.flush()
    tell_responder(
        session,
        key=f"contact-code:{contact.id}:{int(now.timestamp() * 1_000_000)}",
        channel=contact.channel,
        contact_id=contact.id,
        template="contact_code",
        arguments={"code_sealed": seal_with(keys.staff, code).hex()},
    )
    return True


def open_code(sealed: str, keys: ServiceKeys) -> str:
    """The digits of a queued code, apart from each other, so that a voice does not read them as one large number."""
    return " ".join(open_with(keys.staff, bytes.fromhex(sealed)))


def check_code(session: Session, contact: StaffContact, code: str, keys: ServiceKeys) -> Typed:
    """Somebody typed the code that was sent to this contact. The try counts whatever follows: commit it."""
    session.refresh(contact, with_for_update=True)
    too_old = contact.code_sent_at is None or database_now(session) - contact.code_sent_at > GOOD_FOR
    if contact.link_code_hash is None or contact.address_sealed is None or too_old or contact.code_tries >= MOST_TRIES:
        return Typed.OVER
    contact.code_tries += 1
    digits = "".join(sign for sign in code if sign.isdecimal() and sign.isascii())
    if not hmac.compare_digest(contact.link_code_hash, _hash(keys, contact, digits)):
        return Typed.OVER if contact.code_tries >= MOST_TRIES else Typed.WRONG
    _verified(session, contact)
    session.add(AuditEntry(staff_id=contact.staff_id, action="contact_verified"))
    return Typed.RIGHT


def new_link_code(session: Session, contact: StaffContact, keys: ServiceKeys) -> str:
    """A code to be sent, within ten minutes, from the chat that is to become this contact. The caller adds the row."""
    code = "".join(secrets.choice(_LINK_SIGNS) for _ in range(_LINK_LENGTH))
    contact.link_code_hash = link_code_hash(keys, code)
    contact.code_sent_at, contact.code_tries = database_now(session), 0
    return code


def looks_like_link_code(text: str) -> bool:
    """Whether these words can only be meant as one; anything else somebody writes is no guess."""
    return _LINK_CODE.match(text) is not None


def contact_waiting_for(session: Session, channel: str, code: str, keys: ServiceKeys) -> StaffContact | None:
    """The contact that this code would link now, locked; None when it is nobody's, or too old."""
    return session.scalar(
        select(StaffContact)
        .where(StaffContact.channel == channel, StaffContact.link_code_hash == link_code_hash(keys, code))
        .where(StaffContact.address_sealed.is_(None), StaffContact.code_sent_at > func.now() - GOOD_FOR)
        .with_for_update()
    )


def link(session: Session, contact: StaffContact, *, address: str, keys: ServiceKeys) -> None:
    """The chat that sent the right code is this contact from now on."""
    contact.address_sealed = seal_with(keys.address, address)
    contact.address_hash = keys.lookup_hash("address", contact.channel, address)
    _verified(session, contact)
    session.add(AuditEntry(staff_id=contact.staff_id, action="contact_linked"))
    session.flush()


def too_many_guesses(session: Session, channel: str, sender: str, keys: ServiceKeys) -> bool:
    """Whether this sender guessed wrong five times in the last hour; then nothing is looked up for them, so that a
    right code after it tells them nothing. Their guesses come one after the other."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"link:{channel}:{sender}", 0))))
    wrong = select(func.count()).where(
        ReturnCodeTry.channel == _counted_as(channel),
        ReturnCodeTry.sender_hash == keys.return_code_hash("link-sender", channel, sender),
        ReturnCodeTry.at > func.now() - GUESSES_COUNT_FOR,
    )
    return (session.scalar(wrong) or 0) >= MOST_TRIES


def note_wrong_guess(session: Session, channel: str, sender: str, keys: ServiceKeys) -> None:
    """A well-formed code that links nothing."""
    sender_hash = keys.return_code_hash("link-sender", channel, sender)
    session.add(ReturnCodeTry(channel=_counted_as(channel), sender_hash=sender_hash))


def link_code_hash(keys: ServiceKeys, code: str) -> bytes:
    """How a link code is stored until it is used."""
    return keys.lookup_hash("link-code", code.upper())


def _counted_as(channel: str) -> str:
    """Apart from the return codes of reporters on the same channel, so that neither stops the other."""
    return f"link:{channel}"


def _hash(keys: ServiceKeys, contact: StaffContact, code: str) -> bytes:
    return keys.lookup_hash("contact-code", str(contact.id), code)


def _verified(session: Session, contact: StaffContact) -> None:
    contact.link_code_hash = None
    contact.verified_at = database_now(session)
    contact.broken_at = contact.broken_reason = None
