"""Cover: words of the person's own, and what everybody else with the phone gets: one neutral line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation.cover_for_staff import lift_cover
from bot.database.states import AlarmState, ClosedBy, Safety
from bot.database.tables import AuditEntry, Conversation, Cover, OutboxMessage, Report
from bot.messages.message import MessageKind
from bot.messages.paging_limits import FIRST_PAGES_APART
from tests.unit.conversation_turns.covered import (
    DURESS,
    ELEVEN_MINUTES,
    HALF_AN_HOUR,
    MINE,
    PHONES,
    SAFE,
    SMS,
    TELEGRAM,
    choose,
    cover,
    last_words,
    neutral,
    phrase,
    read_case,
    staff_states,
    tell,
    tells_nothing,
)
from tests.unit.conversation_turns.two_phones import continues, given, hears
from tests.unit.house import CRY, REPORTER, House

ANYBODY_ASKS = ("1", "hello", "yes", "status", "code", "safe word", "what did she write", "wipe", "stop", "language")


# Silence.


@PHONES
def test_after_half_an_hour_only_the_word_opens(house: House, phone: dict[str, str]) -> None:
    choose(tell(house, phone), phone)
    house.pass_time(HALF_AN_HOUR)
    answer = house.staff_answer("where are you?")
    house.settle()
    for words in ANYBODY_ASKS:
        assert hears(house, words, **phone) == neutral(house), words
    assert staff_states(house) == ["held"]
    assert any("where are you?" in reply for reply in hears(house, SAFE, **phone))
    assert staff_states(house) == ["sent"]
    assert answer


def test_the_word_may_come_in_any_case_width_and_spacing(covered: House) -> None:
    covered.pass_time(HALF_AN_HOUR)
    assert covered.hears(" Ｍango　TREE. ") != neutral(covered)
    assert covered.conversation().safety is Safety.SAFE


@pytest.mark.parametrize("wrong", ["mango", "mango trees", "the mango tree", "mangotree mangotree", "tree mango"])
def test_a_wrong_word_gets_what_every_word_gets(covered: House, wrong: str) -> None:
    covered.pass_time(HALF_AN_HOUR)
    assert covered.hears(wrong) == neutral(covered)
    assert covered.conversation().safety is not Safety.SAFE


def test_what_another_hand_writes_does_not_keep_it_open(covered: House) -> None:
    """Every message of theirs is a sign of life of the phone, not of the person."""
    covered.pass_time(ELEVEN_MINUTES)
    assert covered.hears("hello") == [phrase(covered, "utter_ask_safe_now")]
    covered.pass_time(timedelta(minutes=9))
    covered.hears("hello?")
    covered.pass_time(ELEVEN_MINUTES)
    assert covered.hears("1") == neutral(covered)


def test_whoever_goes_on_writing_is_not_closed_out(covered: House) -> None:
    for _ in range(5):
        covered.pass_time(timedelta(minutes=9))
        assert covered.hears("still here") != neutral(covered)


def test_without_a_word_the_safe_question_stands_as_before(told_by_sms: House) -> None:
    told_by_sms.pass_time(timedelta(hours=3))
    assert told_by_sms.hears("hello") == [phrase(told_by_sms, "utter_ask_safe_now")]
    assert told_by_sms.hears("1") != neutral(told_by_sms)


def test_what_is_written_meanwhile_is_heard_by_people(covered: House) -> None:
    covered.pass_time(HALF_AN_HOUR)
    pages = len(covered.pages())
    with covered.database.transaction() as session:
        for report in session.scalars(select(Report)):
            report.urgency = "HIGH"
    covered.responder_says(f"ACK 101 {covered.code(covered.last_page().id)}", "Dara")
    assert covered.hears("they have a gun and they will shoot") == neutral(covered)
    assert last_words(covered) == "they have a gun and they will shoot"
    assert covered.report().urgency == "CRITICAL"
    assert len(covered.pages()) > pages


@pytest.mark.parametrize("kind", [MessageKind.START, MessageKind.VOICE, MessageKind.LOCATION, MessageKind.PHOTO])
def test_no_kind_of_message_opens(covered: House, kind: MessageKind) -> None:
    covered.pass_time(HALF_AN_HOUR)
    assert covered.hears("", kind=kind) == neutral(covered)


def test_the_return_code_opens_and_a_wrong_one_says_nothing(told_by_sms: House) -> None:
    code = given(told_by_sms, **SMS)
    choose(told_by_sms)
    told_by_sms.pass_time(HALF_AN_HOUR)
    assert told_by_sms.hears(code[-4:]) == neutral(told_by_sms)
    assert told_by_sms.hears("1234 5678 1234 5678") == neutral(told_by_sms)
    assert told_by_sms.hears(f"my number is {code}") == neutral(told_by_sms)
    assert told_by_sms.hears(code) == continues(told_by_sms)
    assert told_by_sms.hears("1") != neutral(told_by_sms)
    assert told_by_sms.conversation().safety is Safety.SAFE


def test_by_the_code_the_words_go_along_to_the_other_phone(told_by_sms: House) -> None:
    code = given(told_by_sms, **SMS)
    choose(told_by_sms)
    assert hears(told_by_sms, code, **TELEGRAM) == continues(told_by_sms, sms=False)
    hears(told_by_sms, "1", **TELEGRAM)
    told_by_sms.pass_time(HALF_AN_HOUR)
    assert hears(told_by_sms, "1", **TELEGRAM) == neutral(told_by_sms)
    assert hears(told_by_sms, SAFE, **TELEGRAM) != neutral(told_by_sms)


# Duress.


@PHONES
def test_the_duress_word_wakes_people_and_the_phone_stays_dull(house: House, phone: dict[str, str]) -> None:
    """The captor reads: one line to all, and nothing of before."""
    choose(tell(house, phone), phone)
    answer = house.staff_answer("where are you?")
    before = len(house.pages())
    house.arrives(DURESS, **phone)
    assert house.alarm().reason == "duress_word", "at the door, before any word is handled"
    assert house.alarm().urgency == "CRITICAL"
    house.settle()
    assert house.conversation().safety is Safety.UNSAFE
    for words in ANYBODY_ASKS:
        assert hears(house, words, **phone) == neutral(house), words
    assert staff_states(house) == ["held"]
    assert len(house.pages()) >= before
    assert "duress_word" in house.report().urgency_reasons
    assert answer not in [each.text for each in house.said()]


def test_an_alarm_that_was_taken_is_heard_anew(covered: House) -> None:
    covered.responder_says(f"ACK 101 {covered.code(covered.last_page().id)}", "Dara")
    assert covered.alarm().state is AlarmState.ACKNOWLEDGED
    covered.pass_time(FIRST_PAGES_APART)
    before = len(covered.pages())
    assert covered.hears(DURESS) == neutral(covered)
    assert covered.alarm().state is AlarmState.PAGING
    assert len(covered.pages()) == before + 1
    said = len(covered.said())
    covered.responder_says(f"ACK 101 {covered.code(covered.last_page().id)}", "Dara")
    assert len(covered.said()) == said, "that a person was reached is not told to this phone"


def test_without_any_report_the_duress_word_opens_one(house: House) -> None:
    house.on_call("Dara")
    for words in ("hello", "1"):
        house.hears(words)
    choose(house)
    assert house.hears(DURESS) == neutral(house)
    assert house.report().urgency == "CRITICAL"
    assert len(house.pages()) == 1


def test_staff_see_that_it_was_written_and_not_what_it_is(covered: House) -> None:
    covered.hears(DURESS)
    view = read_case(covered)
    [entry] = [each for each in view.entries if each.duress]
    assert (entry.text, entry.hidden) == ("", True)
    assert view.cover.closed_by == "duress"
    assert "duress_word" in view.card.reasons


def test_after_the_duress_word_the_safe_word_opens_and_lets_go_what_waited(covered: House) -> None:
    covered.hears(DURESS)
    covered.staff_answer("where are you?")
    covered.settle()
    assert any("where are you?" in reply for reply in covered.hears(SAFE))
    assert cover(covered).closed_by is None
    assert covered.alarm().state is AlarmState.PAGING, "only people end an alarm"


def test_the_duress_word_inside_other_words_is_an_ordinary_message(covered: House) -> None:
    assert covered.hears(f"we saw the {DURESS} today") != neutral(covered)
    assert cover(covered).closed_by is None


def test_what_the_bot_was_about_to_say_is_cancelled(covered: House) -> None:
    code_was = covered.rows(OutboxMessage, erase_once_sent=True)
    covered.arrives("code")
    covered.handle()  # the answer is written, and not sent yet
    covered.arrives(DURESS)
    said = len(covered.said())
    covered.settle()
    assert [each.text for each in covered.said()[said:]] == neutral(covered)
    assert covered.rows(OutboxMessage, erase_once_sent=True) == code_was + 1
    assert covered.rows(OutboxMessage, erase_once_sent=True, body_sealed=None) == code_was + 1


def test_what_was_written_before_it_and_not_handled_yet_is_answered_dully(covered: House) -> None:
    covered.arrives("status")
    covered.arrives(DURESS)
    said = len(covered.said())
    covered.settle()
    assert {each.text for each in covered.said()[said:]} == set(neutral(covered))


def test_a_safe_word_that_was_overtaken_by_the_duress_word_opens_nothing(covered: House) -> None:
    covered.staff_answer("where are you?")
    covered.pass_time(HALF_AN_HOUR)
    covered.arrives(SAFE)
    covered.arrives(DURESS)
    covered.settle()
    assert cover(covered).closed_by is ClosedBy.DURESS
    assert covered.hears("1") == neutral(covered)


def test_from_a_stranger_the_duress_word_is_nothing(covered: House) -> None:
    assert hears(covered, DURESS, **TELEGRAM) == [phrase(covered, "utter_ask_safe_now", sms=False)]
    assert "duress_word" not in covered.report().urgency_reasons
    assert cover(covered).closed_by is None


# What goes, and what people can do.


def test_a_wipe_takes_the_words(covered: House) -> None:
    covered.hears("wipe")
    covered.hears("1")
    assert covered.rows(Cover) == 0


def test_a_captor_cannot_wipe_what_is_closed(covered: House) -> None:
    covered.hears(DURESS)
    for words in ("wipe", "1", "yes", "stop"):
        assert covered.hears(words) == neutral(covered)
    assert covered.rows(Conversation, wipe_asked_at=None) == 1


def test_a_human_who_is_sure_lets_them_in_without_the_word(covered: House) -> None:
    covered.hears(DURESS)
    with covered.database.transaction() as session:
        assert lift_cover(session, 101, staff_id=covered.last_page().staff_id)
        assert not lift_cover(session, 101, staff_id=covered.last_page().staff_id)
    assert covered.rows(AuditEntry, action="lifted_cover") == 1
    assert covered.hears("hello") == [phrase(covered, "utter_ask_safe_now")]
    assert covered.hears("1") != neutral(covered)
    assert covered.hears(DURESS) != neutral(covered), "an ordinary message now"


def test_nothing_a_closed_conversation_answers_tells_what_it_is(covered: House) -> None:
    covered.hears(DURESS)
    replies = [reply for words in (*ANYBODY_ASKS, MINE, CRY, REPORTER) for reply in covered.hears(words)]
    assert set(replies) == set(neutral(covered))
    assert tells_nothing(replies)
