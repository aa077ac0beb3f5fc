""" "Not safe", and "who is this?": what whoever holds the phone reads."""

from __future__ import annotations

import pytest

from bot.database.states import Safety
from tests.unit.conversation_turns.covered import (
    ELEVEN_MINUTES,
    PHONES,
    SAFE,
    SMS,
    last_words,
    neutral,
    phrase,
    read_case,
    staff_states,
    tell,
    tells_nothing,
)
from tests.unit.conversation_turns.two_phones import hears
from tests.unit.house import CRY, House

# Not safe.


@PHONES
def test_after_not_safe_the_question_is_not_asked_again_and_again(house: House, phone: dict[str, str]) -> None:
    hears(house, "hello", **phone)
    assert hears(house, "2", **phone) == neutral(house)
    for words in ("who is this?", "hello?", "yes", "ok", "what is this number", "2", "language"):
        assert hears(house, words, **phone) == neutral(house), words


def test_after_not_safe_a_cry_pages_and_the_outside_stays_neutral(house: House) -> None:
    house.on_call("Dara")
    house.hears("hello")
    house.hears("2")
    assert house.hears(CRY) == neutral(house)
    assert len(house.pages()) == 1


@pytest.mark.parametrize("word", ["1", "it is safe", "๑", "១", "၁"])
def test_after_not_safe_an_exact_word_takes_it_back(told_by_sms: House, word: str) -> None:
    told_by_sms.pass_time(ELEVEN_MINUTES)
    told_by_sms.hears("hello")
    told_by_sms.hears("2")
    assert told_by_sms.hears(word) != neutral(told_by_sms)
    assert told_by_sms.conversation().safety is Safety.SAFE


def test_after_not_safe_and_ten_quiet_minutes_it_is_asked_once_more(told_by_sms: House) -> None:
    told_by_sms.pass_time(ELEVEN_MINUTES)
    told_by_sms.hears("hello")
    told_by_sms.hears("2")
    told_by_sms.pass_time(ELEVEN_MINUTES)
    assert told_by_sms.hears("hello") == [phrase(told_by_sms, "utter_ask_safe_now")]


def test_after_not_safe_with_a_word_chosen_only_the_word_opens(covered: House) -> None:
    covered.pass_time(ELEVEN_MINUTES)
    covered.hears("hello")
    assert covered.hears("2") == neutral(covered)
    assert covered.hears("1") == neutral(covered)
    covered.pass_time(ELEVEN_MINUTES)
    assert covered.hears("1") == neutral(covered)
    assert covered.hears(SAFE) != neutral(covered)


def test_after_not_safe_stop_and_wipe_are_obeyed(house: House) -> None:
    house.hears("hello")
    house.hears("2")
    assert house.hears("wipe") == [phrase(house, "utter_ask_wipe")]
    assert house.hears("1") == [phrase(house, "utter_wiped")]


# Who is this?


@PHONES
@pytest.mark.parametrize(
    "words", ["who is this?", "Hello, who is this", "what is this number", "my worker wrote to you"]
)
def test_a_stranger_with_the_phone_gets_the_neutral_answer(house: House, phone: dict[str, str], words: str) -> None:
    tell(house, phone)
    replies = hears(house, words, **phone)
    assert replies == [phrase(house, "utter_who_is_this", sms=phone is SMS)]
    assert tells_nothing(replies)
    assert house.conversation().safety is Safety.RETURNED
    assert hears(house, "is she there", **phone) == [phrase(house, "utter_ask_safe_now", sms=phone is SMS)]
    assert "stranger_asks" in house.report().urgency_reasons


def test_the_question_of_a_stranger_is_no_answer_to_the_open_one(told_by_sms: House) -> None:
    told_by_sms.hears("who is this?")
    assert not any("who is this" in told_fact for told_fact in read_case(told_by_sms).facts.values())
    assert last_words(told_by_sms) == "who is this?", "but people read it"


def test_what_staff_had_written_is_held_when_a_stranger_asks(told_by_sms: House) -> None:
    told_by_sms.hears("who is this?")
    answer = told_by_sms.staff_answer("where are you?")
    told_by_sms.settle()
    assert staff_states(told_by_sms) == ["held"]
    assert told_by_sms.hears("1") == [phrase(told_by_sms, "utter_ask_safe_now")], "no question was open"
    assert answer in told_by_sms.hears("1")


def test_while_a_human_speaks_a_stranger_gets_the_same(told_by_sms: House) -> None:
    told_by_sms.staff_answer("where are you?")
    told_by_sms.settle()
    assert told_by_sms.hears("who is this?") == [phrase(told_by_sms, "utter_who_is_this")]
    told_by_sms.staff_answer("please answer")
    told_by_sms.settle()
    assert staff_states(told_by_sms) == ["sent", "held"]


def test_whoever_begins_by_asking_who_this_is_can_go_on(house: House) -> None:
    assert house.hears("who is this?") == [phrase(house, "utter_who_is_this"), phrase(house, "utter_ask_safe_now")]
    assert house.hears("1")[0] == phrase(house, "utter_who_ngo")


def test_a_stranger_where_a_word_is_chosen_closes_it(covered: House) -> None:
    assert covered.hears("who is this?") == [phrase(covered, "utter_who_is_this")]
    assert covered.hears("1") == neutral(covered)
    assert covered.hears(SAFE) != neutral(covered)
