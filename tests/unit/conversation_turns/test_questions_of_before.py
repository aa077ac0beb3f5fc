"""A question of the desk for words and times that was open when they fell silent: it is over when they come back, so
that their word is heard as their word, and what they tell next is kept for no secret."""

from __future__ import annotations

from bot.database.tables import CheckIn
from tests.unit.conversation_turns.covered import (
    ELEVEN_MINUTES,
    HALF_AN_HOUR,
    SAFE,
    choose,
    cover,
    neutral,
    phrase,
    read_case,
    tell,
)
from tests.unit.house import House

TOLD_NEXT = "nine of us"


def test_who_fell_silent_before_the_second_word_comes_back_with_the_first(house: House) -> None:
    tell(house)
    house.hears("safe word")
    house.hears(SAFE)  # the duress word is asked for, and nothing more is written
    house.pass_time(HALF_AN_HOUR)
    assert house.hears("1") == neutral(house)
    assert phrase(house, "utter_ask_people") in house.hears(SAFE)


def test_what_they_tell_after_that_is_kept_as_told_and_for_no_duress_word(house: House) -> None:
    tell(house)
    house.hears("safe word")
    house.hears(SAFE)
    house.pass_time(HALF_AN_HOUR)
    house.hears(SAFE)
    house.hears(TOLD_NEXT)
    assert cover(house).duress_word_hash is None
    assert TOLD_NEXT in read_case(house).facts["people"]


def test_their_word_after_ten_minutes_is_stored_nowhere(house: House) -> None:
    tell(house)
    house.hears("safe word")
    house.hears(SAFE)
    house.pass_time(ELEVEN_MINUTES)
    assert phrase(house, "utter_ask_people") in house.hears(SAFE)
    assert not any(SAFE in entry.text for entry in read_case(house).entries)


def test_a_number_after_their_word_answers_the_question_they_were_asked_and_agrees_on_no_time(house: House) -> None:
    choose(tell(house))
    house.hears("check in")
    house.pass_time(HALF_AN_HOUR)
    assert phrase(house, "utter_ask_people") in house.hears(SAFE)
    house.hears(TOLD_NEXT)
    house.hears("1")
    assert house.rows(CheckIn) == 0
    assert read_case(house).facts["write_back"] == "when_i_write"


# Not safe, and a person is wanted.


def test_a_wish_for_a_person_is_kept_while_nothing_but_the_neutral_line_is_said(house: House) -> None:
    tell(house)
    house.pass_time(ELEVEN_MINUTES)
    house.hears("hello")
    house.hears("2")
    assert house.hears("person") == neutral(house)
    assert house.report().person_wanted_at is not None
    assert house.conversation().safety == "unsafe"
