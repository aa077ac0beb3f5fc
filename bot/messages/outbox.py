"""The durable outbox: rows written in the transaction that caused them, sent by a worker that leases them.

A reporter's message is sent at most once: what may have left becomes UNCERTAIN and waits for a human. A responder's
page is sent at least once. Whether a row is still wanted is decided in the transaction that leases it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, case, exists, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from bot.database.schema_gate import schema_is_ours
from bot.database.session import database_now, wake
from bot.database.states import AlarmState, Author, OutboxState
from bot.database.tables import Alarm, ContactPoint, Conversation, OutboxMessage, Page
from bot.errors import LeaseLostError
from bot.messages.holding import must_be_held
from bot.messages.message import Audience, Button, Receipt, ReceiptState, SendResult
from bot.messages.retry import Decision, Next
from bot.privacy.sealing import ServiceKeys, seal_to

FIRST_PAGE, REPEATED_PAGE, URGENT_REPLY, REPLY, STATUS = range(5)
_MAY_HAVE_LEFT = "worker_died"  # leased by a worker that died: perhaps on the wire
_OPEN = (OutboxState.PENDING, OutboxState.SENDING)


@dataclass(frozen=True, kw_only=True)
class Words:
    """A text in its final language, with its choices. `erase_once_sent` is a secret of the person's own: it is theirs
    whoever speaks by then, nobody else sees it, and it is not kept."""

    text: str = field(repr=False)
    buttons: tuple[Button, ...] = field(repr=False, default=())
    erase_once_sent: bool = False

    def to_json(self) -> str:
        """For sealing."""
        return json.dumps({"text": self.text, "buttons": [[button.title, button.payload] for button in self.buttons]})

    @classmethod
    def from_json(cls, body: str) -> Words:
        """What `to_json` made."""
        raw = json.loads(body)
        buttons = tuple(Button(title=title, payload=payload) for title, payload in raw["buttons"])
        return cls(text=raw["text"], buttons=buttons)


def say(
    session: Session,
    conversation: Conversation,
    words: Sequence[Words],
    *,
    key: str,
    author: Author,
    priority: int = REPLY,
    reply_to_inbox: int | None = None,
    author_id: int | None = None,
    written_for: int | None = None,
) -> list[int]:
    """Queue words for a reporter, in order. `key` makes the same cause harmless twice. `written_for` is the version of
    the conversation a bot's words were made for. Returns the rows' ids."""
    channel = session.scalars(select(ContactPoint.channel).where(ContactPoint.conversation_id == conversation.id)).one()
    ids = []
    for index, each in enumerate(words):
        row = {
            "key": f"{key}:{index}",
            "audience": Audience.REPORTER.value,
            "channel": channel,
            "conversation_id": conversation.id,
            "inbox_id": reply_to_inbox,
            "author": author,
            "author_id": author_id,
            "body_sealed": seal_to(conversation.public_key, each.to_json()),
            "expect_version": None if each.erase_once_sent else written_for,
            "erase_once_sent": each.erase_once_sent,
            "priority": priority,
            "state": OutboxState.PENDING,
        }
        created = session.scalar(insert(OutboxMessage).values(row).on_conflict_do_nothing().returning(OutboxMessage.id))
        if created is not None:
            ids.append(created)
    _pull_forward(session, conversation, priority)
    wake(session, "outbox")
    return ids


def _pull_forward(session: Session, conversation: Conversation, priority: int) -> None:
    """One person's messages leave in order: what waits before an urgent reply is as urgent as the reply."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.conversation_id == conversation.id, OutboxMessage.state == OutboxState.PENDING)
        .where(OutboxMessage.audience == Audience.REPORTER.value, OutboxMessage.priority > priority)
        .values(priority=priority)
    )


def say_template(
    session: Session,
    conversation: Conversation,
    template: str,
    *,
    key: str,
    author: Author,
    arguments: dict[str, Any] | None = None,
    author_id: int | None = None,
) -> int | None:
    """Queue a text without content for a reporter, by name; it is put into words, in the person's language of that
    moment, when it is sent."""
    channel = session.scalars(select(ContactPoint.channel).where(ContactPoint.conversation_id == conversation.id)).one()
    row = {
        "key": key,
        "audience": Audience.REPORTER.value,
        "channel": channel,
        "conversation_id": conversation.id,
        "author": author,
        "author_id": author_id,
        "template": template,
        "arguments": arguments or {},
        "priority": STATUS if author is Author.SYSTEM else REPLY,
        "state": OutboxState.PENDING,
    }
    created = session.scalar(insert(OutboxMessage).values(row).on_conflict_do_nothing().returning(OutboxMessage.id))
    wake(session, "outbox")
    return created


def tell_responder(
    session: Session,
    *,
    key: str,
    channel: str,
    contact_id: int | None,
    template: str,
    arguments: dict[str, Any],
    priority: int = STATUS,
    page_id: int | None = None,
    inbox_id: int | None = None,
    due_at: datetime | None = None,
) -> int | None:
    """Queue a page or a status for a responder: a template's name and numbers, never content. None when its cause was
    told of before. It leaves at once, or when it is due."""
    row = {
        "key": key,
        "audience": Audience.RESPONDER.value,
        "channel": channel,
        "staff_contact_id": contact_id,
        "page_id": page_id,
        "inbox_id": inbox_id,
        **({"due_at": due_at} if due_at else {}),
        "author": Author.SYSTEM,
        "template": template,
        "arguments": arguments,
        "priority": priority,
        "state": OutboxState.PENDING,
    }
    created = session.scalar(insert(OutboxMessage).values(row).on_conflict_do_nothing().returning(OutboxMessage.id))
    wake(session, "outbox")
    return created


@dataclass(frozen=True, kw_only=True)
class ClaimedOut:
    """A row a worker has leased and must now send."""

    row: OutboxMessage = field(repr=False)
    token: UUID


def claim(session: Session, audience: Audience, *, lease: timedelta, hold_after: timedelta) -> ClaimedOut | None:
    """Lease the next row to send to this audience: pages have senders of their own, so that no number of messages to
    reporters, on however slow a provider, stands before a page. Rows found to be no longer wanted are cancelled, and
    rows whose time is not safe are held, here and in this transaction. None when nothing is due."""
    busy: list[int] = []
    while (row := _next_due(session, audience, busy)) is not None:
        verdict = _verdict(session, row, hold_after)
        if verdict is None:
            busy.append(row.id)
            continue
        if verdict is not OutboxState.SENDING and audience is Audience.REPORTER and row.error_kind == _MAY_HAVE_LEFT:
            verdict = OutboxState.UNCERTAIN  # it is not repeated now, and nobody may say that it was never sent
        row.state = verdict
        if verdict is OutboxState.SENDING:
            row.lease_until = database_now(session) + lease
            row.lease_token = uuid4()
            row.attempts += 1
            session.flush()
            return ClaimedOut(row=row, token=row.lease_token)
        session.flush()
    return None


def _next_due(session: Session, audience: Audience, skip_ids: Collection[int]) -> OutboxMessage | None:
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
        .where(OutboxMessage.audience == audience.value, OutboxMessage.id.not_in(list(skip_ids)), schema_is_ours())
        .order_by(OutboxMessage.priority, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=OutboxMessage)
    )


def _verdict(session: Session, row: OutboxMessage, hold_after: timedelta) -> OutboxState | None:
    """What becomes of a due row: SENDING, HELD or CANCELLED; None while its conversation is being changed right now.
    The shared lock keeps a take-over from committing between this check and the lease."""
    if row.audience == Audience.RESPONDER.value:
        return OutboxState.SENDING if _page_is_wanted(session, row) else OutboxState.CANCELLED
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
    return _verdict_now(session, row, conversation, point, hold_after)


def still_goes(
    session: Session, row: OutboxMessage, conversation: Conversation, point: ContactPoint, *, hold_after: timedelta
) -> bool:
    """Whether a leased row may still be sent to this address: between lease and sending a human may have taken over, or
    the person may have come back on another phone, who has not said yet that it is safe."""
    return (
        row.channel == point.channel
        and _verdict_now(session, row, conversation, point, hold_after) is OutboxState.SENDING
    )


def _verdict_now(
    session: Session, row: OutboxMessage, conversation: Conversation, point: ContactPoint, hold_after: timedelta
) -> OutboxState:
    if row.expect_version is not None and row.expect_version != conversation.version:
        return OutboxState.CANCELLED
    held = must_be_held(
        safety=conversation.safety,
        opted_out=point.opted_out_at is not None,
        last_word_at=conversation.last_word_at,
        now=database_now(session),
        hold_after=hold_after,
        reply=row.inbox_id is not None,
    )
    return OutboxState.HELD if held else OutboxState.SENDING


def _page_is_wanted(session: Session, row: OutboxMessage) -> bool:
    if row.page_id is None:
        return True
    wanted = (
        select(Alarm.id)
        .join(Page, and_(Page.alarm_id == Alarm.id, Page.epoch == Alarm.epoch))
        .where(Page.id == row.page_id, Alarm.state == AlarmState.PAGING)
    )
    return session.scalar(wanted) is not None


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
    """Put it back, set it aside or give it up, as retry.py decided."""
    state = {Next.AGAIN: OutboxState.PENDING, Next.UNCERTAIN: OutboxState.UNCERTAIN, Next.GIVE_UP: OutboxState.FAILED}
    _update(
        session,
        claimed,
        state=state[decision.next],
        due_at=database_now(session) + decision.pause,
        error_kind=error_kind,
        **({"body_sealed": _kept_body()} if decision.next is Next.GIVE_UP else {}),
        lease_until=None,
        lease_token=None,
    )


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
    """What a dead worker left behind. A page is sent again; a reporter's message only where the provider itself
    recognises a repeat, else it may have left and a human decides."""
    expired = and_(OutboxMessage.state == OutboxState.SENDING, OutboxMessage.lease_until < func.now())
    again = or_(OutboxMessage.audience == Audience.RESPONDER.value, OutboxMessage.channel.in_(list(harmless_repeats)))
    died = {"error_kind": _MAY_HAVE_LEFT, "lease_until": None, "lease_token": None}
    session.execute(update(OutboxMessage).where(expired, again).values(state=OutboxState.PENDING, **died))
    session.execute(update(OutboxMessage).where(expired, ~again).values(state=OutboxState.UNCERTAIN, **died))


def release_held(session: Session, conversation_id: UUID) -> int:
    """The reporter said that it is safe: what was held may go. Returns how many rows."""
    released = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.conversation_id == conversation_id, OutboxMessage.state == OutboxState.HELD)
        .values(state=OutboxState.PENDING, due_at=func.now())
        .returning(OutboxMessage.id)
    ).all()
    if released:
        wake(session, "outbox")
    return len(released)


def resend(session: Session, outbox_id: int) -> bool:
    """A human's one key: send an UNCERTAIN message again. False when it is not uncertain any more."""
    changed = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == outbox_id, OutboxMessage.state == OutboxState.UNCERTAIN)
        .values(state=OutboxState.PENDING, due_at=func.now(), attempts=0)
        .returning(OutboxMessage.id)
    ).all()
    wake(session, "outbox")
    return bool(changed)


def record_receipt(session: Session, receipt: Receipt, keys: ServiceKeys) -> int | None:
    """Note what the provider says later; never backwards. The row's id; None when the message is unknown or already
    further."""
    state = {
        ReceiptState.DELIVERED: OutboxState.DELIVERED,
        ReceiptState.FAILED: OutboxState.FAILED,
        ReceiptState.OPTED_OUT: OutboxState.FAILED,
    }.get(receipt.state)
    values: dict[str, Any] = {"receipt_rank": receipt.state.rank}
    if state is not None:
        values["state"] = state
    if state is OutboxState.FAILED:
        values["error_kind"] = "receipt_" + receipt.state.value
    return session.scalar(
        update(OutboxMessage)
        .where(
            OutboxMessage.channel == receipt.channel,
            OutboxMessage.provider_key == keys.lookup_hash("provider", receipt.channel, receipt.provider_id),
            OutboxMessage.receipt_rank < receipt.state.rank,
        )
        .values(**values)
        .returning(OutboxMessage.id)
    )
