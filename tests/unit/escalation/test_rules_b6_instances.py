"""Several processes, some of which die: a sweep is all or nothing, a row belongs to who leased it, while that holds.
Rules 29 to 31 of oncall.md, part B6; 32 stands in test_heartbeat.py, 33 in test_running.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.conversation.intake import take_receipt
from bot.database.session import Database
from bot.database.states import AlarmState, OutboxState
from bot.database.tables import Alarm, AlarmEvent, OutboxMessage, Report
from bot.errors import LeaseLostError
from bot.escalation.alarms import raise_alarm
from bot.escalation.pages import page_undeliverable
from bot.escalation.sweeping import sweep
from bot.messages import inbox, outbox_claims
from bot.messages.holding import HoldRules
from bot.messages.message import Audience, OutboundMessage, Receipt, ReceiptState, SendResult
from bot.messages.outbox_claims import ClaimedOut
from bot.messages.retry import Decision, Next
from bot.privacy.sealing import ServiceKeys
from bot.reports.urgency import Urgency
from bot.worker.outbox_loop import OutboxWorker
from tests.unit.escalation.seen import STEP, paged
from tests.unit.house import CRY, OTHER_REPORTER, House, MemoryChannel

LEASE = timedelta(seconds=20)
GIVEN_UP = Decision(next=Next.GIVE_UP)


def _claim(house: House) -> ClaimedOut:
    with house.database.transaction() as session:
        found = outbox_claims.claim(session, Audience.RESPONDER, lease=LEASE, rules=HoldRules.of(house.settings))
    assert found is not None
    return found


def _kinds(house: House) -> list[str]:
    with house.database.transaction() as session:
        return list(session.scalars(select(AlarmEvent.kind).order_by(AlarmEvent.id)))


def _page_states(house: House) -> list[OutboxState]:
    with house.database.transaction() as session:
        rows = select(OutboxMessage.state).where(OutboxMessage.page_id.is_not(None)).order_by(OutboxMessage.page_id)
        return list(session.scalars(rows))


class PowerCutError(Exception):
    """The process is gone before it could commit."""


def _sweep_and_die(session: Session, house: House) -> None:
    assert sweep(session, house.settings) == 1
    raise PowerCutError


def test_rule_29_a_sweep_that_dies_before_its_commit_leaves_nothing_half_done(house: House) -> None:
    people = [house.on_call("Dara"), house.on_call("Vanna", step=2)]
    house.arrives(CRY)
    house.pass_time(STEP)
    before = house.alarm()
    with pytest.raises(PowerCutError), house.database.transaction() as session:
        _sweep_and_die(session, house)
    after = house.alarm()
    assert (after.step_no, after.next_action_at) == (before.step_no, before.next_action_at)
    assert (paged(house), _kinds(house)) == (people[:1], ["raised", "step", "page_pending"])
    assert house.sweep() == 1
    assert (paged(house), house.alarm().step_no) == (people, 2)


def test_rule_29_a_sweep_writes_page_time_and_log_and_sends_nothing(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    house.pass_time(STEP)
    before = house.alarm().next_action_at
    assert house.sweep() == 1
    assert house.staff_bot.sent == []
    assert _page_states(house) == [OutboxState.PENDING] * 2
    assert house.alarm().next_action_at > before
    assert _kinds(house) == ["raised", "step", "page_pending", "step", "page_pending"]


def test_rule_29_an_alarm_somebody_is_deciding_about_is_left_and_the_others_do_not_wait(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    house.arrives(CRY, sender=OTHER_REPORTER)
    house.pass_time(STEP)
    with house.database.transaction() as deciding:
        deciding.execute(select(Alarm.id).where(Alarm.id == 1).with_for_update(key_share=True))
        with house.database.transaction() as sweeping:
            sweeping.execute(text("set local lock_timeout = '300ms'"))
            assert sweep(sweeping, house.settings) == 1
    assert house.sweep() == 1
    assert house.rows(Alarm, step_no=2) == 2


def test_rule_30_a_leased_row_is_nobody_elses_until_its_lease_is_over(house: House) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    first = _claim(house)
    for _ in range(3):
        house.tidy()
        assert house.send() == 0
        house.pass_time(LEASE / 4)
    house.pass_time(LEASE / 4 + timedelta(seconds=1))
    house.tidy()
    assert house.send() == 1
    assert len(house.pages()) == 1
    assert first.row.attempts == 1


def test_rule_30_a_sender_takes_one_row_at_a_time(house: House) -> None:
    for name in ("Dara", "Mali", "Vanna"):
        house.on_call(name)
    house.arrives(CRY)
    _claim(house)
    assert _page_states(house) == [OutboxState.SENDING, OutboxState.PENDING, OutboxState.PENDING]


def test_rule_30_the_provider_is_called_outside_any_transaction(house: House) -> None:
    seen: list[tuple[int, str]] = []

    class Looks(MemoryChannel):
        async def send(self, message: OutboundMessage) -> SendResult:
            with house.database.transaction() as session:
                waiting = session.scalar(text("select count(*) from pg_stat_activity where state like 'idle in tr%'"))
                row = session.scalars(select(OutboxMessage).with_for_update(nowait=True)).one()
                seen.append((waiting or 0, row.state.value))
            return await super().send(message)

    house.on_call("Dara")
    house.arrives(CRY)
    replace(house, staff_bot=Looks("telegram_staff")).send()
    assert seen == [(0, "sending")], "whoever looks sees that it is on its way, and waits for nobody"


class Stuck(MemoryChannel):
    """A provider that does not answer until it is told to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def send(self, message: OutboundMessage) -> SendResult:
        self.begun.set()
        await self.go_on.wait()
        return await super().send(message)


def test_rule_30_senders_of_two_processes_share_the_work_and_none_of_them_leads(
    house: House, postgres_url: str
) -> None:
    names = [f"Person{number}" for number in range(8)]
    for name in names:
        house.on_call(name)
    house.arrives(CRY)

    async def both() -> Stuck:
        stuck, other = Stuck("telegram_staff"), Database(postgres_url)
        elsewhere = replace(house, database=other, staff_bot=stuck).sender(Audience.RESPONDER)
        hanging = asyncio.create_task(elsewhere.work())
        await asyncio.wait_for(stuck.begun.wait(), 20)
        await _work_off(house.sender(Audience.RESPONDER))
        assert len(house.staff_bot.sent) == len(names) - 1, "one hangs, and the other one sends all the rest"
        stuck.go_on.set()
        assert await hanging
        other.dispose()
        return stuck

    stuck = asyncio.run(both())
    told = sorted(each.address for each in house.staff_bot.sent + stuck.sent)
    assert told == sorted(f"chat of {name}" for name in names), "each once"


async def _work_off(sender: OutboxWorker) -> None:
    while await sender.work():
        pass


LATE: dict[str, Callable[[Session, ClaimedOut, ServiceKeys], None]] = {
    "it left": lambda session, claimed, keys: outbox_claims.record_sent(
        session, claimed, SendResult(provider_id="late"), keys
    ),
    "it never will": lambda session, claimed, _: outbox_claims.record_failure(session, claimed, GIVEN_UP, "permanent"),
    "it is not wanted": lambda session, claimed, _: outbox_claims.record_unwanted(session, claimed),
}


@pytest.mark.parametrize("says", LATE.values(), ids=LATE)
def test_rule_31_who_lost_the_lease_writes_nothing_over_what_the_next_one_did(
    house: House, says: Callable[[Session, ClaimedOut, ServiceKeys], None]
) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    lost = _claim(house)
    house.pass_time(LEASE + timedelta(seconds=1))
    house.tidy()
    next_one = _claim(house)
    with pytest.raises(LeaseLostError), house.database.transaction() as session:
        says(session, lost, house.keys)
    assert _page_states(house) == [OutboxState.SENDING]
    with house.database.transaction() as session:
        outbox_claims.record_sent(session, next_one, SendResult(provider_id="7"), house.keys)
    assert _page_states(house) == [OutboxState.SENT]


def test_rule_31_a_message_in_the_hands_of_another_is_not_finished_by_who_had_it_before(house: House) -> None:
    house.arrives("hello")
    with house.database.transaction() as session:
        lost = inbox.claim(session, lease=LEASE)
    house.pass_time(LEASE + timedelta(seconds=1))
    with house.database.transaction() as session:
        again = inbox.claim(session, lease=LEASE)
    assert lost is not None
    assert again is not None
    for write in (inbox.finish, lambda session, claimed: inbox.fail(session, claimed, error_kind="x")):
        with pytest.raises(LeaseLostError), house.database.transaction() as session:
            write(session, lost)
    with house.database.transaction() as session:
        inbox.finish(session, again)


def test_rule_31_a_page_of_a_step_that_is_over_moves_nothing_when_it_fails(house: House) -> None:
    people = [house.on_call(name, step=step) for step, name in enumerate(("Dara", "Vanna", "Mali"), start=1)]
    house.arrives(CRY)
    late = house.last_page().id
    house.change(OutboxMessage, state=OutboxState.FAILED)
    house.pass_time(STEP)
    house.sweep()
    with house.database.transaction() as session:
        page_undeliverable(session, late, house.settings)
    assert (house.alarm().step_no, paged(house)) == (2, people[:2])


def test_rule_31_a_receipt_for_a_page_of_an_epoch_that_is_over_moves_nothing(house: House) -> None:
    dara = house.on_call("Dara", ways=(("sms", "+12025550122"), ("telegram_staff", "chat of Dara")))
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    house.send()
    house.change(Alarm, state=AlarmState.CLOSED)
    with house.database.transaction() as session:
        report = session.get_one(Report, house.report().id)
        raise_alarm(session, report, Urgency.CRITICAL, "weapon", house.settings)
    receipt = Receipt(channel="sms", provider_id="sms-1", state=ReceiptState.FAILED, error_code="30003")
    with house.database.transaction() as session:
        take_receipt(session, receipt, keys=house.keys, settings=house.settings)
    assert (house.alarm().epoch, house.alarm().step_no) == (2, 1)
    assert paged(house) == [dara, dara], "one in each epoch"
