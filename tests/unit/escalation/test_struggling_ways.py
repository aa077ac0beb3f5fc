"""A way that fails for now is tried on, and nobody waits for it: the next way, or the next step, within seconds (rules
12, 14 and 15 of oncall.md, part B)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.database.states import OutboxState
from bot.database.tables import OutboxMessage
from bot.errors import RetryAfterError, SendError, TemporarySendError, UncertainSendError
from bot.messages.retry import calls_for_another_way
from tests.unit.escalation.phones import reads
from tests.unit.escalation.seen import acknowledge_as, paged
from tests.unit.house import CRY, House

TWO_WAYS = (("telegram_staff", "chat of Dara"), ("sms", "+12025550122"))


def fails(house: House, *errors: SendError) -> None:
    """The staff bot's next sends fail like this, one try after the other, each at the time of its retry."""
    house.staff_bot.failures += errors
    for pause in (timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=5))[: len(errors)]:
        house.send()
        if errors[-1:] and house.staff_bot.failures:
            house.pass_time(pause)


def test_rule_15_after_three_failures_the_next_way_of_that_person_is_used_beside_it(house: House) -> None:
    dara = house.on_call("Dara", ways=TWO_WAYS)
    house.arrives(CRY)
    fails(house, *[TemporarySendError() for _ in range(3)])
    assert paged(house) == [dara, dara]
    house.send()
    assert [page.address for page in house.pages()] == ["+12025550122"]
    assert house.rows(OutboxMessage, template="page", state=OutboxState.PENDING) == 1, "the first way is tried on"
    house.pass_time(timedelta(seconds=5))
    house.send()
    assert len(reads(house, "Dara")) == 1, "and arrives late"


def test_rule_12_with_no_other_way_the_next_step_is_woken_and_the_first_page_is_tried_on(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.arrives(CRY)
    fails(house, *[TemporarySendError() for _ in range(3)])
    assert paged(house) == [dara, vanna]
    house.send()
    assert len(reads(house, "Vanna")) == 1
    house.pass_time(timedelta(seconds=5))
    house.send()
    assert len(reads(house, "Dara")) == 1


def test_a_colleague_of_the_same_step_whose_page_arrived_keeps_the_next_step_asleep(house: House) -> None:
    dara, mali = house.on_call("Dara"), house.on_call("Mali")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    house.staff_bot.failures += [TemporarySendError()]
    house.send()
    for _ in range(2):
        house.staff_bot.failures += [TemporarySendError()]
        house.pass_time(timedelta(seconds=2))
        house.send()
    assert sorted(paged(house)) == sorted([dara, mali])


def test_two_failures_wake_nobody_else(house: House) -> None:
    dara = house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    fails(house, TemporarySendError(), TemporarySendError())
    assert paged(house) == [dara]


def test_what_was_taken_meanwhile_wakes_nobody_else(house: House) -> None:
    dara = house.on_call("Dara", ways=TWO_WAYS)
    house.arrives(CRY)
    fails(house, TemporarySendError(), TemporarySendError())
    acknowledge_as(house, dara)
    house.pass_time(timedelta(seconds=2))
    house.send()
    assert paged(house) == [dara]


def test_where_only_the_same_way_is_left_it_is_tried_on_alone(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    fails(house, *[TemporarySendError() for _ in range(3)])
    assert paged(house) == [dara]


@pytest.mark.parametrize(
    ("error", "attempts", "wanted"),
    [
        (TemporarySendError(), 1, False),
        (TemporarySendError(), 2, False),
        (TemporarySendError(), 3, True),
        (TemporarySendError(), 4, False),
        (UncertainSendError(), 1, True),
        (RetryAfterError(timedelta(seconds=2)), 1, False),
        (RetryAfterError(timedelta(seconds=30)), 1, True),
    ],
)
def test_another_way_is_called_for_after_seconds_and_once(error: SendError, attempts: int, wanted: bool) -> None:
    assert calls_for_another_way(error, attempts) is wanted
