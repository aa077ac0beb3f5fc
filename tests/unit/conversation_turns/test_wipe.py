"""Erasing on the reporter's word: at once what was said, after the last word the keys and the address."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation import case_desk
from bot.conversation.intake import take_in
from bot.database.states import AlarmState, Author, InboxState, OutboxState
from bot.database.tables import Alarm, ContactPoint, Conversation, InboxMessage, OutboxMessage, Report
from bot.errors import UncertainSendError
from tests.unit.house import CRY, REPORTER, House, words_of


def _words(house: House, response: str) -> str:
    return house.wording.render(response, "en", sms=True).text


@pytest.fixture
def erased(house: House) -> House:
    """Somebody in danger told everything, then erased it; Dara had been paged."""
    house.on_call("Dara")
    house.hears(CRY)
    house.hears("1")
    house.hears("1")
    house.hears("in a blue house near the market")
    assert house.hears("wipe") == [_words(house, "utter_ask_wipe")]
    assert house.hears("1") == [_words(house, "utter_wiped")]
    house.tidy()
    return house


def _sealed_columns(house: House) -> dict[str, int]:
    """How many rows of the first conversation still hold something sealed, by column."""
    held: dict[str, int] = {}
    with house.database.transaction() as session:
        for table in (Conversation, ContactPoint, InboxMessage, OutboxMessage, Report):
            for row in session.scalars(select(table)):
                for column in table.__table__.columns:
                    if column.name.endswith(("_sealed", "_wrapped")) and getattr(row, column.name) is not None:
                        held[f"{table.__tablename__}.{column.name}"] = held.get(column.name, 0) + 1
    return held


def test_after_the_last_word_nothing_said_no_key_and_no_address_is_left(erased: House) -> None:
    assert _sealed_columns(erased) == {}
    with erased.database.transaction() as session:
        assert session.scalars(select(ContactPoint.address_hash)).one() is None
    assert erased.conversation().wiped_at is not None


def test_the_address_and_the_key_stay_until_the_last_word_has_left(house: House) -> None:
    house.hears("hello")
    house.hears("wipe")
    house.arrives("1")
    house.handle()
    house.tidy()
    assert house.conversation().wiped_at is None
    house.send()
    assert house.said()[-1].text == _words(house, "utter_wiped")
    house.tidy()
    assert _sealed_columns(house) == {}


def test_a_last_word_that_never_arrives_does_not_keep_the_keys(house: House) -> None:
    house.hears("hello")
    house.hears("wipe")
    house.arrives("1")
    house.handle()
    house.sms.failures.append(UncertainSendError())
    house.send()
    house.tidy()
    assert _sealed_columns(house) == {}


def test_a_last_word_that_must_be_held_does_not_keep_the_keys(house: House) -> None:
    house.hears("hello")
    house.hears("wipe")
    house.arrives("1")
    house.handle()
    house.pass_time(timedelta(minutes=11))
    house.send()
    house.tidy()
    assert _sealed_columns(house) == {}


def test_the_alarm_and_its_coded_reason_stay_until_a_human_closes_them(erased: House) -> None:
    alarm, report = erased.alarm(), erased.report()
    assert alarm.state is AlarmState.PAGING
    assert (alarm.urgency, report.urgency) == ("CRITICAL", "CRITICAL")
    assert report.urgency_reasons
    erased.pass_time(timedelta(seconds=61))
    erased.sweep()
    erased.send()
    assert len(erased.pages()) == 2, "it is still escalated"


def test_staff_see_that_it_was_erased_and_cannot_answer(erased: House) -> None:
    staff_id = erased.last_page().staff_id
    with erased.database.transaction() as session:
        view = case_desk.open_case(session, 101, staff_id=staff_id, keys=erased.keys, wording=erased.wording)
    assert (view.erased, view.entries, dict(view.facts)) == (True, (), {})
    with pytest.raises(case_desk.AnswerRefusedError), erased.database.transaction() as session:
        case_desk.answer_case(
            session,
            101,
            staff_id=staff_id,
            text="hello",
            seen_inbox_id=view.last_inbox_id,
            wording=erased.wording,
            writes_as_sms=frozenset(),
        )
    with pytest.raises(case_desk.AnswerRefusedError), erased.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=staff_id, which=1)


def test_nothing_is_written_to_somebody_who_erased(erased: House) -> None:
    page = erased.last_page()
    before = len(erased.said())
    erased.responder_says(f"ACK 101 {erased.code(page.id)}", "Dara")
    erased.pass_time(timedelta(minutes=30))
    erased.sweep()
    erased.send()
    assert len(erased.said()) == before
    assert erased.alarm().acknowledged_at is not None


def test_a_later_message_begins_a_new_conversation_that_knows_nothing(erased: House) -> None:
    old = erased.conversation()
    assert erased.hears("hello") == [_words(erased, "utter_ask_safe_now")]
    new = erased.conversation()
    assert new.id != old.id
    assert new.pseudonym != old.pseudonym
    assert new.safety.value == "unknown"
    assert erased.rows(Conversation) == 2


def test_what_was_still_waiting_to_be_sent_is_cancelled(house: House) -> None:
    staff_id = house.on_call("Dara")
    house.hears(CRY)
    house.pass_time(timedelta(minutes=11))
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=staff_id, which=1)
    house.send()
    assert house.rows(OutboxMessage, state=OutboxState.HELD, author=Author.STAFF) == 1
    house.hears("wipe")
    house.hears("1")
    assert house.rows(OutboxMessage, state=OutboxState.CANCELLED, author=Author.STAFF) == 1


def test_messages_that_came_in_after_the_word_to_erase_survive_in_a_new_conversation(house: House) -> None:
    house.on_call("Dara")
    house.hears("hello")
    house.hears("wipe")
    house.arrives("1")
    house.arrives("hello again")
    house.arrives(CRY)
    house.settle()
    house.tidy()
    assert house.rows(InboxMessage, state=InboxState.HANDLED) == 5
    assert house.rows(Conversation) == 2
    report = house.report()
    assert report.conversation_id == house.conversation().id
    with house.database.transaction() as session:
        view = case_desk.open_case(
            session, report.number, staff_id=house.last_page().staff_id, keys=house.keys, wording=house.wording
        )
    assert [entry.text for entry in view.entries if entry.who == "reporter"] == ["hello again", CRY]


def test_a_providers_late_repeat_of_an_erased_message_does_not_bring_the_address_back(erased: House) -> None:
    erased.arrives("hello", provider_id="SM-late")
    erased.settle()
    erased.hears("wipe")
    erased.hears("1")
    erased.tidy()
    before = (erased.rows(Conversation), erased.rows(ContactPoint))
    assert not erased.arrives("hello", provider_id="SM-late")
    assert (erased.rows(Conversation), erased.rows(ContactPoint)) == before
    assert _sealed_columns(erased) == {}


def test_a_message_that_arrives_while_the_word_to_erase_is_carried_out_is_never_lost(house: House) -> None:
    """The door has stored it and not yet committed: the wipe, which cannot see it, has to wait for it."""
    house.hears("hello")
    house.hears("wipe")
    house.arrives("1")
    stored, handled = threading.Event(), threading.Event()

    def through_the_door() -> None:
        with house.database.transaction() as session:
            take_in(session, words_of("they are coming"), keys=house.keys, settings=house.settings)
            stored.set()
            handled.wait(0.5)

    def erase() -> None:
        assert stored.wait(20)
        house.handle()
        handled.set()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda task: task(), (through_the_door, erase)))
    house.settle()
    house.tidy()
    assert house.rows(InboxMessage, state=InboxState.HANDLED) == 4
    with house.database.transaction() as session:
        kept = session.scalars(
            select(InboxMessage.text_sealed)
            .join(Conversation, Conversation.id == InboxMessage.conversation_id)
            .where(Conversation.wipe_asked_at.is_(None))
        ).all()
    assert len(kept) == 1, "it lives in a conversation that is not erased"


def test_saying_no_erases_nothing(house: House) -> None:
    house.hears("hello")
    house.hears("wipe")
    assert house.hears("2")[0] == _words(house, "utter_not_wiped")
    house.tidy()
    assert house.conversation().wipe_asked_at is None
    with house.database.transaction() as session:
        assert session.scalars(select(ContactPoint.address_hash)).one() == house.keys.lookup_hash(
            "address", "sms", REPORTER
        )


def test_erasing_stays_possible_while_a_human_speaks(house: House) -> None:
    staff_id = house.on_call("Dara")
    house.hears(CRY)
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=staff_id, which=1)
    house.send()
    assert house.hears("wipe") == [_words(house, "utter_ask_wipe")]
    assert house.hears("1") == [_words(house, "utter_wiped")]
    house.tidy()
    assert _sealed_columns(house) == {}
    assert house.rows(Alarm) == 1
