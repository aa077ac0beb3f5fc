"""Finds or begins the conversation of an address. The address itself is sealed; a keyed hash finds it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.database.states import Safety
from bot.database.tables import ContactPoint, Conversation, StaffContact
from bot.errors import SealingError
from bot.privacy.pseudonyms import draw_pseudonym
from bot.privacy.sealing import ServiceKeys, new_conversation_keys, open_with, seal_with


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who wrote, as far as the door needs to know: a conversation and the key that seals for it."""

    conversation_id: UUID
    public_key: bytes = field(repr=False)


def find_or_begin(session: Session, *, channel: str, address: str, keys: ServiceKeys) -> Contact:
    """The conversation of this address, locked, begun when there is none. Two first messages at once make one
    conversation: the unique key on the address's hash decides, and the loser takes the winner's."""
    address_hash = keys.lookup_hash("address", channel, address)
    found = _find_and_lock(session, channel, address_hash)
    if found is not None:
        return found
    pair = new_conversation_keys(keys)
    with session.begin_nested() as attempt:
        conversation = Conversation(
            id=uuid4(),
            pseudonym=_unused_pseudonym(session),
            public_key=pair.public,
            private_key_wrapped=pair.private_wrapped,
        )
        session.add(conversation)
        session.flush()
        point = (
            insert(ContactPoint)
            .values(
                conversation_id=conversation.id,
                channel=channel,
                address_hash=address_hash,
                address_sealed=seal_with(keys.address, address),
            )
            .on_conflict_do_nothing(index_elements=["channel", "address_hash"])
            .returning(ContactPoint.id)
        )
        if session.scalar(point) is not None:
            return Contact(conversation_id=conversation.id, public_key=pair.public)
        attempt.rollback()
    return find_or_begin(session, channel=channel, address=address, keys=keys)


def _find_and_lock(session: Session, channel: str, address_hash: bytes) -> Contact | None:
    """The lock makes door and wipe come one after the other: a message is never stored into a conversation whose
    address was let go meanwhile, and the ids of one person's messages rise in the order in which they are committed."""
    owner = select(ContactPoint.conversation_id).where(
        ContactPoint.channel == channel, ContactPoint.address_hash == address_hash
    )
    while (conversation_id := session.scalar(owner)) is not None:
        public_key = session.scalars(
            select(Conversation.public_key).where(Conversation.id == conversation_id).with_for_update(key_share=True)
        ).one()
        if session.scalar(owner) == conversation_id:
            return Contact(conversation_id=conversation_id, public_key=public_key)
    return None


def _unused_pseudonym(session: Session) -> str:
    """Drawn until free; the unique index decides if two processes draw the same at once (the turn is repeated)."""
    while True:
        name = draw_pseudonym()
        if session.scalar(select(Conversation.id).where(Conversation.pseudonym == name)) is None:
            return name


def note_word(session: Session, conversation_id: UUID, written_at: datetime, hold_after: timedelta) -> None:
    """The reporter wrote, at this instant. Noted at the door, not when the message is handled: a human may answer
    sooner than that. After a gap the phone may be in another hand, until they say that it is safe."""
    conversation = session.get_one(Conversation, conversation_id, with_for_update={"key_share": True})
    last = conversation.last_word_at
    if last is not None and written_at - last > hold_after and conversation.safety in (Safety.SAFE, Safety.UNKNOWN):
        conversation.safety = Safety.RETURNED
    conversation.last_word_at = max(written_at, last or written_at)


def staff_contact_of(session: Session, *, channel: str, address: str, keys: ServiceKeys) -> StaffContact | None:
    """The responder's verified contact with this address, if it is one. Until then whoever writes from there is
    anybody: a mistyped number may be a reporter's."""
    address_hash = keys.lookup_hash("address", channel, address)
    return session.scalar(
        select(StaffContact)
        .where(StaffContact.channel == channel, StaffContact.address_hash == address_hash)
        .where(StaffContact.verified_at.is_not(None))
    )


def address_of(session: Session, conversation_id: UUID, keys: ServiceKeys) -> tuple[ContactPoint, str]:
    """Where to send to a conversation's reporter. Only the outbox worker calls this. SealingError when wiped."""
    point = session.scalars(select(ContactPoint).where(ContactPoint.conversation_id == conversation_id)).one()
    if point.address_sealed is None:
        raise SealingError("the address was erased")
    return point, open_with(keys.address, point.address_sealed)
