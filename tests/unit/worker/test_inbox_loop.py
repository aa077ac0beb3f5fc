"""Handling: a poisoned message is set aside, does not stop others, and in the end a human is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation.engine import TurnAnswer, TurnRequest
from bot.conversation.scripted_engine import ScriptedEngine
from bot.database.states import AlarmState, InboxState
from bot.database.tables import Alarm, InboxMessage, OutboxMessage, Page
from bot.errors import EngineError
from bot.messages.retry import MAX_INBOX_ATTEMPTS, MAX_INBOX_CLAIMS
from tests.unit.house import CRY, OTHER_REPORTER, House


class PoisonedBy:
    """An engine that fails over one word and is well otherwise."""

    def __init__(self, word: str, error: Exception) -> None:
        self._word = word
        self._error = error
        self.asked = 0

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        self.asked += 1
        if self._word in request.text:
            raise self._error
        return await ScriptedEngine().take_turn(request)


def _with(house: House, engine: PoisonedBy) -> House:
    return House(
        database=house.database, settings=house.settings, wording=house.wording, keys=house.keys, engine=engine
    )


@pytest.mark.parametrize("error", [EngineError("MARKER"), ValueError("MARKER"), AssertionError("MARKER")], ids=repr)
def test_a_message_that_cannot_be_handled_is_tried_again_and_in_the_end_a_human_is_told(
    house: House, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    poisoned = _with(house, PoisonedBy("poison", error))
    poisoned.on_call("Dara")
    poisoned.arrives("poison MARKER")
    for attempt in range(1, MAX_INBOX_ATTEMPTS + 1):
        assert poisoned.handle() == 1
        assert poisoned.rows(Alarm) == (attempt == MAX_INBOX_ATTEMPTS)
        poisoned.pass_time(timedelta(minutes=11))
    alarm = poisoned.alarm()
    assert (alarm.state, alarm.urgency, alarm.reason) == (AlarmState.PAGING, "HIGH", "message_not_handled")
    assert poisoned.rows(Page) == 1
    assert poisoned.rows(InboxMessage, state=InboxState.DEAD, error_kind=type(error).__name__) == 1
    assert poisoned.rows(OutboxMessage, audience="reporter") == 0
    assert "MARKER" not in "".join(capsys.readouterr())


def test_nothing_half_done_stays_of_a_turn_that_failed(house: House) -> None:
    poisoned = _with(house, PoisonedBy("poison", ValueError("x")))
    poisoned.hears("hello")
    poisoned.arrives("poison")
    before = poisoned.conversation()
    poisoned.handle()
    after = poisoned.conversation()
    assert (after.state_sealed, after.last_word_at) == (before.state_sealed, before.last_word_at)


def test_a_poisoned_message_does_not_stop_other_people(house: House) -> None:
    poisoned = _with(house, PoisonedBy("poison", ValueError("x")))
    poisoned.arrives("poison")
    assert poisoned.hears("hello", sender=OTHER_REPORTER)


def test_a_poisoned_message_that_is_urgent_has_its_alarm_all_the_same(house: House) -> None:
    poisoned = _with(house, PoisonedBy("gun", ValueError("x")))
    poisoned.on_call("Dara")
    poisoned.arrives(CRY)
    poisoned.handle()
    poisoned.send()
    assert len(poisoned.pages()) == 1


def test_a_message_that_ends_its_worker_each_time_is_given_up_and_a_human_is_told(house: House) -> None:
    """A worker that is killed counts nothing; without a bound such a message would kill one worker after the other."""
    engine = PoisonedBy("hello", asyncio.CancelledError())  # type: ignore[arg-type]
    deadly = _with(house, engine)
    deadly.on_call("Dara")
    deadly.arrives("hello")
    for _ in range(MAX_INBOX_CLAIMS):
        with pytest.raises(asyncio.CancelledError):
            deadly.handle()
        deadly.pass_time(timedelta(seconds=25))
    assert deadly.rows(Alarm) == 0
    deadly.handle()
    assert engine.asked == MAX_INBOX_CLAIMS
    assert deadly.rows(InboxMessage, state=InboxState.DEAD, error_kind="worker_died") == 1
    assert deadly.alarm().reason == "message_not_handled"


def test_a_responders_message_that_cannot_be_read_is_given_up_without_an_alarm(house: House) -> None:
    house.on_call("Dara")
    house.arrives("ACK 1 AAAA", sender="chat of Dara", channel="telegram_staff")
    house.change(InboxMessage, text_sealed=b"damaged")
    for _ in range(MAX_INBOX_ATTEMPTS):
        house.handle()
        house.pass_time(timedelta(minutes=11))
    assert house.rows(InboxMessage, state=InboxState.DEAD, error_kind="SealingError") == 1
    assert house.rows(Alarm) == 0


def test_a_turn_interrupted_by_a_lost_lease_is_repeated_by_the_other_worker_and_answered_once(house: House) -> None:
    class LosesItsLease(ScriptedEngine):
        async def take_turn(self, request: TurnRequest) -> TurnAnswer:
            await asyncio.to_thread(house.pass_time, timedelta(seconds=30))
            await asyncio.to_thread(house.handle)
            return await super().take_turn(request)

    slow = House(
        database=house.database,
        settings=house.settings,
        wording=house.wording,
        keys=house.keys,
        engine=LosesItsLease(),
    )
    slow.arrives("hello")
    assert slow.handle() == 1
    with house.database.transaction() as session:
        rows = session.scalars(select(InboxMessage)).all()
    assert [(row.state, row.attempts) for row in rows] == [(InboxState.HANDLED, 2)]
    assert house.rows(OutboxMessage) == 1
