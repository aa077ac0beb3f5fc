"""A conversation goes on on the phone that wrote its return code, and nothing of it is left on the old one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.conversation import case_desk
from bot.conversation.handle_message import handle_message, opener_of
from bot.conversation.outgoing import compose, reporter_words
from bot.database.states import AlarmState, Author, InboxState, OutboxState, Safety
from bot.database.tables import (
    Alarm,
    ContactPoint,
    Conversation,
    InboxMessage,
    OutboxMessage,
    Report,
)
from bot.errors import LeaseLostError, TemporarySendError
from bot.messages import inbox, outbox_claims
from bot.messages.holding import HoldRules
from bot.messages.message import Audience
from bot.reports.report_store import read_facts
from tests.unit.conversation_turns.two_phones import (
    MINE,
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


@pytest.mark.parametrize("write", [str, lambda code: code.replace(" ", "-"), lambda code: code.replace(" ", "")])
def test_a_conversation_moves_from_telegram_to_sms(told: House, write) -> None:  # type: ignore[no-untyped-def]
    code = given(told, **OLD)
    before = conversation_of(told, "7001", "telegram")
    assert hears(told, write(code), **NEW) == continues(told)
    after = conversation_of(told, REPORTER, "sms")
    assert (after.id, after.safety) == (before.id, Safety.RETURNED)
    assert after.version > before.version
    with told.database.transaction() as session:
        points = session.scalars(select(ContactPoint)).all()
        assert len([each for each in points if each.address_hash is not None]) == 1
        assert session.scalars(select(InboxMessage.text_sealed).order_by(InboxMessage.id.desc())).first() is None


def test_what_they_told_is_not_asked_again_and_not_read_back(told: House) -> None:
    code = given(told, **OLD)
    hears(told, code, **NEW)
    said = hears(told, "1", **NEW) + hears(told, "skip", **NEW) + hears(told, "skip", **NEW) + hears(told, "1", **NEW)
    assert said, "the dialogue goes on where it was"
    assert not any("blue house" in words or "gun" in words for words in said)
    assert told.rows(Report) == 1


def test_a_tip_that_waits_for_its_confirmation_is_not_read_back_on_another_phone(house: House) -> None:
    said: list[str] = []
    for words_told in ("hello", "1", "2", "2", "a van with no plates", MINE, "yesterday", "four", "2", "skip"):
        said = hears(house, words_told, **OLD)
    assert any(MINE[:20] in each for each in said), "on the phone it was written on, it is read back"
    code = given(house, **OLD)
    hears(house, code, **NEW)
    conversation = conversation_of(house, **NEW)
    assert conversation.state_sealed is not None
    state = opener_of(conversation, house.keys).open(conversation.state_sealed)
    assert not any(told in state for told in ("van", "blue house", "yesterday"))
    replies = hears(house, "1", **NEW)
    assert replies[0] == in_words(house, "utter_filed"), "there is nothing left to ask or to confirm"
    assert "van" in str(read_facts(house.report(), opener_of(conversation, house.keys))), "staff have it"


def test_the_old_phone_gets_nothing_more_and_begins_afresh(told: House) -> None:
    code = given(told, **OLD)
    hears(told, code, **NEW)
    before = len(told.telegram.sent)
    hears(told, "1", **NEW)
    answer = told.staff_answer("where are you?")
    told.send()
    assert (len(told.telegram.sent), told.sms.sent[-1].text) == (before, answer)
    assert hears(told, "hello", **OLD) == [in_words(told, "utter_ask_safe_now", sms=False)]
    assert conversation_of(told, "7001", "telegram").id != conversation_of(told, REPORTER, "sms").id


def test_the_old_phone_can_come_back_with_the_same_code(told: House) -> None:
    code = given(told, **OLD)
    hears(told, code, **NEW)
    assert hears(told, code, **OLD) == continues(told, sms=False)
    assert hears(told, "hello", **NEW) == [in_words(told, "utter_ask_safe_now")]


def test_held_answers_stay_held_until_it_is_safe_and_then_go_to_the_new_phone(told: House) -> None:
    code = given(told, **OLD)
    told.pass_time(timedelta(minutes=11))
    answer = told.staff_answer("where are you?")
    told.send()
    assert hears(told, code, **NEW) == continues(told)
    assert hears(told, "hello", **NEW) == [in_words(told, "utter_ask_safe_now")]
    assert answer in hears(told, "1", **NEW)
    assert answer in [each.text for each in told.sms.sent]


def test_the_same_code_from_the_same_phone_only_asks_for_safety(told: House) -> None:
    code = given(told, **OLD)
    conversation = conversation_of(told, "7001", "telegram")
    assert hears(told, code, **OLD) == continues(told, sms=False)
    assert conversation_of(told, "7001", "telegram").id == conversation.id
    assert hears(told, "1", **OLD) != []
    assert told.conversation().safety is Safety.SAFE


def test_an_open_question_to_erase_is_not_answered_by_yes_it_is_safe(told: House) -> None:
    code = given(told, **OLD)
    hears(told, "wipe", **OLD)
    hears(told, code, **NEW)
    hears(told, "1", **NEW)
    assert told.rows(Conversation, wipe_asked_at=None) == 2


def test_stale_words_of_the_bot_are_cancelled(told: House) -> None:
    code = given(told, **OLD)
    told.arrives("and there are five of us", **OLD)
    told.handle()
    told.arrives(code, **NEW)
    told.handle()
    told.send()
    with told.database.transaction() as session:
        states = session.scalars(select(OutboxMessage.state).where(OutboxMessage.author == Author.BOT)).all()
    assert OutboxState.CANCELLED in states
    assert [each.text for each in told.sms.sent if each.audience is Audience.REPORTER] == continues(told)


def test_words_leased_before_the_move_are_not_sent_after_it(told: House) -> None:
    code = given(told, **OLD)
    answer = told.staff_answer("where are you?")
    with told.database.transaction() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.author == Author.SYSTEM, OutboxMessage.state == OutboxState.PENDING)
            .values(state=OutboxState.CANCELLED)
        )
    with told.database.transaction() as session:
        claimed = outbox_claims.claim(
            session, Audience.REPORTER, lease=told.settings.lease, rules=HoldRules.of(told.settings)
        )
    assert claimed is not None
    told.arrives(code, **NEW)
    told.handle()
    with pytest.raises(TemporarySendError), told.database.transaction() as session:
        compose(session, claimed.row, told.composer)
    with told.database.transaction() as session:
        conversation = session.scalars(select(Conversation).where(Conversation.id == claimed.row.conversation_id)).one()
        assert reporter_words(session, claimed.row, conversation, told.composer).text  # the soak looks at such rows
    assert answer not in [each.text for each in told.said()]


def test_words_leased_before_a_move_on_the_same_channel_wait_for_safety(house: House) -> None:
    house.on_call("Dara")
    hears(house, CRY)
    hears(house, "1")
    code = given(house)
    house.staff_answer("where are you?")
    house.change(OutboxMessage, due_at=house.conversation().created_at)
    with house.database.transaction() as session:
        leased = []
        while claimed := outbox_claims.claim(
            session, Audience.REPORTER, lease=house.settings.lease, rules=HoldRules.of(house.settings)
        ):
            leased.append(claimed)
    house.arrives(code, sender=OTHER_REPORTER)
    house.handle()
    for each in leased:
        with pytest.raises(TemporarySendError), house.database.transaction() as session:
            compose(session, each.row, house.composer)


def test_after_a_long_time_the_reply_still_goes_at_once(told: House) -> None:
    code = given(told, **OLD)
    told.pass_time(timedelta(days=30))
    assert hears(told, code, **NEW) == continues(told)


def test_a_closed_case_is_gone_on_with(told: House) -> None:
    code = given(told, **OLD)
    with told.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=told.last_page().staff_id)
    assert hears(told, code, **NEW) == continues(told)


def test_a_conversation_moves_while_a_human_speaks(told: House) -> None:
    code = given(told, **OLD)
    told.staff_answer("I am here.")
    told.settle()
    assert hears(told, code, **NEW) == continues(told)
    assert hears(told, "1", **NEW) == [], "what comes next is the human's to say"
    words = told.staff_answer("good")
    told.send()
    assert told.sms.sent[-1].text == words
    [received] = [each for each in read_by_staff(told).entries if each.hidden and each.who == "reporter"]
    assert received.text == ""


def test_what_the_new_phone_wrote_before_stays_a_case_of_its_own_with_a_note(told: House) -> None:
    code = given(told, **OLD)
    hears(told, CRY, **NEW)
    own = told.report()
    hears(told, code, **NEW)
    assert told.rows(Report) == 2
    view = read_by_staff(told, own.number)
    assert view.facts["continues"] == "101"
    assert [each.text for each in view.entries if each.who == "reporter"] == [CRY]
    assert told.rows(Alarm, state=AlarmState.PAGING) == 2, "neither alarm ends"


def test_an_answer_to_that_case_fails_in_plain_sight(told: House) -> None:
    code = given(told, **OLD)
    hears(told, CRY, **NEW)
    own = told.report()
    hears(told, code, **NEW)
    with told.database.transaction() as session:
        case_desk.send_ready_answer(session, own.number, staff_id=told.last_page().staff_id, which=1)
    told.pass_time(timedelta(seconds=1))
    told.settle()
    assert [each.state for each in read_by_staff(told, own.number).entries if each.who == "staff"] == ["failed"]


def test_what_the_new_phone_wrote_right_after_the_code_is_heard_in_the_new_place(told: House) -> None:
    code = given(told, **OLD)
    hears(told, "hello", **NEW)
    told.arrives(code, **NEW)
    told.arrives("1", **NEW)
    told.arrives("they moved us", **NEW)
    told.settle()
    assert told.conversation().id != conversation_of(told, REPORTER, "sms").id
    assert conversation_of(told, REPORTER, "sms").safety is Safety.SAFE
    assert "they moved us" in [each.text for each in read_by_staff(told).entries]
    assert told.rows(InboxMessage, state=InboxState.PENDING) == 0


def test_what_the_old_phone_wrote_right_before_says_nothing_about_the_new_one(told: House) -> None:
    """Its "1" waits in our queue while the code arrives: it must not make the new phone safe."""
    code = given(told, **OLD)
    told.pass_time(timedelta(minutes=11))
    hears(told, "hello", **OLD)
    told.arrives("1", **OLD)
    told.change(InboxMessage, priority=5)
    with told.database.transaction() as session:
        leased = inbox.claim(session, lease=told.settings.lease)
    assert leased is not None
    told.arrives(code, **NEW)
    told.handle()
    assert conversation_of(told, REPORTER, "sms").safety is Safety.RETURNED
    with pytest.raises(LeaseLostError):
        asyncio.run(handle_message(leased, told.desk))
    told.settle()
    assert conversation_of(told, REPORTER, "sms").safety is Safety.RETURNED
    assert told.telegram.sent[-1].text, "the old phone is answered, in a conversation of its own"
    assert conversation_of(told, "7001", "telegram").id != conversation_of(told, REPORTER, "sms").id


def test_two_phones_that_change_places_at_once_do_not_wait_for_each_other_for_ever(house: House) -> None:
    codes = []
    for phone in (OLD, NEW):
        hears(house, "hello", **phone)
        hears(house, "1", **phone)
        codes.append(given(house, **phone))
    before = [conversation_of(house, **phone).id for phone in (OLD, NEW)]
    house.arrives(codes[1], **OLD)
    house.arrives(codes[0], **NEW)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: house.handle(), range(2)))
    house.settle()
    assert house.rows(InboxMessage, state=InboxState.HANDLED) == house.rows(InboxMessage)
    assert house.telegram.sent[-1].text == house.wording.render("utter_ask_safe_now", "en", sms=False).text
    assert house.sms.sent[-1].text == in_words(house, "utter_ask_safe_now")
    # One of them is first and takes the other's place; that one's phone then comes back to what was left.
    after = [conversation_of(house, **phone).id for phone in (OLD, NEW)]
    assert after == before[::-1]


def test_a_conversation_whose_phone_went_elsewhere_can_be_come_back_to(told: House) -> None:
    hears(told, "hello", **NEW)
    hears(told, "1", **NEW)
    home, away = given(told, **NEW), given(told, **OLD)
    left = conversation_of(told, **NEW).id
    assert hears(told, away, **NEW) == continues(told)
    assert hears(told, home, **NEW) == continues(told)
    assert conversation_of(told, **NEW).id == left
    assert told.rows(Conversation, continued_in=left) == 1
