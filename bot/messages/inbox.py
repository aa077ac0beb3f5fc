"""The durable inbox: stored before it is acknowledged, handled in order, one at a time per person, urgent first.

`store` is called at the door, `claim`, `finish` and `fail` by the worker. A row stays PENDING until the transaction
that commits everything it caused; a worker that dies leaves only a lease that runs out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from bot.database.schema_gate import schema_is_ours
from bot.database.session import database_now, wake
from bot.database.states import InboxState
from bot.database.tables import InboxMessage, StaffContact
from bot.errors import LeaseLostError
from bot.messages.contacts import Contact, find_or_begin, staff_contact_of
from bot.messages.message import InboundMessage, MessageKind
from bot.messages.pace import MANY, Place, place_of
from bot.messages.retry import MAX_INBOX_ATTEMPTS, pause_before
from bot.privacy.sealing import ServiceKeys, seal_to, seal_with

PRIORITY_URGENT, PRIORITY_STAFF, PRIORITY_NORMAL = 0, 1, 5


@dataclass(frozen=True, kw_only=True)
class DoorVerdict:
    """What the urgency floor found at the door; codes only."""

    urgency: str | None = None
    reasons: tuple[str, ...] = ()
    pages: bool = False


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A message that was not there before. `conversation_id` is None when a responder wrote it."""

    inbox_id: int
    conversation_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A message a worker has leased."""

    id: int
    token: UUID
    channel: str
    kind: MessageKind
    conversation_id: UUID | None
    staff_contact_id: int | None
    attempts: int
    floor_urgency: str | None
    floor_reasons: tuple[str, ...]
    received_at: datetime
    text_sealed: bytes | None = field(repr=False)
    sender_sealed: bytes | None = field(repr=False)
    callback_sealed: bytes | None = field(repr=False)


def store(
    session: Session,
    message: InboundMessage,
    *,
    keys: ServiceKeys,
    verdict: DoorVerdict,
    staff_only: bool,
    staff_words: bool,
    received_at: datetime | None = None,
    many: int = MANY,
) -> Stored | None:
    """Store one message; None when it was stored before (a provider's repeat). `staff_only` is a channel on which
    only responders write; `staff_words` says the text reads like a responder's reply on a shared channel.
    `received_at` is when it came in, when that was earlier than now; after `many` messages in a minute the next are
    slowed (pace.py). Its conversation stays locked."""
    provider_key = keys.lookup_hash("provider", message.channel, message.provider_id)
    if _is_stored(session, message.channel, provider_key):
        return None  # before anything is begun for its address, which may have been erased since
    staff = staff_contact_of(session, channel=message.channel, address=message.address, keys=keys)
    contact: Contact | None = None
    place: Place | None = None
    if staff_only or (staff is not None and staff_words):
        whose = _from_staff(message, staff, keys)
    else:
        contact = find_or_begin(session, channel=message.channel, address=message.address, keys=keys)
        place = _place_of(session, contact, verdict, received_at, many)
        whose = _from_reporter(message, contact, verdict, place)
    row = _row(message, provider_key, verdict, received_at, keys) | whose
    stored = session.scalar(insert(InboxMessage).values(row).on_conflict_do_nothing().returning(InboxMessage.id))
    if stored is None:
        return None
    if contact is not None and place is not None and verdict.pages:
        _pull_forward(session, contact.conversation_id, at_once=not place.slowed)
    wake(session, "inbox")
    return Stored(inbox_id=stored, conversation_id=contact.conversation_id if contact else None)


def _row(
    message: InboundMessage, provider_key: bytes, verdict: DoorVerdict, received_at: datetime | None, keys: ServiceKeys
) -> dict[str, object]:
    """The columns of any message, whoever wrote it."""
    return {
        "channel": message.channel,
        "provider_key": provider_key,
        "kind": message.kind.value,
        "callback_sealed": seal_with(keys.staff, message.callback_id) if message.callback_id else None,
        "floor_urgency": verdict.urgency,
        "floor_reasons": list(verdict.reasons),
        **({"received_at": received_at} if received_at else {}),
    }


def _place_of(
    session: Session, contact: Contact, verdict: DoorVerdict, received_at: datetime | None, many: int
) -> Place:
    now = database_now(session)
    received_at = received_at or now
    return place_of(
        session, contact.conversation_id, urgency=verdict.urgency, received_at=received_at, now=now, many=many
    )


def _is_stored(session: Session, channel: str, provider_key: bytes) -> bool:
    known = select(InboxMessage.id).where(InboxMessage.channel == channel, InboxMessage.provider_key == provider_key)
    return session.scalar(known) is not None


def _from_staff(message: InboundMessage, staff: StaffContact | None, keys: ServiceKeys) -> dict[str, object]:
    """The columns of a responder's message; of somebody the staff bot does not know, the address is kept to answer."""
    return {
        "staff_contact_id": staff.id if staff else None,
        "text_sealed": seal_with(keys.staff, message.text),
        "sender_sealed": None if staff else seal_with(keys.address, message.address),
        "priority": PRIORITY_STAFF,
    }


def _from_reporter(message: InboundMessage, contact: Contact, verdict: DoorVerdict, place: Place) -> dict[str, object]:
    return {
        "place_at": place.place_at,
        "due_at": place.due_at,
        "conversation_id": contact.conversation_id,
        "text_sealed": seal_to(contact.public_key, message.text),
        "priority": PRIORITY_URGENT if verdict.pages else PRIORITY_NORMAL,
    }


def _pull_forward(session: Session, conversation_id: UUID, *, at_once: bool) -> None:
    """What the same person wrote before an urgent message is handled first too: order within a conversation holds.
    `at_once`: nothing of it is slowed any longer; what failed before still waits for its next try."""
    theirs = update(InboxMessage).where(
        InboxMessage.conversation_id == conversation_id, InboxMessage.state == InboxState.PENDING
    )
    session.execute(theirs.values(priority=PRIORITY_URGENT))
    if at_once:
        session.execute(theirs.where(InboxMessage.attempts == 0).values(due_at=func.now()))


def mark_urgent(session: Session, stored: Stored, *, reason: str) -> None:
    """It is, for a reason that its words do not tell: handled before others, and a floor to what is judged of it."""
    row = session.get_one(InboxMessage, stored.inbox_id)
    row.floor_urgency, row.floor_reasons = "CRITICAL", [reason, *row.floor_reasons]
    session.flush()
    assert stored.conversation_id is not None
    _pull_forward(session, stored.conversation_id, at_once=True)


def claim(session: Session, *, lease: timedelta) -> Claimed | None:
    """Lease the most urgent message that is due and has no earlier one pending in its conversation; of several, the one
    whose place comes first (pace.py)."""
    row = session.scalar(next_in_turn())
    if row is None:
        return None
    row.lease_until = database_now(session) + lease
    row.lease_token = uuid4()
    row.attempts += 1
    return Claimed(
        id=row.id,
        token=row.lease_token,
        channel=row.channel,
        kind=MessageKind(row.kind),
        conversation_id=row.conversation_id,
        staff_contact_id=row.staff_contact_id,
        attempts=row.attempts,
        floor_urgency=row.floor_urgency,
        floor_reasons=tuple(row.floor_reasons),
        received_at=row.received_at,
        text_sealed=row.text_sealed,
        sender_sealed=row.sender_sealed,
        callback_sealed=row.callback_sealed,
    )


def next_in_turn() -> Select[InboxMessage]:
    """The row that `claim` takes; index inbox_in_turn gives it without sorting what waits."""
    earlier = aliased(InboxMessage)
    return (
        select(InboxMessage)
        .where(
            InboxMessage.state == InboxState.PENDING,
            schema_is_ours(),
            InboxMessage.due_at <= func.now(),
            or_(InboxMessage.lease_until.is_(None), InboxMessage.lease_until < func.now()),
            ~exists().where(
                earlier.conversation_id == InboxMessage.conversation_id,
                earlier.state == InboxState.PENDING,
                earlier.id < InboxMessage.id,
            ),
        )
        .order_by(InboxMessage.priority, InboxMessage.place_at, InboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=InboxMessage)
    )


def last_word_before(session: Session, claimed: Claimed) -> datetime | None:
    """When the same person had last written before this message; None when it is their first."""
    earlier = select(func.max(InboxMessage.received_at)).where(
        InboxMessage.conversation_id == claimed.conversation_id, InboxMessage.id < claimed.id
    )
    return session.scalar(earlier)


def finish(session: Session, claimed: Claimed) -> None:
    """Mark it handled, in the transaction of everything it caused. LeaseLostError when another worker has it now."""
    _update(session, claimed, state=InboxState.HANDLED, handled_at=func.now(), lease_until=None, lease_token=None)


def erase_text(session: Session, claimed: Claimed) -> None:
    """Nobody is to read it: it holds a return code."""
    session.execute(update(InboxMessage).where(InboxMessage.id == claimed.id).values(text_sealed=None))


def fail(session: Session, claimed: Claimed, *, error_kind: str) -> bool:
    """Put it back for later. True when it is given up as dead: the caller must then alarm a human."""
    dead = claimed.attempts >= MAX_INBOX_ATTEMPTS
    _update(
        session,
        claimed,
        state=InboxState.DEAD if dead else InboxState.PENDING,
        due_at=database_now(session) + pause_before(claimed.attempts),
        error_kind=error_kind,
        lease_until=None,
        lease_token=None,
    )
    return dead


def _update(session: Session, claimed: Claimed, **values: object) -> None:
    changed = session.execute(
        update(InboxMessage)
        .where(InboxMessage.id == claimed.id, InboxMessage.lease_token == claimed.token)
        .values(**values)
        .returning(InboxMessage.id)
    ).all()
    if not changed:
        raise LeaseLostError(f"inbox row {claimed.id}")
