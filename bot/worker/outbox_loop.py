"""Takes rows out of the outbox and hands them to their channel. The provider is called outside any transaction; the
result is written only while the lease still holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels.channel import Channel
from bot.conversation.outgoing import Composer, compose
from bot.database.presence import NOBODY
from bot.database.session import Database
from bot.database.tables import ContactPoint
from bot.errors import (
    DatabaseDownError,
    LeaseLostError,
    MisconfiguredError,
    NotWantedError,
    PermanentSendError,
    SealingError,
    SendError,
    TemporarySendError,
    UncertainSendError,
)
from bot.escalation.broken_contacts import mark_broken
from bot.escalation.pages import page_struggles, page_undeliverable, pages_left
from bot.messages import outbox_claims
from bot.messages.bundling import pages_named_in, patience_of
from bot.messages.chat_history import note_sent
from bot.messages.holding import HoldRules
from bot.messages.message import Audience, OutboundMessage, SendResult
from bot.messages.outbox_claims import ClaimedOut
from bot.messages.retry import Decision, Next, after_failure, calls_for_another_way
from bot.worker.loops import place_of
from bot.worker.wakeups import Wakeups

log = structlog.get_logger("worker")

_PAUSE_SECONDS = 0.3


class OutboxWorker:
    """One sender for one audience; several run side by side. `holder` tells the number of its process, `found` is told
    that there was something, so that the next sender looks for more."""

    def __init__(
        self,
        database: Database,
        channels: dict[str, Channel],
        composer: Composer,
        audience: Audience,
        holder: Callable[[], int] = lambda: NOBODY,
        found: Callable[[], None] = lambda: None,
    ) -> None:
        self._found = found
        self._database = database
        self._channels = channels
        self._composer = composer
        self._audience = audience
        self._holder = holder
        self._due_in: timedelta | None = None  # what the last look found to be coming

    async def work(self) -> bool:
        """Send one message. False when none is due."""
        claimed = await self._database.run(self._claim)
        if claimed is None:
            return False
        self._found()
        try:
            await self._deliver(claimed)
        except LeaseLostError:
            log.warning("lease_lost", outbox_id=claimed.row.id)
        return True

    async def wait(self, wakeups: Wakeups) -> None:
        """Until something may be there, or what the last look found to be coming is due."""
        await wakeups.wait("outbox", at_most=self._due_in, team=self._audience.value)

    async def _deliver(self, claimed: ClaimedOut) -> None:
        """Send it and write down what became of it, whatever that was: one row must not stop the others."""
        row = claimed.row
        message: OutboundMessage | None = None
        try:
            message = await self._database.run(lambda session: self._compose(session, claimed))
            result = await self._hand_over(row.channel, message)
        except NotWantedError:
            await self._write_down(lambda session: outbox_claims.record_unwanted(session, claimed))
            return
        except SendError as error:
            failure = error
        except Exception as error:  # a fault of ours; until it was handed over, it has certainly not left
            log.error("send_fault", outbox_id=row.id, error=type(error).__name__, where=place_of(error))
            failure = TemporarySendError() if message is None else UncertainSendError()
        else:
            address = message.address
            await self._write_down(lambda session: self._sent(session, claimed, result, address))
            return
        log.warning("send_failed", outbox_id=row.id, channel=row.channel, kind=failure.kind)
        await self._write_down(lambda session: self._failed(session, claimed, failure))

    def _claim(self, session: Session) -> ClaimedOut | None:
        self._due_in = outbox_claims.due_in(session, self._audience)
        if self._due_in is None or self._due_in > timedelta(0):
            return None
        settings = self._composer.settings
        rules, holder = HoldRules.of(settings), self._holder()
        claimed = outbox_claims.claim(session, self._audience, lease=settings.lease, rules=rules, holder=holder)
        self._due_in = outbox_claims.due_in(session, self._audience, later=True) if claimed is None else None
        return claimed

    async def _hand_over(self, name: str, message: OutboundMessage) -> SendResult:
        channel = self._channels.get(name)
        if channel is None:
            raise MisconfiguredError("this channel is not configured any more")
        return await channel.send(message)

    def _compose(self, session: Session, claimed: ClaimedOut) -> OutboundMessage:
        try:
            return compose(session, claimed.row, self._composer)
        except SealingError:
            raise PermanentSendError("its words or its address were erased") from None

    async def _write_down(self, outcome: Callable[[Session], None]) -> None:
        """What became of it must be known, so a database that went away is waited for while the lease holds."""
        deadline = monotonic() + self._composer.settings.lease.total_seconds()
        while True:
            try:
                await self._database.run(outcome)
            except DatabaseDownError:
                if monotonic() > deadline:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    def _sent(self, session: Session, claimed: ClaimedOut, result: SendResult, address: str) -> None:
        outbox_claims.record_sent(session, claimed, result, self._composer.keys)
        note_sent(session, claimed.row, result.chat_message_ids, address, self._composer.keys)
        if claimed.row.page_id is not None:
            pages_left(session, pages_named_in(session, claimed.row))

    def _failed(self, session: Session, claimed: ClaimedOut, error: SendError) -> None:
        """Again, uncertain, or never: and a page that is never delivered moves its alarm on at once."""
        row = claimed.row
        decision = after_failure(
            error, audience=self._audience, attempts=row.attempts, patience=patience_of(session, row)
        )
        named = pages_named_in(session, row)
        outbox_claims.record_failure(session, claimed, decision, error.kind)
        if decision.next is not Next.GIVE_UP:
            for page_id in named if calls_for_another_way(error, row.attempts) else ():
                page_struggles(session, page_id, self._composer.settings)
            return
        self._note_broken_address(session, claimed, decision, error.kind)
        for page_id in named:
            page_undeliverable(session, page_id, self._composer.settings)

    def _note_broken_address(self, session: Session, claimed: ClaimedOut, decision: Decision, kind: str) -> None:
        row = claimed.row
        if decision.address_broken and row.staff_contact_id is not None:
            mark_broken(session, row.staff_contact_id, kind)
        elif decision.address_broken and row.conversation_id is not None:
            point = session.scalars(
                select(ContactPoint).where(ContactPoint.conversation_id == row.conversation_id)
            ).one()
            point.broken_reason = kind
