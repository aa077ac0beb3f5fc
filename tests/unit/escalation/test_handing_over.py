"""A case changes hands only when the colleague accepts it. Rule 27 of oncall.md, part B."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.conversation import case_desk
from bot.database.states import AlarmState, HandOverState
from bot.database.tables import AuditEntry, HandOver, RosterEntry, Staff
from bot.errors import PermanentSendError
from bot.reports.queue_cards import find_card
from tests.unit.escalation.phones import events, reads, sends
from tests.unit.escalation.seen import LEASE, acknowledge_as, paged
from tests.unit.house import CRY, House

TIMEOUT = timedelta(minutes=5, seconds=1)


@pytest.fixture
def people(house: House) -> dict[str, int]:
    """Dara took the case; Mali and Vanna are not on call."""
    found = {name: house.on_call(name, step=1 if name == "Dara" else None) for name in ("Dara", "Mali", "Vanna")}
    house.hears(CRY)
    sends(house, found["Dara"], "ACK #")
    return found


def _asked(house: House, people: dict[str, int]) -> None:
    assert sends(house, people["Dara"], "GIVE # Mali") == [
        "Mali is asked to take over case 101. It stays yours until they say yes."
    ]


def test_rule_27_a_case_stays_with_its_owner_until_the_colleague_accepts(house: House, people: dict[str, int]) -> None:
    _asked(house, people)
    assert reads(house, "Mali") == ["Dara asks you to take over: CRITICAL, case 101, language English."]
    assert house.alarm().owner_id == people["Dara"]
    assert sends(house, people["Mali"], "YES #")[0].startswith("Case 101 is yours.")
    alarm = house.alarm()
    assert (alarm.state, alarm.owner_id) == (AlarmState.ACKNOWLEDGED, people["Mali"])
    assert reads(house, "Dara")[-1] == "Mali took over case 101. It is not yours any more."
    assert events(house)[-2:] == ["hand_over_asked", "handed_over"]
    assert house.rows(AuditEntry, action="took_over_alarm", staff_id=people["Mali"]) == 1


def test_rule_27_the_new_owner_has_a_lease_of_their_own(house: House, people: dict[str, int]) -> None:
    house.pass_time(timedelta(minutes=9))
    _asked(house, people)
    sends(house, people["Mali"], "YES #")
    house.pass_time(timedelta(minutes=9))
    house.sweep()
    assert house.alarm().state is AlarmState.ACKNOWLEDGED
    house.pass_time(timedelta(minutes=2))
    house.sweep()
    assert house.alarm().state is AlarmState.PAGING
    assert paged(house)[-2:] == sorted([people["Dara"], people["Mali"]])


def test_rule_27_whoever_accepts_also_speaks_with_the_reporter_in_the_place_of_the_one_who_did(
    house: House, people: dict[str, int]
) -> None:
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=people["Dara"], which=1)
    _asked(house, people)
    sends(house, people["Mali"], "YES #")
    assert house.conversation().owner_id == people["Mali"]
    with house.database.transaction() as session:
        assert find_card(session, 101).owner_name == "Mali"


def test_rule_27_a_no_leaves_it_where_it_is_and_the_owner_is_told(house: House, people: dict[str, int]) -> None:
    _asked(house, people)
    assert sends(house, people["Mali"], "NO #") == ["Your no for case 101 was passed on."]
    assert reads(house, "Dara")[-1] == "Mali cannot take over case 101. It stays yours."
    assert house.alarm().owner_id == people["Dara"]
    assert sends(house, people["Mali"], "YES #") == [
        "You are not asked to take over case 101 any more. Nothing was done."
    ]
    assert house.alarm().owner_id == people["Dara"]


def test_rule_27_no_answer_in_five_minutes_is_told_to_the_owner_and_a_late_yes_takes_nothing(
    house: House, people: dict[str, int]
) -> None:
    _asked(house, people)
    house.pass_time(TIMEOUT)
    assert house.sweep() == 1
    house.send()
    assert reads(house, "Dara")[-1] == "Mali did not answer. Case 101 stays yours."
    assert "any more" in sends(house, people["Mali"], "YES #")[0]
    assert house.alarm().owner_id == people["Dara"]
    assert events(house)[-1] == "hand_over_unanswered"
    assert house.sweep() == 0


def test_a_request_that_cannot_be_delivered_is_told_to_the_owner_at_once(house: House, people: dict[str, int]) -> None:
    code = house.code(house.last_page(people["Dara"]).id)
    house.arrives(f"GIVE 101 {code} Mali", sender="chat of Dara", channel="telegram_staff")
    house.handle()
    house.staff_bot.failures.append(PermanentSendError())
    house.send()
    assert "Mali did not answer. Case 101 stays yours." in reads(house, "Dara")
    assert house.rows(HandOver, state=HandOverState.ASKED) == 0


def test_asking_somebody_else_takes_the_first_request_back(house: House, people: dict[str, int]) -> None:
    _asked(house, people)
    sends(house, people["Dara"], "GIVE # Vanna")
    assert "any more" in sends(house, people["Mali"], "YES #")[0]
    sends(house, people["Vanna"], "ACK #")
    assert house.alarm().owner_id == people["Vanna"]


def test_only_the_owner_hands_over(house: House, people: dict[str, int]) -> None:
    sends(house, people["Dara"], "CALL # Mali")
    assert sends(house, people["Mali"], "GIVE # Vanna") == ["Case 101 is not in your hands now. Nothing was done."]
    assert house.rows(HandOver) == 0


NOT_POSSIBLE = {
    "nobody": ("GIVE # Nobody", "No colleague has that name. Nothing was done for case 101."),
    "to oneself": ("GIVE # Dara", "No colleague has that name. Nothing was done for case 101."),
    "a conflict": ("GIVE # Vanna", "Vanna may not take case 101. Nothing was done."),
}


@pytest.mark.parametrize(("words", "answer"), NOT_POSSIBLE.values(), ids=NOT_POSSIBLE)
def test_a_hand_over_that_is_not_possible_says_why(
    house: House, people: dict[str, int], words: str, answer: str
) -> None:
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.name == "Vanna").values(conflicts=[house.alarm().reason]))
    assert sends(house, people["Dara"], words) == [answer]
    assert house.rows(HandOver) == 0


def test_a_lapse_ends_the_request_and_a_yes_then_takes_it_like_anybody_else(
    house: House, people: dict[str, int]
) -> None:
    house.pass_time(LEASE - timedelta(minutes=1))
    _asked(house, people)
    house.pass_time(timedelta(minutes=2))
    house.sweep()
    assert house.alarm().state is AlarmState.PAGING
    assert house.rows(HandOver, state=HandOverState.ENDED) == 1
    assert sends(house, people["Mali"], "YES #")[0].startswith("Case 101 is yours.")
    assert house.alarm().owner_id == people["Mali"]


def test_a_yes_after_the_case_was_closed_takes_nothing(house: House, people: dict[str, int]) -> None:
    _asked(house, people)
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=people["Dara"])
    assert sends(house, people["Mali"], "YES #") == ["This page for case 101 is over. Nothing was done."]
    assert house.alarm().state is AlarmState.CLOSED


def test_rule_27_new_alarms_follow_the_new_shift_and_the_old_case_stays_with_its_owner(
    house: House, people: dict[str, int]
) -> None:
    with house.database.transaction() as session:
        session.execute(update(RosterEntry).values(staff_id=people["Vanna"]))
    house.hears(CRY, sender="+12025550133")
    assert paged(house)[-1] == people["Vanna"]
    with house.database.transaction() as session:
        assert find_card(session, 101).owner_name == "Dara"


def test_rule_27_after_a_lapse_both_the_old_owner_and_whoever_is_on_call_now_are_paged(
    house: House, people: dict[str, int]
) -> None:
    with house.database.transaction() as session:
        session.execute(update(RosterEntry).values(staff_id=people["Vanna"]))
    before = len(paged(house))
    house.pass_time(LEASE)
    assert house.sweep() == 1
    assert sorted(paged(house)[before:]) == sorted([people["Dara"], people["Vanna"]])
    assert events(house)[-2:] == ["lapsed", "step"]
    assert acknowledge_as(house, people["Vanna"]) == "taken by Vanna"
