"""Somebody is asked for by name: paged until they themselves answer. Rule 5 of oncall.md, part B, and what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.conversation import case_desk
from bot.database.states import AlarmState, CallState, OutboxState
from bot.database.tables import OutboxMessage, Page, ResponderCall, Staff, StaffContact
from bot.errors import PermanentSendError
from bot.escalation.calling import MOST_TRIES
from bot.messages.paging_limits import REPEATED_PAGES_APART
from tests.unit.escalation.phones import events, page_events, reads, sends
from tests.unit.escalation.seen import STEP, acknowledge_as, paged
from tests.unit.house import CRY, House


@pytest.fixture
def people(house: House) -> dict[str, int]:
    """Dara is on call and was paged; Mali and Vanna are not on the roster."""
    found = {name: house.on_call(name, step=1 if name == "Dara" else None) for name in ("Dara", "Mali", "Vanna")}
    house.hears(CRY)
    return found


def _called(house: House, people: dict[str, int]) -> None:
    """Dara took the case and called Mali."""
    sends(house, people["Dara"], "ACK #")
    assert sends(house, people["Dara"], "CALL # Mali") == [
        "Mali is being called for case 101. You are told when they answer."
    ]


def test_rule_5_somebody_called_to_a_case_that_is_taken_is_paged_until_they_themselves_answer(
    house: House, people: dict[str, int]
) -> None:
    _called(house, people)
    assert reads(house, "Mali") == ["Dara asks for you: CRITICAL, case 101, language English, waiting 0 min."]
    house.pass_time(STEP)
    assert house.sweep() == 1
    house.send()
    assert len(reads(house, "Mali")) == 2, "Dara's acknowledgement does not answer for Mali"
    assert sends(house, people["Mali"], "ACK #") == ["Your answer is noted. Case 101 is with Dara."]
    alarm = house.alarm()
    assert (alarm.state, alarm.owner_id) == (AlarmState.ACKNOWLEDGED, people["Dara"])
    assert reads(house, "Dara")[-1] == "Mali answered your call for case 101."
    house.pass_time(STEP)
    assert house.sweep() == 0
    assert house.rows(ResponderCall, state=CallState.ANSWERED) == 1
    assert events(house)[-2:] == ["called", "call_answered"]


def test_the_pages_of_a_call_have_buttons_for_yes_and_no_with_the_code_of_the_page(
    house: House, people: dict[str, int]
) -> None:
    _called(house, people)
    page = next(each for each in house.pages() if each.address == "chat of Mali")
    code = house.code(house.last_page(people["Mali"]).id)
    assert [each.payload for each in page.buttons] == [f"YES 101 {code}", f"NO 101 {code}"]


def test_whoever_is_called_to_a_case_nobody_has_taken_takes_it_by_answering(
    house: House, people: dict[str, int]
) -> None:
    sends(house, people["Dara"], "CALL # mali")
    assert sends(house, people["Mali"], "YES #")[0].startswith("Case 101 is yours.")
    assert house.alarm().owner_id == people["Mali"]
    assert house.rows(ResponderCall, state=CallState.ANSWERED) == 1


def test_a_no_ends_the_call_and_the_caller_is_told(house: House, people: dict[str, int]) -> None:
    _called(house, people)
    assert sends(house, people["Mali"], "NO #") == ["Your no for case 101 was passed on."]
    assert reads(house, "Dara")[-1] == "Mali cannot come to case 101."
    house.pass_time(STEP)
    assert house.sweep() == 0


def test_a_call_that_nobody_answers_ends_after_its_tries_and_the_caller_is_told(
    house: House, people: dict[str, int]
) -> None:
    _called(house, people)
    for _ in range(MOST_TRIES):
        sends(house, people["Dara"], "BUSY #")  # the case itself stays with her meanwhile
        house.pass_time(STEP)
        house.sweep()
        house.send()
    assert len(reads(house, "Mali")) == MOST_TRIES
    assert reads(house, "Dara")[-1] == "Mali did not answer your call for case 101."
    assert house.rows(ResponderCall, state=CallState.ENDED) == 1
    assert house.alarm().state is AlarmState.ACKNOWLEDGED


def test_the_tries_of_a_call_go_round_all_ways(house: House) -> None:
    dara = house.on_call("Dara")
    house.on_call("Mali", step=None, ways=(("telegram_staff", "8001"), ("sms", "+12025550122")))
    house.hears(CRY)
    sends(house, dara, "CALL # Mali")
    house.pass_time(timedelta(seconds=61))
    house.sweep()
    house.send()
    texts = [(each.address, each.text) for each in house.pages() if "asks for you" in each.text]
    assert [address for address, _ in texts] == ["8001", "+12025550122"]
    code = house.code(house.last_page().id)
    assert texts[1][1].endswith(f"I come: YES 101 {code}. I cannot: NO 101 {code}")


def test_an_undeliverable_page_of_a_call_goes_by_the_next_way_at_once(house: House) -> None:
    dara = house.on_call("Dara")
    mali = house.on_call("Mali", step=None, ways=(("telegram_staff", "8001"), ("sms", "+12025550122")))
    house.hears(CRY)
    house.staff_bot.failures.append(PermanentSendError())
    code = house.code(house.last_page(dara).id)
    house.arrives(f"CALL 101 {code} Mali", sender="chat of Dara", channel="telegram_staff")
    house.settle()
    assert paged(house) == [dara, mali, mali]
    assert [each.address for each in house.pages() if "asks for you" in each.text] == ["+12025550122"]


def test_with_no_way_left_to_them_the_caller_is_told_at_once(house: House, people: dict[str, int]) -> None:
    code = house.code(house.last_page(people["Dara"]).id)
    house.arrives(f"CALL 101 {code} Mali", sender="chat of Dara", channel="telegram_staff")
    house.handle()
    house.staff_bot.failures.append(PermanentSendError())
    house.send()
    assert "Mali did not answer your call for case 101." in reads(house, "Dara")
    assert "call_unanswered" in events(house)


NOBODY = {
    "nobody": ("CALL # Nobody", "No colleague has that name. Nothing was done for case 101."),
    "herself": ("CALL # Dara", "No colleague has that name. Nothing was done for case 101."),
    "no working way": ("CALL # Vanna", "Vanna cannot be reached now. Nothing was done for case 101."),
    "a conflict": ("CALL # Mali", "Mali may not take case 101. Nothing was done."),
}


@pytest.mark.parametrize(("words", "answer"), NOBODY.values(), ids=NOBODY)
def test_a_call_that_cannot_be_made_says_why_and_pages_nobody(
    house: House, people: dict[str, int], words: str, answer: str
) -> None:
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.name == "Mali").values(conflicts=[house.alarm().reason]))
        broken = update(StaffContact).where(StaffContact.staff_id == people["Vanna"])
        session.execute(broken.values(verified_at=None))
    assert sends(house, people["Dara"], words) == [answer]
    assert house.rows(ResponderCall) == 0
    assert paged(house) == [people["Dara"]]


def test_the_same_person_is_not_called_twice_at_once(house: House, people: dict[str, int]) -> None:
    _called(house, people)
    assert sends(house, people["Dara"], "CALL # Mali") == ["Mali is being called for case 101 already."]
    assert house.rows(ResponderCall) == 1


def test_closing_the_case_ends_its_calls_and_their_pages(house: House, people: dict[str, int]) -> None:
    _called(house, people)
    house.pass_time(STEP)
    house.sweep()
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=people["Dara"])
    house.send()
    assert len(reads(house, "Mali")) == 1
    assert house.rows(ResponderCall, state=CallState.ENDED) == 1
    assert house.rows(OutboxMessage, state=OutboxState.CANCELLED) == 1
    assert sends(house, people["Mali"], "YES #") == ["This page for case 101 is over. Nothing was done."]


# The five cases of GoAlert's multiack_test.go, as they stand here: who was called by name answers for themselves.


def test_rule_4_case_1_an_acknowledgement_does_not_stop_the_pages_of_somebody_called_by_name(
    house: House, people: dict[str, int]
) -> None:
    sends(house, people["Dara"], "CALL # Mali")
    sends(house, people["Dara"], "ACK #")
    house.pass_time(STEP)
    assert house.sweep() == 1
    house.send()
    assert len([text for text in reads(house, "Mali") if "asks for you" in text]) == 2
    assert not any("was taken by" in text for text in reads(house, "Mali")), "she is still wanted"


def test_rule_4_case_1_nor_a_page_to_them_that_is_not_sent_yet(house: House, people: dict[str, int]) -> None:
    code = house.code(house.last_page(people["Dara"]).id)
    house.arrives(f"CALL 101 {code} Mali", sender="chat of Dara", channel="telegram_staff")
    house.handle()
    acknowledge_as(house, people["Dara"])
    house.send()
    assert [text for text in reads(house, "Mali") if "asks for you" in text]


def test_rule_4_case_2_whoever_acknowledged_is_not_paged_any_more(house: House, people: dict[str, int]) -> None:
    house.pass_time(STEP)
    house.sweep()  # a second page to Dara, not yet sent
    second = house.last_page(people["Dara"]).id
    sends(house, people["Dara"], "CALL # Mali")
    assert acknowledge_as(house, people["Mali"]) == "taken by Mali"
    before = len(reads(house, "Mali"))
    house.pass_time(STEP)
    house.sweep()
    house.send()
    assert reads(house, "Mali")[before:] == []
    assert page_events(house, second) == ["page_pending", "page_sending", "page_sent"]


def test_rule_4_case_3_a_second_acknowledgement_is_written_down_and_answered_with_a_name(
    house: House, people: dict[str, int]
) -> None:
    house.on_call("Noor")
    noor = house.last_page().staff_id
    sends(house, noor, "CALL # Mali")
    sends(house, noor, "CALL # Vanna")
    sends(house, people["Mali"], "ACK #")
    assert sends(house, people["Vanna"], "ACK #") == ["Your answer is noted. Case 101 is with Mali."]
    assert sends(house, people["Dara"], "ACK #")[0].startswith("Case 101 was already taken by Mali")
    assert events(house)[-4:] == ["call_answered", "acknowledged", "call_answered", "late"]


def test_rule_4_case_4_pages_written_after_an_acknowledgement_are_not_stopped_by_it(house: House) -> None:
    bob = house.on_call("Bob")
    house.on_call("Jane", step=2)
    with house.database.transaction() as session:
        session.execute(update(Page).values(wrong_codes=0))
    house.hears(CRY)
    sends(house, bob, "ACK #")
    sends(house, bob, "CALL # Jane")
    sends(house, bob, "UP #")
    assert house.alarm().state is AlarmState.PAGING
    house.pass_time(REPEATED_PAGES_APART)
    house.send()
    jane = [text for text in reads(house, "Jane") if "case 101" in text]
    assert len(jane) == 2, "called by name, and paged at her step half a minute later: she is awake already"
    assert house.rows(OutboxMessage, state=OutboxState.CANCELLED) == 0


def test_rule_4_case_5_closing_cancels_everything(house: House, people: dict[str, int]) -> None:
    _called(house, people)
    sends(house, people["Dara"], "GIVE # Vanna")
    house.pass_time(STEP)
    house.sweep()
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=people["Dara"])
    before = len(house.pages())
    for _ in range(3):
        house.pass_time(timedelta(minutes=11))
        assert house.sweep() == 0
        house.send()
    assert len(house.pages()) == before
