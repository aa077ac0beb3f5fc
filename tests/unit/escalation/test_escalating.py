"""An alarm is sent on by hand: once in an epoch, and never from a page it has moved on from. Rule 2 of oncall.md,
part B."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversation import case_desk
from bot.database.states import AlarmState, HandOverState
from bot.database.tables import AuditEntry, HandOver
from tests.unit.escalation.phones import events, reads, sends
from tests.unit.escalation.seen import LEASE, STEP, acknowledge_as, paged
from tests.unit.house import CRY, House


@pytest.fixture
def people(house: House) -> dict[str, int]:
    """Dara stands at step 1 and was paged, Mali at 2, Vanna at 3."""
    found = {name: house.on_call(name, step=step) for step, name in enumerate(("Dara", "Mali", "Vanna"), start=1)}
    house.hears(CRY)
    return found


def test_up_pages_the_next_step_now_and_says_so(house: House, people: dict[str, int]) -> None:
    assert sends(house, people["Dara"], "UP #") == ["Case 101 was sent on. People woken now: 1."]
    assert paged(house) == [people["Dara"], people["Mali"]]
    assert house.alarm().step_no == 2
    assert events(house) == ["raised", "step", "escalated", "step"]
    assert house.rows(AuditEntry, action="escalated", staff_id=people["Dara"]) == 1
    house.pass_time(timedelta(seconds=50))
    assert house.sweep() == 0, "the step has its whole time"


def test_rule_2_every_button_of_a_page_carries_its_code(house: House, people: dict[str, int]) -> None:
    page = house.last_page(people["Dara"])
    assert [each.payload.split()[0] for each in house.pages()[0].buttons] == ["ACK", "UP"]
    assert house.pages()[0].buttons[1].payload == f"UP 101 {house.code(page.id)}"


def test_rule_2_up_from_a_page_that_the_alarm_moved_on_from_does_nothing(house: House, people: dict[str, int]) -> None:
    old = house.last_page(people["Dara"]).id
    house.pass_time(STEP)
    house.sweep()
    assert sends(house, people["Dara"], "UP #", page_id=old)[-1] == (
        "Case 101 has moved on since that page. Nothing was done."
    )
    assert paged(house) == [people["Dara"], people["Mali"]]
    assert house.alarm().escalated_at is None


def test_rule_2_an_acknowledgement_of_an_older_page_of_the_same_epoch_takes_it(
    house: House, people: dict[str, int]
) -> None:
    old = house.last_page(people["Dara"]).id
    house.pass_time(STEP)
    house.sweep()
    house.pass_time(STEP)
    house.sweep()
    assert sends(house, people["Dara"], "ACK #", page_id=old)[-1].startswith("Case 101 is yours.")


def test_rule_2_two_taps_of_two_people_skip_no_step(house: House) -> None:
    first, second = house.on_call("Dara"), house.on_call("Noor")
    mali = house.on_call("Mali", step=2)
    house.on_call("Vanna", step=3)
    house.hears(CRY)
    sends(house, first, "UP #")
    assert "sent on by hand before" in sends(house, second, "UP #")[-1]
    assert paged(house) == [first, second, mali]


def test_once_in_an_epoch(house: House, people: dict[str, int]) -> None:
    sends(house, people["Dara"], "UP #")
    assert sends(house, people["Mali"], "UP #") == ["Case 101 was sent on by hand before. Nothing was done."]
    assert house.alarm().step_no == 2


def test_whoever_has_taken_it_may_send_it_on_and_it_is_nobodys_until_taken(
    house: House, people: dict[str, int]
) -> None:
    sends(house, people["Dara"], "ACK #")
    sends(house, people["Dara"], "GIVE # Vanna")
    sends(house, people["Dara"], "UP #")
    assert house.alarm().state is AlarmState.PAGING
    assert house.rows(HandOver, state=HandOverState.ENDED) == 1
    assert reads(house, "Mali")[-1].startswith("CRITICAL: case 101")
    assert acknowledge_as(house, people["Mali"]) == "taken by Mali"
    house.send()
    assert reads(house, "Dara")[-1] == "Case 101 was taken by Mali."


def test_a_case_that_somebody_else_has_is_not_sent_on(house: House, people: dict[str, int]) -> None:
    house.pass_time(STEP)
    house.sweep()
    sends(house, people["Mali"], "ACK #")
    assert sends(house, people["Dara"], "UP #")[-1].startswith("Case 101 was already taken by Mali")
    assert house.alarm().state is AlarmState.ACKNOWLEDGED


def test_at_the_last_resort_there_is_nobody_higher(house: House) -> None:
    dara = house.on_call("Dara", step=None)
    house.hears(CRY)
    assert "everybody who can be reached" in sends(house, dara, "UP #")[-1]
    assert paged(house) == [dara]


def test_up_from_the_last_step_wakes_whoever_comes_next_and_never_nobody(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    assert sends(house, dara, "UP #")[-1] == "Case 101 was sent on. People woken now: 1."
    assert paged(house) == [dara, dara], "gone through again"


def test_after_the_case_was_closed_nothing_is_sent_on(house: House, people: dict[str, int]) -> None:
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=people["Dara"])
    assert sends(house, people["Dara"], "UP #") == ["This page for case 101 is over. Nothing was done."]
    house.pass_time(LEASE)
    assert house.sweep() == 0
