"""A chat that empties itself, for whoever wants it: by hour 47, and an answer nobody saw is offered again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversation import case_desk
from bot.database.states import Author, OutboxState
from bot.database.tables import ChatMessage, OutboxMessage
from bot.errors import TemporarySendError
from tests.unit.conversation_turns.test_erased_chat import CHAT, deleted, hears, in_chat, kept, words
from tests.unit.house import CRY, House

HOUR_47 = timedelta(hours=47, seconds=1)


@pytest.fixture
def vanishing(house: House) -> tuple[House, set[str]]:
    """Somebody in danger wants the chat to empty itself. What they wrote."""
    house.on_call("Dara")
    theirs = {hears(house, text) for text in (CRY, "1", "vanish")}
    assert words(house, "utter_vanish") in [each.text for each in house.telegram.sent]
    return house, theirs


def answers(house: House) -> str:
    """Dara answers; how it reads."""
    with house.database.transaction() as session:
        staff_id = house.last_page().staff_id
        case_desk.send_ready_answer(session, 101, staff_id=staff_id, which=1)
    house.send()
    return house.wording.as_person(words(house, "utter_ready_answer_1"), "en", sms=False).text


def said_since(house: House, before: int) -> list[str]:
    return [each.text for each in house.telegram.sent[before:]]


def test_both_sides_leave_the_chat_at_hour_47_and_not_before(vanishing: tuple[House, set[str]]) -> None:
    house, theirs = vanishing
    house.pass_time(timedelta(hours=46, minutes=55))
    house.tidy()
    assert deleted(house) == set()
    house.pass_time(timedelta(minutes=6))
    house.tidy()
    assert deleted(house) == theirs | in_chat(house)
    assert house.rows(ChatMessage) == 0
    assert house.conversation().wiped_at is None, "only the chat is emptied"


def test_what_is_younger_stays_until_its_own_hour(vanishing: tuple[House, set[str]]) -> None:
    house, _ = vanishing
    house.pass_time(timedelta(hours=24))
    younger = hears(house, "hello")
    house.pass_time(timedelta(hours=24))
    house.tidy()
    assert younger not in deleted(house)
    assert younger in kept(house)


def test_it_is_undone_by_keep(vanishing: tuple[House, set[str]]) -> None:
    house, _ = vanishing
    hears(house, "keep")
    assert words(house, "utter_keep") in [each.text for each in house.telegram.sent[-2:]]
    house.pass_time(HOUR_47)
    house.tidy()
    assert deleted(house) == set()


def test_a_failed_deletion_is_tried_again_within_the_last_hour(vanishing: tuple[House, set[str]]) -> None:
    house, theirs = vanishing
    house.pass_time(HOUR_47)
    house.telegram.delete_failures.extend([TemporarySendError()] * 20)
    house.tidy()
    house.telegram.delete_failures.clear()
    house.pass_time(timedelta(minutes=1))
    house.tidy()
    assert theirs <= deleted(house)


def test_nobody_obeys_before_it_is_safe(house: House) -> None:
    hears(house, "vanish")
    assert [each.text for each in house.telegram.sent] == [words(house, "utter_ask_safe_now")]
    assert not house.conversation().empties_chat


def test_it_is_obeyed_while_a_human_speaks(house: House) -> None:
    house.on_call("Dara")
    hears(house, CRY)
    hears(house, "1")
    answers(house)
    before = len(house.telegram.sent)
    hears(house, "vanish")
    assert said_since(house, before) == [words(house, "utter_vanish")]
    assert house.conversation().empties_chat


def test_by_sms_they_are_told_that_it_cannot_be_done(house: House) -> None:
    house.hears("hello")
    house.hears("1")
    assert house.wording.render("utter_vanish", "en", sms=True).text in house.hears("vanish")
    assert not house.conversation().empties_chat


def test_an_answer_that_was_deleted_unseen_goes_out_once_more_after_the_safe_question(
    vanishing: tuple[House, set[str]],
) -> None:
    house, _ = vanishing
    answer = answers(house)
    house.pass_time(HOUR_47)
    house.tidy()
    assert house.rows(OutboxMessage, author=Author.STAFF, state=OutboxState.HELD) == 1
    before = len(house.telegram.sent)
    house.send()
    assert said_since(house, before) == []
    hears(house, "are you there")
    assert said_since(house, before) == [words(house, "utter_ask_safe_now")]
    hears(house, "1")
    assert said_since(house, before).count(answer) == 1
    house.pass_time(HOUR_47)
    house.tidy()
    assert house.rows(OutboxMessage, author=Author.STAFF, state=OutboxState.HELD) == 0, "not a third time"


def test_an_answer_after_which_they_wrote_is_not_offered_again(vanishing: tuple[House, set[str]]) -> None:
    house, _ = vanishing
    answers(house)
    hears(house, "thank you")
    house.pass_time(HOUR_47)
    house.tidy()
    assert house.rows(OutboxMessage, author=Author.STAFF, state=OutboxState.HELD) == 0


def test_nothing_is_offered_again_to_somebody_who_erased(vanishing: tuple[House, set[str]]) -> None:
    house, _ = vanishing
    answers(house)
    hears(house, "wipe")
    hears(house, "1")
    house.tidy()
    assert house.rows(OutboxMessage, state=OutboxState.HELD) == 0
    assert {address for address, _ in house.telegram.deleted} == {CHAT}
