"""A return code inside words, a wrong one, many wrong ones: what is told, and what is kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.database.states import AlarmState
from bot.database.tables import (
    Alarm,
    InboxMessage,
    ReturnCodeTry,
)
from bot.messages.message import MessageKind
from bot.messages.return_codes import Sender, note_wrong_try, too_many_tries
from bot.privacy.return_codes import draw_code, grouped
from tests.unit.conversation_turns.two_phones import (
    NEW,
    OLD,
    continues,
    conversation_of,
    given,
    hears,
    in_words,
    read_by_staff,
)
from tests.unit.house import CRY, OTHER_REPORTER, REPORTER, House


def test_ones_own_code_among_words_is_refused_and_erased(told: House) -> None:
    code = given(told, **OLD)
    assert hears(told, f"my number is {code} ok?", **OLD) == [in_words(told, "utter_code_in_text", sms=False)]
    assert told.rows(InboxMessage, text_sealed=None) == 1
    assert not any(code in each.text for each in read_by_staff(told).entries)
    assert told.rows(ReturnCodeTry) == 0


def test_somebody_elses_code_among_words_is_refused_too_and_opens_nothing(told: House) -> None:
    code = given(told, **OLD)
    before = conversation_of(told, "7001", "telegram").id
    assert hears(told, f"I was told to send {code}", **NEW) == [in_words(told, "utter_code_in_text")]
    assert conversation_of(told, "7001", "telegram").id == before


def test_urgency_and_alarm_of_refused_words_count_all_the_same(told: House) -> None:
    code = given(told, **OLD)
    assert hears(told, f"{CRY} {code}", **NEW) == [in_words(told, "utter_code_in_text")]
    assert told.rows(Alarm, state=AlarmState.PAGING) == 2
    assert told.report().urgency == "CRITICAL"


def test_while_a_human_speaks_a_code_among_words_is_refused_too(told: House) -> None:
    code = given(told, **OLD)
    told.staff_answer("I am here.")
    told.settle()
    assert hears(told, f"look: {code}", **OLD) == [in_words(told, "utter_code_in_text", sms=False)]


def test_a_caption_under_a_picture_is_words_as_well(told: House) -> None:
    code = given(told, **OLD)
    assert hears(told, code, kind=MessageKind.PHOTO, **OLD) == [in_words(told, "utter_code_in_text", sms=False)]


@pytest.mark.parametrize("number", ["4821 0937 5526 1823", "4821 0937 5526 1824"])
def test_a_bank_account_is_an_ordinary_word(told: House, number: str) -> None:
    hears(told, f"they took the money from {number}", **OLD)
    assert any(number in each.text for each in read_by_staff(told).entries)


def test_looking_inside_words_is_no_way_to_guess_faster(told: House) -> None:
    code = given(told, **OLD)
    for _ in range(2):
        hears(told, "are these any: " + ", ".join(draw_code() for _ in range(20)), **NEW)
    assert told.rows(ReturnCodeTry) == 5
    assert in_words(told, "utter_code_in_text") not in hears(told, f"and this: {code}", **NEW)
    assert hears(told, code, **NEW) == [in_words(told, "utter_code_wait")]


def test_a_code_that_nobody_has_is_said_to_be_unknown_and_not_kept(told: House) -> None:
    before = told.rows(InboxMessage, text_sealed=None)
    assert hears(told, grouped(draw_code()), **NEW) == [in_words(told, "utter_code_unknown")]
    assert told.rows(InboxMessage, text_sealed=None) == before + 1
    with told.database.transaction() as session:
        tried = session.scalars(select(ReturnCodeTry)).one()
    assert tried.sender_hash != told.keys.lookup_hash("address", "sms", REPORTER)


def test_a_slip_of_the_thumb_is_no_guess(told: House) -> None:
    code = given(told, **OLD)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    for _ in range(8):
        assert hears(told, wrong, **NEW) == [in_words(told, "utter_code_unknown")]
    assert told.rows(InboxMessage, text_sealed=None) == 8
    assert hears(told, code, **NEW) == continues(told)


def test_after_five_wrong_ones_even_the_right_one_waits_an_hour(told: House) -> None:
    code = given(told, **OLD)
    for _ in range(5):
        assert hears(told, draw_code(), **NEW) == [in_words(told, "utter_code_unknown")]
    for attempt in (draw_code(), code):
        assert hears(told, attempt, **NEW) == [in_words(told, "utter_code_wait")]
    assert hears(told, code, sender=OTHER_REPORTER) == continues(told), "others are not held back"
    told.pass_time(timedelta(minutes=61))
    assert hears(told, code, **NEW) == continues(told)


def test_erasing_everything_does_not_begin_the_count_anew(told: House) -> None:
    for _ in range(5):
        hears(told, draw_code(), **NEW)
    hears(told, "wipe", **NEW)
    hears(told, "1", **NEW)
    told.tidy()
    assert hears(told, draw_code(), **NEW) == [in_words(told, "utter_code_wait")]


def test_after_sixty_wrong_ones_nobody_on_that_channel_is_looked_up(told: House) -> None:
    code = given(told, **OLD)
    for number in range(12):
        for _ in range(5):
            told.arrives(draw_code(), sender=f"+120255502{number:02}")
    told.settle()
    assert told.rows(ReturnCodeTry) == 60
    assert hears(told, code, **NEW) == [in_words(told, "utter_code_wait")]
    assert hears(told, code, **OLD) == continues(told, sms=False), "another channel goes on"


def test_tries_are_forgotten_after_an_hour(told: House) -> None:
    hears(told, draw_code(), **NEW)
    told.pass_time(timedelta(minutes=59))
    told.tidy()
    assert told.rows(ReturnCodeTry) == 1
    told.pass_time(timedelta(minutes=2))
    told.tidy()
    assert told.rows(ReturnCodeTry) == 0


def test_a_stranger_learns_nothing_that_was_written(told: House) -> None:
    code = given(told, **OLD)
    said = hears(told, draw_code(), **NEW) + hears(told, code, **NEW)
    assert not any("blue house" in each or "locked" in each for each in said)


def test_two_guesses_at_once_cannot_both_be_the_last_one_allowed(told: House) -> None:
    sender = Sender(channel="sms", hash=b"somebody")
    counted = threading.Event()

    def guess() -> bool:
        with told.database.transaction() as session:
            refused = too_many_tries(session, sender)
            if not refused:
                counted.set()
                note_wrong_try(session, sender)
                session.execute(select(func.pg_sleep(0.5)))  # not committed yet: the other one must wait for it
            return refused

    with told.database.transaction() as session:
        for _ in range(4):
            note_wrong_try(session, sender)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(guess)
        assert counted.wait(20)
        second = pool.submit(guess)
        assert (first.result(), second.result()) == (False, True)
