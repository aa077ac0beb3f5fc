"""Sending: whatever happens on the way, the row knows it afterwards, and one row never stops the others."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text

from bot.database.session import Database
from bot.database.states import OutboxState
from bot.database.tables import ContactPoint, OutboxMessage, StaffContact
from bot.errors import (
    BlockedError,
    DatabaseDownError,
    OptedOutError,
    PermanentSendError,
    SendError,
    TemporarySendError,
    UncertainSendError,
)
from bot.messages.message import Audience, OutboundMessage, SendResult
from bot.messages.retry import MAX_SEND_ATTEMPTS
from tests.unit.house import CRY, OTHER_REPORTER, House, MemoryChannel

OUTCOMES: dict[str, tuple[Exception, str, str | None]] = {
    "not taken": (TemporarySendError(), "pending", "temporary"),
    "may have left": (UncertainSendError(), "uncertain", "uncertain"),
    "never": (PermanentSendError(), "failed", "permanent"),
    "blocked": (BlockedError(), "failed", "blocked"),
    "opted out": (OptedOutError(), "failed", "opted_out"),
    "a fault of ours": (ValueError("MARKER"), "uncertain", "uncertain"),
}


@pytest.mark.parametrize(("failure", "state", "kind"), OUTCOMES.values(), ids=OUTCOMES)
def test_what_a_failed_send_leaves_in_a_reporters_row(
    house: House, failure: Exception, state: str, kind: str | None
) -> None:
    house.sms.failures.append(failure)
    house.arrives("hello")
    house.handle()
    house.send()
    with house.database.transaction() as session:
        row = session.scalars(select(OutboxMessage)).one()
        assert (row.state.value, row.error_kind, row.lease_until) == (state, kind, None)
        reason = session.scalars(select(ContactPoint.broken_reason)).one()
    assert reason == (kind if kind in ("blocked", "opted_out") else None)


def test_a_blocked_reporter_who_writes_again_is_not_broken_any_more(house: House) -> None:
    house.sms.failures.append(BlockedError())
    house.hears("hello")
    house.hears("hello again")
    with house.database.transaction() as session:
        assert session.scalars(select(ContactPoint.broken_reason)).one() is None


def test_a_fault_of_ours_in_one_row_stops_neither_it_nor_the_others(house: House) -> None:
    house.sms.failures.append(KeyError("MARKER"))
    house.arrives("hello")
    house.arrives("hello", sender=OTHER_REPORTER)
    house.handle()
    assert house.send() == 2
    assert [each.address for each in house.sms.sent] == [OTHER_REPORTER]


def test_a_template_nobody_knows_is_tried_again_and_given_up_in_the_end(house: House) -> None:
    """It has certainly not left, so it is not uncertain; the reporter's other words wait until it is given up."""
    house.hears("hello")
    with house.database.transaction() as session:
        session.execute(delete(OutboxMessage))
        session.execute(
            text(
                "insert into outbox (key, audience, channel, conversation_id, author, template, priority, state, "
                "attempts, receipt_rank) select 'x', 'reporter', 'sms', id, 'system', 'utter_of_yesterday', 4, "
                "'pending', 0, -1 from conversation"
            )
        )
    house.send()
    with house.database.transaction() as session:
        row = session.scalars(select(OutboxMessage)).one()
        assert (row.state, row.error_kind) == (OutboxState.PENDING, "temporary")
        row.attempts = MAX_SEND_ATTEMPTS - 1
        row.due_at = row.created_at
    house.send()
    assert house.rows(OutboxMessage, state=OutboxState.FAILED) == 1


def test_a_channel_that_is_not_configured_any_more_fails_for_good(house: House) -> None:
    house.arrives("hello", channel="gone")
    house.settle()
    assert house.rows(OutboxMessage, state=OutboxState.FAILED, error_kind="settings") == 1


def test_an_address_that_was_erased_fails_for_good(house: House) -> None:
    house.arrives("hello")
    house.handle()
    house.change(ContactPoint, address_sealed=None)
    house.send()
    assert house.rows(OutboxMessage, state=OutboxState.FAILED) == 1


def test_a_responders_address_that_was_removed_moves_the_page_on(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    with house.database.transaction() as session:
        session.execute(StaffContact.__table__.update().values(address_sealed=None).where(StaffContact.id == 1))  # type: ignore[attr-defined]
    house.send()
    house.sweep()
    house.send()
    assert [each.address for each in house.pages()] == ["chat of Vanna"]


class _DatabaseThatGoesAway(Database):
    """Down for the next few transactions, whenever `outages` says so."""

    outages = 0

    def _run(self, work):  # type: ignore[no-untyped-def]
        if self.outages:
            self.outages -= 1
            raise DatabaseDownError("OperationalError")
        return super()._run(work)


class _GoesAwayWhileSending(MemoryChannel):
    """The database is down when the provider's answer comes."""

    def __init__(self, database: _DatabaseThatGoesAway, failure: SendError | None = None) -> None:
        super().__init__("sms", writes_as_sms=True)
        self._database = database
        self._failure = failure

    async def send(self, message: OutboundMessage) -> SendResult:
        self._database.outages = 1
        if self._failure:
            raise self._failure
        return await super().send(message)


ENDINGS: dict[str, tuple[SendError | None, str]] = {
    "taken": (None, "sent"),
    "refused for now": (TemporarySendError(), "pending"),
    "refused for good": (PermanentSendError(), "failed"),
}


@pytest.mark.parametrize(("failure", "state"), ENDINGS.values(), ids=ENDINGS)
def test_what_the_provider_answered_is_written_down_when_the_database_is_back(
    house: House, postgres_url: str, failure: SendError | None, state: str
) -> None:
    house.arrives("hello")
    house.handle()
    shaky = _DatabaseThatGoesAway(postgres_url)
    channel = _GoesAwayWhileSending(shaky, failure)
    frail = House(database=shaky, settings=house.settings, wording=house.wording, keys=house.keys, sms=channel)
    assert asyncio.run(frail.sender(Audience.REPORTER).work())
    shaky.dispose()
    assert house.outbox_states(house.conversation().id) == [state]


def test_a_send_that_outlives_its_lease_is_never_repeated_to_a_reporter(house: House) -> None:
    class Slow(MemoryChannel):
        async def send(self, message: OutboundMessage) -> SendResult:
            await asyncio.to_thread(house.pass_time, timedelta(seconds=30))
            await asyncio.to_thread(house.tidy)
            return await super().send(message)

    slow = Slow("sms", writes_as_sms=True)
    lagging = House(database=house.database, settings=house.settings, wording=house.wording, keys=house.keys, sms=slow)
    lagging.hears("hello")
    assert len(slow.sent) == 1
    assert house.outbox_states(house.conversation().id) == ["uncertain"]
