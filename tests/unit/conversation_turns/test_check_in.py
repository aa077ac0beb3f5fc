"""Check-in: at an agreed time a word is written; when it does not come, staff are alarmed and the phone is silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.database.states import AlarmState, CheckInState, Safety
from bot.database.tables import CheckIn, InboxMessage
from tests.unit.conversation_turns.covered import (
    DURESS,
    SAFE,
    SMS,
    TELEGRAM,
    check_in,
    choose,
    neutral,
    phrase,
    read_case,
    staff_states,
    sweep_check_ins,
    tell,
)
from tests.unit.conversation_turns.two_phones import given, hears
from tests.unit.house import CRY, House

WORD = "small lantern"
TWO_HOURS, GRACE = timedelta(hours=2), timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def safe(house: House) -> House:
    """Somebody has said that it is safe, and nothing more."""
    house.on_call("Dara")
    house.hears("hello")
    house.hears("1")
    return house


def _agree(house: House, phone: dict[str, str] = SMS) -> House:
    for words in ("check in", "1", WORD):
        hears(house, words, **phone)
    return house


@pytest.mark.parametrize("phone", [SMS, TELEGRAM], ids=["sms", "telegram"])
def test_a_time_and_a_word_are_agreed_and_confirmed_in_one_message(house: House, phone: dict[str, str]) -> None:
    tell(house, phone)
    sms = phone is SMS
    assert hears(house, "check in", **phone) == [phrase(house, "utter_ask_check_in_time", sms=sms)]
    assert hears(house, "1", **phone) == [phrase(house, "utter_ask_check_in_word", sms=sms)]
    [confirmed] = hears(house, WORD, **phone)
    agreed = check_in(house)
    expected = agreed.expected_at.astimezone(house.wording.deployment.zone)
    assert f"{expected:%H:%M}" in confirmed
    assert abs(agreed.expected_at - datetime.now(UTC) - TWO_HOURS) < timedelta(minutes=2)
    assert WORD not in confirmed


def test_the_word_of_a_check_in_is_stored_nowhere(safe: House) -> None:
    _agree(safe)
    with safe.database.transaction() as session:
        row = session.scalars(select(CheckIn)).one()
        assert row.word_hash == safe.keys.own_word_hash(str(row.conversation_id), "smalllantern")
        assert session.scalars(select(InboxMessage.text_sealed).order_by(InboxMessage.id.desc()).limit(1)).one() is None


def test_whoever_has_a_safe_word_needs_no_other(safe: House) -> None:
    choose(safe)
    safe.hears("check in")
    [confirmed] = safe.hears("1")
    assert confirmed.startswith(phrase(safe, "utter_check_in_set").split("{")[0])
    safe.pass_time(TWO_HOURS - MINUTE)
    assert safe.hears(SAFE) == neutral(safe)
    assert check_in(safe).state is CheckInState.KEPT
    assert safe.hears("1") == neutral(safe), "it said that they are well, and opened nothing"
    assert safe.hears(SAFE) != neutral(safe), "the second time it opens"


def test_in_time_it_is_kept_and_answered_by_the_neutral_line(safe: House) -> None:
    _agree(safe)
    safe.pass_time(TWO_HOURS + timedelta(minutes=9))  # within the grace
    assert safe.hears("Small LANTERN!") == neutral(safe)
    assert check_in(safe).state is CheckInState.KEPT
    safe.pass_time(timedelta(hours=12))
    assert sweep_check_ins(safe) == 0
    assert safe.pages() == []


def test_missed_it_pages_and_nothing_reaches_the_phone(safe: House) -> None:
    """At three in the morning, with nobody to take it: not even that is told."""
    _agree(safe)
    said = len(safe.said())
    safe.pass_time(TWO_HOURS + GRACE - MINUTE)
    assert sweep_check_ins(safe) == 0
    safe.pass_time(2 * MINUTE)
    assert sweep_check_ins(safe) == 1
    assert sweep_check_ins(safe) == 0, "once"
    safe.settle()
    alarm = safe.alarm()
    assert (alarm.urgency, alarm.reason, alarm.state) == ("URGENT", "check_in_missed", AlarmState.PAGING)
    assert len(safe.pages()) == 1
    for _ in range(6):
        safe.pass_time(timedelta(minutes=2))
        safe.sweep()
        safe.settle()
    assert len(safe.said()) == said


def test_missed_minutes_after_their_last_word_the_phone_gets_nothing_either(safe: House) -> None:
    """They wrote something else a minute before: within the ten minutes in which notices leave."""
    _agree(safe)
    safe.pass_time(TWO_HOURS + GRACE - MINUTE)
    safe.hears("hello")
    safe.hears("1")
    safe.pass_time(2 * MINUTE)
    said = len(safe.said())
    assert sweep_check_ins(safe) == 1
    safe.settle()
    safe.responder_says(f"ACK 101 {safe.code(safe.last_page().id)}", "Dara")
    safe.staff_answer("are you well?")
    safe.settle()
    assert len(safe.said()) == said
    assert staff_states(safe) == ["held"]
    assert safe.conversation().safety is Safety.RETURNED
    assert safe.hears("are you there") == [phrase(safe, "utter_ask_safe_now")]


def test_anything_else_is_no_check_in_and_is_handled_as_usual(safe: House) -> None:
    _agree(safe)
    assert safe.hears("lantern") != neutral(safe)
    assert safe.hears(CRY)
    assert check_in(safe).state is CheckInState.WAITING
    safe.pass_time(TWO_HOURS + GRACE)
    assert sweep_check_ins(safe) == 1


def test_a_captor_who_writes_a_wrong_word_stops_nothing(safe: House) -> None:
    _agree(safe)
    safe.pass_time(TWO_HOURS - MINUTE)
    for words in ("ok", "1", "who is this", "small", "lantern small", "no check in"):
        assert safe.hears(words)
        assert check_in(safe).state is CheckInState.WAITING, words
    safe.pass_time(GRACE + 2 * MINUTE)
    assert sweep_check_ins(safe) == 1


def test_the_word_after_it_was_missed_is_noted_and_the_alarm_stays(safe: House) -> None:
    _agree(safe)
    safe.pass_time(TWO_HOURS + GRACE)
    sweep_check_ins(safe)
    assert safe.hears(WORD) == neutral(safe)
    assert check_in(safe).state is CheckInState.LATE
    assert safe.alarm().state is AlarmState.PAGING
    assert read_case(safe).cover.check_in == "late"


def test_under_duress_the_duress_word_pages_at_once_and_the_check_in_is_not_kept(safe: House) -> None:
    choose(safe)
    safe.hears("check in")
    safe.hears("1")
    safe.pass_time(TWO_HOURS - MINUTE)
    assert safe.hears(DURESS) == neutral(safe)
    assert safe.alarm().reason == "duress_word"
    assert check_in(safe).state is CheckInState.WAITING
    safe.pass_time(GRACE + 2 * MINUTE)
    assert sweep_check_ins(safe) == 1
    assert {"duress_word", "check_in_missed"} <= set(safe.report().urgency_reasons)
    assert safe.alarm().urgency == "CRITICAL"


def test_missed_with_a_safe_word_only_that_word_opens(safe: House) -> None:
    choose(safe)
    safe.hears("check in")
    safe.hears("1")
    safe.pass_time(TWO_HOURS + GRACE)
    sweep_check_ins(safe)
    assert safe.hears("1") == neutral(safe)
    assert read_case(safe).cover.closed_by == "missed"
    assert safe.hears(SAFE) != neutral(safe)


def test_our_own_backlog_is_no_missed_check_in(safe: House) -> None:
    _agree(safe)
    safe.pass_time(TWO_HOURS)
    safe.arrives(WORD)  # stored, and nobody has handled it yet
    safe.pass_time(GRACE + MINUTE)
    assert sweep_check_ins(safe) == 0
    safe.settle()
    assert check_in(safe).state is CheckInState.KEPT
    assert sweep_check_ins(safe) == 0


def test_but_a_backlog_is_not_waited_for_without_end(safe: House) -> None:
    _agree(safe)
    safe.arrives("something that is never handled")
    safe.pass_time(TWO_HOURS + GRACE + timedelta(minutes=6))
    assert sweep_check_ins(safe) == 1


def test_called_off_nothing_is_expected(safe: House) -> None:
    _agree(safe)
    assert safe.hears("no check in") == [phrase(safe, "utter_check_in_cancelled")]
    assert safe.hears("no check in") == [phrase(safe, "utter_no_check_in")]
    safe.pass_time(TWO_HOURS + GRACE)
    assert sweep_check_ins(safe) == 0


def test_agreed_anew_the_old_time_counts_no_more(safe: House) -> None:
    _agree(safe)
    _agree(safe)
    assert safe.rows(CheckIn, state=CheckInState.CANCELLED) == safe.rows(CheckIn, state=CheckInState.WAITING) == 1


@pytest.mark.parametrize("written", ["๑", "១", "၁", "1", "1."])
def test_native_digits_choose_a_time(safe: House, written: str) -> None:
    safe.hears("check in")
    assert safe.hears(written) == [phrase(safe, "utter_ask_check_in_word")]


def test_what_is_no_time_is_asked_for_once_more_and_then_left(safe: House) -> None:
    safe.hears("check in")
    assert safe.hears("soon") == [phrase(safe, "utter_check_in_time_not_clear")]
    assert safe.hears("whenever") == [phrase(safe, "utter_word_left_out")]
    assert safe.rows(CheckIn) == 0


def test_a_cry_instead_of_a_time_is_heard(safe: House) -> None:
    safe.hears("check in")
    safe.hears(CRY)
    assert safe.alarm().state is AlarmState.PAGING


def test_the_alarm_is_the_same_from_any_process(safe: House) -> None:
    """The timer is a row: whoever started after it was agreed finds it."""
    _agree(safe)
    safe.pass_time(TWO_HOURS + GRACE)
    restarted = House(database=safe.database, settings=safe.settings, wording=safe.wording, keys=safe.keys)
    assert sweep_check_ins(restarted) == 1
    assert sweep_check_ins(safe) == 0


def test_a_wipe_takes_it_and_leaves_what_was_alarmed(safe: House) -> None:
    _agree(safe)
    safe.pass_time(TWO_HOURS + GRACE)
    sweep_check_ins(safe)
    safe.hears("hello")
    safe.hears("1")
    safe.hears("wipe")
    safe.hears("1")
    assert safe.rows(CheckIn) == 0
    assert safe.alarm().reason == "check_in_missed"
    assert safe.alarm().closed_at is None


def test_wiped_before_its_time_nobody_is_alarmed(safe: House) -> None:
    _agree(safe)
    safe.hears("wipe")
    safe.hears("1")
    safe.pass_time(TWO_HOURS + GRACE)
    assert sweep_check_ins(safe) == 0


def test_by_the_return_code_it_goes_along_and_is_told_to_nobody(house: House) -> None:
    tell(house)
    code = given(house, **SMS)
    _agree(house)
    replies = hears(house, code, **TELEGRAM) + hears(house, "1", **TELEGRAM)
    assert not any("22" in reply or "expect" in reply or "lantern" in reply for reply in replies)
    assert hears(house, WORD, **TELEGRAM) == neutral(house)
    assert check_in(house).state is CheckInState.KEPT


def test_what_the_new_phone_had_agreed_before_it_came_back_is_still_expected(house: House) -> None:
    tell(house)
    code = given(house, **SMS)
    hears(house, "hello", **TELEGRAM)
    hears(house, "1", **TELEGRAM)
    _agree(house, TELEGRAM)
    hears(house, code, **TELEGRAM)
    hears(house, "1", **TELEGRAM)
    assert hears(house, WORD, **TELEGRAM) == neutral(house)
    assert check_in(house).state is CheckInState.KEPT


def test_staff_see_what_is_agreed(safe: House) -> None:
    safe.arrives(CRY)
    safe.settle()
    _agree(safe)
    view = read_case(safe)
    assert (view.cover.check_in, view.cover.expected_at) == ("waiting", check_in(safe).expected_at)
    assert not any(WORD in entry.text for entry in view.entries)


def test_while_it_is_not_safe_no_check_in_is_asked_for_or_called_off(safe: House) -> None:
    _agree(safe)
    safe.pass_time(timedelta(minutes=11))
    assert safe.hears("no check in") == [phrase(safe, "utter_ask_safe_now")]
    assert safe.hears("check in") == [phrase(safe, "utter_ask_safe_now")]
    assert check_in(safe).state is CheckInState.WAITING
