"""Who comes back and says that it is safe reads the latest truth and the open question, and no pile of messages."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.conversation import case_desk
from bot.database.tables import Report
from bot.escalation.ownership import give_back, take_over
from bot.reports.report_store import lock_conversation
from tests.unit.conversation_turns.covered import ELEVEN_MINUTES, HALF_AN_HOUR, SAFE, choose, neutral, phrase, tell
from tests.unit.house import CRY, House


def _staff_take_and_read(house: House) -> None:
    house.responder_says(f"ACK 101 {house.code(house.last_page().id)}", "Dara")
    with house.database.transaction() as session:
        case_desk.open_case(session, 101, staff_id=house.last_page().staff_id, keys=house.keys, wording=house.wording)


@pytest.fixture
def told(house: House) -> House:
    return tell(house)


def test_the_safe_word_brings_the_latest_truth_and_the_open_question(told: House) -> None:
    choose(told)
    told.pass_time(HALF_AN_HOUR)
    _staff_take_and_read(told)
    told.settle()
    assert told.hears("1") == neutral(told)
    assert told.hears(SAFE) == [phrase(told, "utter_person_read"), phrase(told, "utter_ask_people")]


def test_truths_that_no_worker_has_looked_at_yet_are_told_as_one_too(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    told.hears("hello")
    _staff_take_and_read(told)  # written, and not one of them is claimed before the "yes" is handled
    assert told.hears("1") == [phrase(told, "utter_person_read"), phrase(told, "utter_ask_write_back")]


def test_what_gave_way_to_a_truth_is_said_with_the_next_turn_that_has_room(house: House) -> None:
    house.on_call("Dara")
    for words in (CRY, "1"):
        house.hears(words)
    house.pass_time(ELEVEN_MINUTES)
    _staff_take_and_read(house)
    house.hears("hello")
    assert house.hears("1") == [phrase(house, "utter_person_read"), phrase(house, "utter_ask_whose")]
    assert house.hears("1") == [phrase(house, "utter_who_is_told"), phrase(house, "utter_ask_danger_now")]
    assert house.hears("2") == [phrase(house, "utter_who_can_see"), phrase(house, "utter_ask_place")]


def test_a_truth_that_finds_no_room_is_told_with_the_next_turn(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    _staff_take_and_read(told)
    assert told.hears("person") == [phrase(told, "utter_ask_safe_now")]
    assert told.hears("1") == [phrase(told, "utter_to_person"), phrase(told, "utter_ask_people")]
    assert told.hears("nine")[0] == phrase(told, "utter_person_read")
    assert phrase(told, "utter_person_read") not in told.hears("1"), "once"


def test_a_question_that_could_not_leave_in_time_is_not_asked_when_it_was_answered_since(house: House) -> None:
    house.arrives("hello")
    house.pass_time(ELEVEN_MINUTES)
    house.settle()
    assert house.outbox_states(house.conversation().id) == ["held"]
    assert house.hears("hello again") == [phrase(house, "utter_ask_safe_now")]
    assert house.hears("1") == [phrase(house, "utter_who"), phrase(house, "utter_ask_topic")]


def test_an_answer_that_could_not_leave_in_time_is_told_when_it_is_safe(told: House) -> None:
    told.arrives("status")
    told.handle()
    told.pass_time(ELEVEN_MINUTES)
    told.settle()
    told.hears("hello")
    assert told.hears("1") == [phrase(told, "utter_status_arrived"), phrase(told, "utter_ask_write_back")]


def test_what_a_human_wrote_goes_whatever_else_waits(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    _staff_take_and_read(told)
    answer = told.staff_answer("where are you?")
    told.hears("hello")
    assert told.hears("1") == [phrase(told, "utter_person_read"), answer]


def test_rules_that_were_not_told_because_a_human_spoke_are_told_later(house: House) -> None:
    house.on_call("Dara")
    for words in (CRY, "1"):
        house.hears(words)
    house.staff_answer("where are you?")
    house.settle()
    house.pass_time(ELEVEN_MINUTES)
    house.hears("hello")
    assert house.hears("1") == [], "a human speaks"
    with house.database.transaction() as session:
        report = session.scalars(select(Report)).one()
        give_back(
            session, lock_conversation(session, report.conversation_id), report, staff_id=house.last_page().staff_id
        )
    assert house.hears("1")[0] == phrase(house, "utter_who_is_told")


def test_an_answer_of_the_bots_that_would_never_leave_takes_no_room(house: House) -> None:
    house.on_call("Dara")
    for words in (CRY, "1"):
        house.hears(words)
    house.arrives("status")
    house.handle()
    house.pass_time(ELEVEN_MINUTES)
    house.settle()
    with house.database.transaction() as session:  # a human began to speak, and gave back
        report = session.scalars(select(Report)).one()
        conversation = lock_conversation(session, report.conversation_id)
        take_over(session, conversation, report, staff_id=house.last_page().staff_id)
        give_back(session, conversation, report, staff_id=house.last_page().staff_id)
    house.hears("hello")
    assert house.hears("1") == [phrase(house, "utter_who_is_told"), phrase(house, "utter_ask_whose")]
