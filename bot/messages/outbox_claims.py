"""Rows leave the outbox: leased by a sender, sent, and what became of it written down while the lease holds.

Whether a row is still wanted is decided in the transaction that leases it; pages to one telephone are put together
there (bundling.py)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, null, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from bot.database.presence import NOBODY, holder_of, new_token
from bot.database.schema_gate import schema_is_ours
from bot.database.session import database_now, wake
from bot.database.states import OutboxState
from bot.database.tables import ContactPoint, Conversation, OutboxMessage
from bot.errors import LeaseLostError
from bot.messages.bundling import fail_bundled, page_verdict, put_back
from bot.messages.holding import HoldRules
from bot.messages.message import Audience, SendResult
from bot.messages.retry import Decision, Next
from bot.messages.safe_windows import is_held
from bot.messages.tellings import telling_verdict
from bot.privacy.sealing import ServiceKeys

MAY_HAVE_LEFT = "worker_died"  # leased by a worker that died: perhaps on the wire
_OPEN = (OutboxState.PENDING, OutboxState.SENDING)
_WITHOUT_LEASE: dict[str, Any] = {"error_kind": MAY_HAVE_LEFT, "lease_until": None, "lease_token": None}
_ON_ITS_WAY_TO_STAFF = and_(
    OutboxMessage.state == OutboxState.SENDING, OutboxMessage.audience == Audience.RESPONDER.value
)


@dataclass(frozen=True, kw_only=True)
class ClaimedOut:
    """A row a worker has leased and must now send."""

    row: OutboxMessage = field(repr=False)
    token: UUID


def claim(
    session: Session, audience: Audience, *, lease: timedelta, rules: HoldRules, holder: int = NOBODY
) -> ClaimedOut | None:
    """Lease the next row to send to this audience: pages have senders of their own, so that no number of messages to
    reporters, on however slow a provider, stands before a page. Rows found to be no longer wanted are cancelled, rows
    whose time is not safe are held, and pages for one telephone are put together, here and in this transaction. None
    when nothing is due. `holder` is the number of the process that leases (bot/database/presence.py)."""
    busy: list[OutboxMessage] = []
    while (row := _next_due(session, audience, busy)) is not None:
        verdict = _verdict(session, row, rules, lease)
        if verdict is None:
            busy.append(row)
            continue
        if verdict is not OutboxState.SENDING and audience is Audience.REPORTER and row.error_kind == MAY_HAVE_LEFT:
            verdict = OutboxState.UNCERTAIN  # it is not repeated now, and nobody may say that it was never sent
        row.state = verdict
        if verdict is OutboxState.SENDING:
            row.lease_until = database_now(session) + lease
            row.lease_token = new_token(holder)
            row.attempts += 1
            session.flush()
            return ClaimedOut(row=row, token=row.lease_token)
        session.flush()
    return None


# Plain text: every sender asks this at every wake-up, mostly for nothing, and it costs a tenth of looking for a row.
_NEXT = text("select min(due_at) - now() from outbox where state = 'pending' and audience = :audience")
_NEXT_LATER = text(f"{_NEXT.text} and due_at > now()")


def due_in(session: Session, audience: Audience, *, later: bool = False) -> timedelta | None:
    """How long until the next row of this audience is due, zero or less when one is due now; None when none waits.
    `later` leaves out those that are due already."""
    wait: timedelta | None = session.execute(_NEXT_LATER if later else _NEXT, {"audience": audience.value}).scalar()
    return wait


def _next_due(session: Session, audience: Audience, busy: Sequence[OutboxMessage]) -> OutboxMessage | None:
    """The most urgent row that is due. A telephone another sender is looking at is left to it, with all its pages."""
    busy_phones = [row.staff_contact_id for row in busy if row.staff_contact_id is not None]
    elsewhere = or_(OutboxMessage.staff_contact_id.is_(None), OutboxMessage.staff_contact_id.not_in(busy_phones))
    earlier = aliased(OutboxMessage)
    in_order = or_(
        OutboxMessage.audience == Audience.RESPONDER.value,
        ~exists().where(
            earlier.conversation_id == OutboxMessage.conversation_id,
            earlier.audience == Audience.REPORTER.value,
            earlier.state.in_(_OPEN),
            earlier.id < OutboxMessage.id,
        ),
    )
    return session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.state == OutboxState.PENDING, OutboxMessage.due_at <= func.now(), in_order)
        .where(OutboxMessage.audience == audience.value, OutboxMessage.id.not_in([row.id for row in busy]), elsewhere)
        .where(schema_is_ours())
        .order_by(OutboxMessage.priority, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=OutboxMessage)
    )


def _verdict(session: Session, row: OutboxMessage, rules: HoldRules, lease: timedelta) -> OutboxState | None:
    """What becomes of a due row: SENDING, HELD, CANCELLED, or PENDING for later; None while its conversation is being
    changed, or its telephone looked at, right now. The shared lock keeps a take-over from committing between this
    check and the lease."""
    if row.audience == Audience.RESPONDER.value:
        return telling_verdict(session, row) if row.page_id is None else page_verdict(session, row, lease=lease)
    conversation = session.scalar(
        select(Conversation)
        .where(Conversation.id == row.conversation_id)
        .with_for_update(read=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if conversation is None:
        return None
    point = session.scalars(select(ContactPoint).where(ContactPoint.conversation_id == conversation.id)).one()
    row.channel = point.channel  # they may have gone on from another phone since it was written
    return _verdict_now(session, row, conversation, point, rules)


def still_goes(
    session: Session, row: OutboxMessage, conversation: Conversation, point: ContactPoint, *, rules: HoldRules
) -> bool:
    """Whether a leased row may still be sent to this address: between lease and sending a human may have taken over, or
    the person may have come back on another phone, who has not said yet that it is safe."""
    return (
        row.channel == point.channel and _verdict_now(session, row, conversation, point, rules) is OutboxState.SENDING
    )


def _verdict_now(
    session: Session, row: OutboxMessage, conversation: Conversation, point: ContactPoint, rules: HoldRules
) -> OutboxState:
    if row.expect_version is not None and row.expect_version != conversation.version:
        return OutboxState.CANCELLED
    held = is_held(session, conversation, point, rules, reply=row.inbox_id is not None)
    return OutboxState.HELD if held else OutboxState.SENDING


def record_sent(session: Session, claimed: ClaimedOut, result: SendResult, keys: ServiceKeys) -> None:
    """The provider took it. LeaseLostError when the lease had run out meanwhile."""
    row = claimed.row
    _update(
        session,
        claimed,
        state=OutboxState.SENT,
        sent_at=func.now(),
        provider_key=keys.lookup_hash("provider", row.channel, result.provider_id),
        provider_ref=result.provider_id if row.audience == Audience.RESPONDER.value else None,
        parts=result.parts,
        body_sealed=_kept_body(),
        error_kind=None,
        lease_until=None,
        lease_token=None,
    )


def record_failure(session: Session, claimed: ClaimedOut, decision: Decision, error_kind: str) -> None:
    """Put it back, set it aside or give it up, as retry.py decided; what is bundled into it goes the same way."""
    due_at = database_now(session) + decision.pause
    state = {Next.AGAIN: OutboxState.PENDING, Next.UNCERTAIN: OutboxState.UNCERTAIN, Next.GIVE_UP: OutboxState.FAILED}
    _update(
        session,
        claimed,
        state=state[decision.next],
        due_at=due_at,
        error_kind=error_kind,
        **({"body_sealed": _kept_body()} if decision.next is Next.GIVE_UP else {}),
        lease_until=None,
        lease_token=None,
    )

    if decision.next is Next.GIVE_UP:
        fail_bundled(session, claimed.row.id, error_kind=error_kind)
    else:
        put_back(session, [claimed.row.id], due_at=due_at, error_kind=error_kind)


def record_unwanted(session: Session, claimed: ClaimedOut) -> None:
    """Somebody took its case while it was on its way out: it is cancelled, what was bundled into it is looked at anew
    at once."""
    _update(session, claimed, state=OutboxState.CANCELLED, lease_until=None, lease_token=None)
    put_back(session, [claimed.row.id], due_at=database_now(session), error_kind=claimed.row.error_kind)
    wake(session, "outbox")


def _kept_body() -> ColumnElement[bytes | None]:
    """Of words that are not to be kept, nothing."""
    return case((OutboxMessage.erase_once_sent, null()), else_=OutboxMessage.body_sealed)


def _update(session: Session, claimed: ClaimedOut, **values: object) -> None:
    changed = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == claimed.row.id, OutboxMessage.lease_token == claimed.token)
        .values(**values)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise LeaseLostError(f"outbox row {claimed.row.id}")


def recover_expired_leases(session: Session, *, harmless_repeats: Collection[str]) -> None:
    """What a dead worker left behind. A page is sent again, with all it named; a reporter's message only where the
    provider itself recognises a repeat, else it may have left and a human decides."""
    expired = and_(OutboxMessage.state == OutboxState.SENDING, OutboxMessage.lease_until < func.now())
    again = or_(OutboxMessage.audience == Audience.RESPONDER.value, OutboxMessage.channel.in_(list(harmless_repeats)))
    _send_again(session, and_(expired, again))
    uncertain = {"state": OutboxState.UNCERTAIN, **_WITHOUT_LEASE}
    session.execute(update(OutboxMessage).where(expired, ~again).values(**uncertain))


def holders_of_pages(session: Session) -> frozenset[int]:
    """The numbers of the processes that are sending something to a responder now."""
    tokens = session.scalars(select(OutboxMessage.lease_token).where(_ON_ITS_WAY_TO_STAFF))
    return frozenset(holder_of(each) for each in tokens if each is not None) - {NOBODY}


def take_back(session: Session, gone: Collection[int]) -> int:
    """What these processes were sending to responders is sent again, now: they are dead, and it would else wait until
    its lease runs out. How many rows that were. Reporters' messages wait for the lease: nobody gains by an earlier
    UNCERTAIN."""
    rows = select(OutboxMessage.id, OutboxMessage.lease_token).where(_ON_ITS_WAY_TO_STAFF)
    leased = session.execute(rows.with_for_update(skip_locked=True))
    theirs = [row_id for row_id, token in leased if token is not None and holder_of(token) in gone]
    if theirs:
        _send_again(session, OutboxMessage.id.in_(theirs))
        wake(session, "outbox")
    return len(theirs)


def _send_again(session: Session, which: ColumnElement[bool]) -> None:
    back = update(OutboxMessage).where(which).values(state=OutboxState.PENDING, **_WITHOUT_LEASE)
    carriers = session.scalars(back.returning(OutboxMessage.id)).all()
    put_back(session, carriers, due_at=database_now(session), error_kind=MAY_HAVE_LEFT)
