"""Children, rudeness, a captor's small talk, distress in the middle of a form, and what is told beside a human."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bench.chaos.words import CRIES
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Report
from tests.conversations.walk_words import WANTS_TO_DIE
from tests.conversations.words import LANGUAGES, WORDS
from tests.unit.conversation_turns.two_phones import OLD, conversation_of, given, hears, in_words, read_by_staff
from tests.unit.house import CRY, OTHER_REPORTER, House

ELEVEN_MINUTES = timedelta(minutes=11)
A_CHILD = {
    "en": "I am 13",
    "th": "หนูอายุ 13 ปี",
    "km": "ខ្ញុំអាយុ 13 ឆ្នាំ",
    "vi": "em mới 13 tuổi",
    "my": "သမီး အသက် ၁၃ နှစ်ပါ",
}


def _words(house: House, response: str, language: str = "en", *, child: bool = False) -> str:
    return house.wording.render(response, language, sms=True, child=child).text


# Children.


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_child_is_spoken_to_in_simpler_words_from_then_on(house: House, language: str) -> None:
    house.on_call("Dara")
    word = WORDS[language]
    for written in (A_CHILD[language], "1", "1"):
        house.hears(written)
    danger = house.hears("1")
    assert danger[-1] == _words(house, "utter_ask_danger_now", language, child=True)
    assert danger[-1] != _words(house, "utter_ask_danger_now", language)
    assert house.hears(word["<no>"]) == [_words(house, "utter_ask_place", language, child=True)]
    said = [reply for _ in range(5) for reply in house.hears(word["<skip>"])]
    assert said[0] == _words(house, "utter_ask_details", language, child=True)
    assert said[-1] == _words(house, "utter_filed", language, child=True)


def test_staff_see_that_a_child_writes_and_are_woken(house: House) -> None:
    house.on_call("Dara")
    for written in ("help", "1", "1", "I am 13"):
        house.hears(written)
    report = house.report()
    assert "minor_exploited" in report.urgency_reasons
    assert house.alarm().state is AlarmState.PAGING
    assert read_by_staff(house).facts["child"] == "yes"


def test_an_adult_reads_the_words_of_adults(house: House) -> None:
    for written in ("help", "1"):
        house.hears(written)
    assert house.hears("1")[-1] == _words(house, "utter_ask_danger_now")


# A captor reads along.


def test_whatever_another_hand_writes_before_safe_it_learns_of_no_person(house: House) -> None:
    house.on_call("Dara")
    for words in (CRY, "1", "1"):
        house.hears(words)
    house.pass_time(ELEVEN_MINUTES)
    replies = [
        reply
        for words in ("what is this", "answer me", "skip", "you stupid machine", "stupid bot", "who are you", "bot")
        for reply in house.hears(words)
    ]
    assert set(replies) == {_words(house, "utter_ask_safe_now"), _words(house, "utter_who_is_this")}
    assert house.report().person_wanted_at is not None, "a person is called all the same"


# Rudeness, thanks, small talk.


def test_rudeness_before_anything_was_told_opens_no_case(house: House) -> None:
    for words in ("stupid bot", "idiot", "fuck you", "thank you", "are you a robot", "START"):
        assert house.hears(words) == [_words(house, "utter_ask_safe_now")]
    assert house.rows(Report) == 0


def test_rudeness_in_a_form_is_answered_kindly_with_the_open_question(house: House) -> None:
    for words in ("help", "1", "1"):
        house.hears(words)
    for _ in range(4):
        assert house.hears("stupid bot") == [_words(house, "utter_insult"), _words(house, "utter_ask_danger_now")]
    assert house.report().person_wanted_at is None


# Distress in the middle.


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cry_in_the_middle_of_a_form_wakes_somebody_and_brings_the_help_message(house: House, language: str) -> None:
    house.on_call("Dara")
    word = WORDS[language]
    for written in (word["<tip>"], "1", word["<skip>"]):
        house.hears(written)
    assert house.rows(Alarm) == 0
    assert house.hears(CRIES[language])[0] == _words(house, "utter_urgent_received", language)
    assert house.rows(Alarm) == len(house.pages()) == 1
    assert house.hears(WANTS_TO_DIE[language])[0] == _words(house, "utter_suicide_received", language)
    assert house.hears(WANTS_TO_DIE[language])[0] == _words(house, "utter_suicide_received", language)
    assert house.report().urgency == "CRITICAL"


def test_whoever_cries_out_again_when_a_person_was_reached_is_told_that_one_was(house: House) -> None:
    house.on_call("Dara")
    for words in (CRY, "1", "1"):
        house.hears(words)
    house.responder_says(f"ACK 101 {house.code(house.last_page().id)}", "Dara")
    replies = house.hears("they are coming with a knife")
    assert _words(house, "utter_urgent_received") not in replies
    assert _words(house, "utter_person_reached") in replies


# Beside a human.


@pytest.fixture
def with_a_human(told: House) -> House:
    """A person has answered: the bot is silent."""
    told.staff_answer("I am here.")
    told.settle()
    return told


def test_status_is_told_truthfully_beside_a_human(with_a_human: House) -> None:
    assert hears(with_a_human, "status", **OLD) == [in_words(with_a_human, "utter_status_answered", sms=False)]


def test_numbers_are_told_beside_a_human(with_a_human: House) -> None:
    assert hears(with_a_human, "numbers", **OLD) == [in_words(with_a_human, "utter_no_hotlines", sms=False)]


def test_words_to_the_human_are_not_answered_by_the_bot(with_a_human: House) -> None:
    assert hears(with_a_human, "did you read it? what is happening with my case", **OLD) == []


def test_the_safe_question_that_status_brought_beside_a_human_can_be_answered(house: House) -> None:
    """The human took over before they had said that it is safe: the machine's question must not ask for ever."""
    house.on_call("Dara")
    house.hears(CRY)
    house.staff_answer("I am here.")
    house.settle()
    assert house.hears("yes") == [], "it answers the human"
    assert house.hears("status") == [_words(house, "utter_ask_safe_now")]
    assert house.hears("yes") == []
    assert house.hears("status") == [_words(house, "utter_status_answered")]


# The return code asks for one thing at a time.


def test_with_a_return_code_the_open_question_waits_for_the_four_digits(told: House) -> None:
    said = hears(told, "code", **OLD)
    assert len(said) == 1
    code = given(told, **OLD)
    open_question = in_words(told, "utter_ask_danger_now", sms=False)
    wrong = f"{(int(code[-4:]) + 1) % 10_000:04}"
    assert hears(told, wrong, **OLD) == [in_words(told, "utter_code_not_right")]
    assert hears(told, code[-4:], **OLD) == [in_words(told, "utter_code_kept"), open_question]


def test_who_ignores_the_four_digits_answers_the_open_question(told: House) -> None:
    given(told, **OLD)
    assert hears(told, "2", **OLD)[-1] == in_words(told, "utter_ask_place", sms=False)
    assert conversation_of(told, "7001", "telegram").owner_id is None


def test_who_says_something_else_instead_of_the_four_digits_is_asked_the_open_question(told: House) -> None:
    given(told, **OLD)
    assert hears(told, "what do you mean", **OLD)[-1] == in_words(told, "utter_ask_danger_now", sms=False)


def test_stop_and_start_in_five_languages(house: House) -> None:
    for place, language in enumerate(LANGUAGES):
        sender = f"{OTHER_REPORTER[:-1]}{place}"
        assert house.hears(WORDS[language]["<stop>"], sender=sender) == [_words(house, "utter_stop", language)]
        assert house.hears(WORDS[language]["<start>"], sender=sender) == [_words(house, "utter_ask_safe_now", language)]
    assert house.rows(Report) == 0
