"""Journeys of those whom nobody wants to help: a captor with the phone, a false helper, a false officer, a flood."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation import case_desk
from bot.database.states import AlarmState, Author, InboxState, OutboxState, Safety
from bot.database.tables import Alarm, InboxMessage, OutboxMessage, Report, ReturnCode
from bot.messages.message import Audience, MessageKind
from bot.worker.inbox_loop import InboxWorker
from tests.unit.conversation_turns.two_phones import conversation_of
from tests.unit.house import CRY, OTHER_REPORTER, REPORTER, House

ELEVEN_MINUTES = timedelta(minutes=11)
MINE = "in a blue house near the market"
STRANGER = "+12025550199"
CAPTOR_ASKS = (
    "who is this?",
    "what did she write?",
    "status",
    "numbers",
    "code",
    "my worker wrote to you",
    "what did i write before",
    "language",
    "is she there",
    "person",
    "hello",
    "0000",
)
TELLING = ("gun", "locked", "door", "blue house", "market", "help me")


def _words(house: House, response: str) -> str:
    return house.wording.render(response, "en", sms=True).text


def _neutral(house: House) -> set[str]:
    """All that may reach a phone whose holder has not said that it is safe; none of it tells what was written."""
    names = "utter_ask_safe_now utter_choose_language utter_language_set utter_not_safe"
    return {_words(house, name) for name in (*names.split(), "utter_who_is_this")}


@pytest.fixture
def told(house: House) -> House:
    """Somebody in danger has told what happens and where, and has said that it is safe; Dara was paged."""
    house.on_call("Dara")
    for words in (CRY, "1", "1", "1", MINE):
        house.hears(words)
    return house


def _without_their_words(replies: list[str]) -> bool:
    return not any(word in reply.lower() for reply in replies for word in TELLING)


# A captor has the phone.


@pytest.mark.parametrize("words", CAPTOR_ASKS)
def test_the_first_words_of_another_hand_bring_one_neutral_message(told: House, words: str) -> None:
    told.pass_time(ELEVEN_MINUTES)
    replies = told.hears(words)
    allowed = {_words(told, f"utter_{name}") for name in ("ask_safe_now", "choose_language", "who_is_this")}
    assert len(replies) == 1
    assert set(replies) <= allowed


def test_however_long_another_hand_asks_nothing_of_before_is_told(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    replies = [reply for words in CAPTOR_ASKS * 2 for reply in told.hears(words)]
    assert len(replies) >= len(CAPTOR_ASKS)
    assert set(replies) <= _neutral(told)
    assert _without_their_words(replies)
    assert told.conversation().safety is not Safety.SAFE


@pytest.mark.parametrize("kind", [MessageKind.START, MessageKind.VOICE, MessageKind.LOCATION])
def test_no_kind_of_message_brings_out_what_was_written(told: House, kind: MessageKind) -> None:
    told.pass_time(ELEVEN_MINUTES)
    replies = told.hears("", kind=kind) + told.hears("what did she write?")
    danger = {_words(told, "utter_ask_danger_now"), _words(told, "utter_words_only")}
    assert replies
    assert set(replies) <= _neutral(told) | danger
    assert _without_their_words(replies)


def test_no_code_is_drawn_for_another_hand(told: House) -> None:
    """The code that the writer keeps goes on working, and a captor has none."""
    told.pass_time(ELEVEN_MINUTES)
    told.hears("code")
    told.hears("code")
    assert told.rows(ReturnCode) == 0


def test_a_humans_answer_waits_through_everything_another_hand_writes(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    answer = told.staff_answer("where are you?")
    told.send()
    replies = [reply for words in (*CAPTOR_ASKS, "2", "who is this?") for reply in told.hears(words)]
    assert answer not in replies
    assert _without_their_words(replies)
    with told.database.transaction() as session:
        states = session.scalars(select(OutboxMessage.state).where(OutboxMessage.author == Author.STAFF)).all()
    assert states == [OutboxState.HELD]
    assert answer in told.hears("1")


def test_what_was_told_is_not_read_back_after_a_gap_even_to_a_yes(house: House) -> None:
    """Whoever holds the phone can tap "yes". The question that reads the words back is left out instead."""
    for words in ("tip", "1", "2", "they keep workers in a blue house", "near the market", "today", "nine", "2"):
        house.hears(words)
    read_back = house.hears("I saw it")
    assert any("near the market" in reply for reply in read_back)
    house.pass_time(ELEVEN_MINUTES)
    replies = house.hears("are you there") + house.hears("1") + house.hears("what did i write before")
    assert _without_their_words(replies)
    assert house.report().filed_at is not None


def test_what_another_hand_writes_is_kept_for_staff(told: House) -> None:
    """A captor's question is news: whoever answers the case must see that the phone may be in another hand."""
    told.pass_time(ELEVEN_MINUTES)
    told.hears("my worker wrote to you")
    staff_id = told.last_page().staff_id
    with told.database.transaction() as session:
        view = case_desk.open_case(session, 101, staff_id=staff_id, keys=told.keys, wording=told.wording)
    assert "my worker wrote to you" in [entry.text for entry in view.entries if entry.who == "reporter"]


@pytest.mark.parametrize("gap", [timedelta(0), ELEVEN_MINUTES], ids=["at once", "after a gap"])
def test_a_captor_can_erase_words_but_not_the_alarm(told: House, gap: timedelta) -> None:
    before = told.alarm()
    told.pass_time(gap)
    assert told.hears("wipe")[-1] == _words(told, "utter_ask_wipe")
    assert told.hears("1") == [_words(told, "utter_wiped")]
    told.tidy()
    after, report = told.alarm(), told.report()
    assert (after.id, after.state, after.reason) == (before.id, AlarmState.PAGING, before.reason)
    assert after.closed_at is None
    assert report.urgency_reasons, "why it is urgent is told by codes, which hold no word of anybody"
    assert report.urgency == "CRITICAL"
    assert told.hears("is she there") == [_words(told, "utter_ask_safe_now")], "it begins afresh"


def test_a_captors_no_danger_after_a_gap_ends_no_alarm(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    for words in ("no", "2", "it is safe", "no danger", "close the case", "ACK 101", "wrong number"):
        told.hears(words)
    assert told.alarm().state is AlarmState.PAGING


# "Not safe", and what comes after it.


def test_after_not_safe_the_outside_stays_neutral_and_an_urgent_message_still_wakes_somebody(house: House) -> None:
    house.on_call("Dara")
    house.hears("hello")
    assert house.hears("2") == [_words(house, "utter_not_safe")]
    assert house.hears("who is this?") == [_words(house, "utter_not_safe")], "not the question, again and again"
    assert house.hears("2") == [_words(house, "utter_not_safe")]
    assert not house.pages()
    assert house.hears(CRY) == [_words(house, "utter_not_safe")]
    assert len(house.pages()) == 1
    assert house.alarm().state is AlarmState.PAGING


def test_not_safe_in_an_urgent_case_leaves_its_alarm_and_holds_every_other_word(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    told.hears("hello")
    assert told.hears("2") == [_words(told, "utter_not_safe")]
    before = len(told.said())
    told.responder_says(f"ACK 101 {told.code(told.last_page().id)}", "Dara")
    assert len(told.said()) == before, "that a person was reached is told when it is safe"
    assert told.alarm().state is AlarmState.ACKNOWLEDGED


# Strangers on phones of their own.


@pytest.mark.parametrize(
    "words",
    [
        "I am from the embassy, where is the shelter? give me the address",
        "this is police, who wrote to you? give me the phone number",
        f"did {REPORTER} write to you?",
        "I am a helper, what is the name of the person in the blue house",
        "case 101",
        "ACK 101",
        "status of case 101",
    ],
)
def test_a_stranger_learns_nothing_of_anybody_else(told: House, words: str) -> None:
    pseudonym = conversation_of(told, REPORTER, "sms").pseudonym
    alarm = told.alarm()
    before = len([each for each in told.sms.sent if each.address == REPORTER])
    replies = [reply for each in (words, "1", words, "1", words) for reply in told.hears(each, sender=STRANGER)]
    assert replies
    assert _without_their_words(replies)
    assert not any(secret in reply for reply in replies for secret in (REPORTER, pseudonym, "101", MINE))
    assert len([each for each in told.sms.sent if each.address == REPORTER]) == before
    assert told.alarm().state is alarm.state is AlarmState.PAGING


def test_a_stranger_who_asks_for_the_status_is_told_of_their_own_words_alone(told: House) -> None:
    told.responder_says(f"ACK 101 {told.code(told.last_page().id)}", "Dara")
    told.hears("status", sender=STRANGER)
    told.hears("1", sender=STRANGER)
    assert _words(told, "utter_status_nothing") in told.hears("status", sender=STRANGER)


def test_a_stranger_who_erases_erases_nothing_of_anybody_else(told: House) -> None:
    told.hears("wipe", sender=STRANGER)
    assert told.hears("1", sender=STRANGER) == [_words(told, "utter_wiped")]
    told.tidy()
    with told.database.transaction() as session:
        facts = session.scalars(select(Report.facts_sealed).where(Report.number == 101)).one()
    assert facts is not None
    assert conversation_of(told, REPORTER, "sms").wiped_at is None


# A flood.


def _arrive(house: House, flood: str) -> None:
    """A flood from one number, then somebody else's cry."""
    house.on_call("Dara")
    for number in range(300):
        house.arrives(f"{flood} {number}", sender=STRANGER)
    house.arrives(CRY, sender=OTHER_REPORTER)


def _send_pages(house: House) -> None:
    while asyncio.run(house.sender(Audience.RESPONDER).work()):
        pass


def test_a_flood_from_one_number_does_not_bury_somebody_elses_alarm(house: House) -> None:
    _arrive(house, "buy now zzkq")
    _send_pages(house)
    assert len(house.pages()) == 1, "woken before any word was handled"
    assert asyncio.run(InboxWorker(house.desk, house.channels).work())
    urgent = conversation_of(house, OTHER_REPORTER, "sms")
    with house.database.transaction() as session:
        handled = select(InboxMessage.conversation_id).where(InboxMessage.state == InboxState.HANDLED)
        assert session.scalars(handled).all() == [urgent.id], "and handled before the rest of the flood"


def test_a_flood_of_cries_is_one_alarm_and_the_other_one_is_paged_all_the_same(house: House) -> None:
    _arrive(house, CRY)
    _send_pages(house)
    with house.database.transaction() as session:
        numbers = session.scalars(select(Report.number).order_by(Report.id)).all()
    assert len(numbers) == house.rows(Alarm) == 2
    assert all(any(str(number) in page.text for page in house.pages()) for number in numbers), "on one page or on two"
