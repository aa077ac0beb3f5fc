"""The phone may be in another hand by now: what is held, and what lets it go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.conversation import case_desk
from bot.database.states import AlarmState, Author, OutboxState, Safety
from bot.database.tables import ContactPoint, OutboxMessage, Report
from bot.escalation.ownership import give_back
from bot.reports.report_store import lock_conversation
from tests.unit.house import CRY, House

ELEVEN_MINUTES = timedelta(minutes=11)


def _words(house: House, response: str) -> str:
    return house.wording.render(response, "en", sms=True).text


@pytest.fixture
def told(house: House) -> House:
    """Somebody in danger has told it; nothing more is waiting to be sent."""
    house.on_call("Dara")
    house.hears(CRY)
    house.hears("1")
    return house


def _staff_states(house: House) -> list[str]:
    with house.database.transaction() as session:
        rows = select(OutboxMessage.state).where(OutboxMessage.author == Author.STAFF).order_by(OutboxMessage.id)
        return [state.value for state in session.scalars(rows)]


def test_an_answer_within_ten_minutes_leaves_at_once(told: House) -> None:
    answer = told.staff_answer("where are you?")
    told.send()
    assert told.said()[-1].text == answer


def test_an_answer_eleven_minutes_later_is_held_until_the_reporter_is_back_and_says_that_it_is_safe(
    told: House,
) -> None:
    told.pass_time(ELEVEN_MINUTES)
    answer = told.staff_answer("where are you?")
    before = len(told.said())
    told.send()
    assert len(told.said()) == before
    assert _staff_states(told) == ["held"]
    assert told.hears("are you there") == [_words(told, "utter_ask_safe_now")]
    assert _staff_states(told) == ["held"]
    assert answer in told.hears("1")
    assert _staff_states(told) == ["sent"]


def test_two_keeps_it_and_a_later_yes_lets_it_go(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    answer = told.staff_answer("where are you?")
    told.send()
    told.hears("hello")
    assert told.hears("2") == [_words(told, "utter_not_safe")]
    assert _staff_states(told) == ["held"]
    assert told.conversation().safety is Safety.UNSAFE
    assert told.hears("hello") == [_words(told, "utter_not_safe")]
    assert answer in told.hears("1")


def test_while_a_human_speaks_the_bot_asks_for_safety_and_nothing_else(told: House) -> None:
    told.staff_answer("where are you?")
    told.send()
    assert told.hears("in a blue house") == []
    told.pass_time(ELEVEN_MINUTES)
    assert told.hears("still here") == [_words(told, "utter_ask_safe_now")]
    assert told.hears("1") == [], "what comes next is the human's to say"
    assert told.hears("near the river") == []


def test_once_it_is_safe_again_the_humans_next_words_leave_at_once(told: House) -> None:
    told.staff_answer("where are you?")
    told.send()
    told.pass_time(ELEVEN_MINUTES)
    told.hears("still here")
    told.hears("1")
    answer = told.staff_answer("stay there")
    told.send()
    assert told.said()[-1].text == answer


def test_an_answer_after_a_no_is_held_however_recent(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    told.hears("hello")
    told.hears("2")
    told.staff_answer("where are you?")
    told.send()
    assert _staff_states(told) == ["held"]


def test_the_truths_of_the_system_are_held_like_everybodys_words(told: House) -> None:
    page = told.last_page()
    told.pass_time(ELEVEN_MINUTES)
    before = len(told.said())
    told.responder_says(f"ACK 101 {told.code(page.id)}", "Dara")
    assert len(told.said()) == before
    told.hears("hello")
    assert _words(told, "utter_person_reached") in told.hears("1")


def test_a_message_that_waited_in_our_queue_does_not_make_the_phone_safe(house: House) -> None:
    """Ten minutes count from when the words came in, not from when a slow or broken house got to them."""
    house.arrives("hello")
    house.pass_time(ELEVEN_MINUTES)
    house.settle()
    assert house.said() == []
    assert house.outbox_states(house.conversation().id) == ["held"]
    assert house.hears("hello again") == [_words(house, "utter_ask_safe_now")]
    assert house.hears("1")[-1] == _words(house, "utter_ask_topic")
    assert house.outbox_states(house.conversation().id)[0] == "cancelled", "it was asked, and answered, since"


def test_messages_minutes_apart_that_waited_together_are_told_from_a_return_after_a_gap(house: House) -> None:
    house.hears("hello")
    house.hears("1")
    house.arrives("one")
    house.pass_time(timedelta(minutes=9))
    house.arrives("two")
    house.settle()
    assert house.conversation().safety is Safety.SAFE
    house.pass_time(ELEVEN_MINUTES)
    house.arrives("three")
    house.settle()
    assert house.conversation().safety is Safety.RETURNED


def test_stop_is_obeyed_and_a_later_message_is_answered_and_still_alarms(house: House) -> None:
    house.on_call("Dara")
    house.hears("hello")
    assert house.hears("stop") == [_words(house, "utter_stop")]
    with house.database.transaction() as session:
        assert session.scalars(select(ContactPoint.opted_out_at)).one() is not None
    replies = house.hears(CRY)
    assert _words(house, "utter_urgent_received") in replies
    assert house.alarm().state is AlarmState.PAGING
    with house.database.transaction() as session:
        assert session.scalars(select(ContactPoint.opted_out_at)).one() is None


def test_after_stop_even_a_humans_answer_waits_for_the_reporter(told: House) -> None:
    told.hears("stop")
    answer = told.staff_answer("where are you?")
    told.send()
    assert _staff_states(told) == ["held"]
    told.hears("hello")
    assert answer in told.hears("1")


def test_stop_is_obeyed_while_a_human_speaks(told: House) -> None:
    told.staff_answer("where are you?")
    told.send()
    assert told.hears("stop") == [_words(told, "utter_stop")]
    told.staff_answer("please answer")
    told.send()
    assert _staff_states(told) == ["sent", "held"]


@pytest.mark.parametrize("word", ["HELP", "INFO", "YES", "END", "CANCEL", "QUIT"])
def test_a_carriers_keyword_is_a_persons_word_like_any_other(house: House, word: str) -> None:
    assert house.hears(word), "it is answered"


def test_words_to_a_human_whose_case_was_closed_meanwhile_are_on_somebodys_list(told: House) -> None:
    told.staff_answer("where are you?")
    told.send()
    with told.database.transaction() as session:  # closed, then answered once more from an old page
        case_desk.close_case(session, 101, staff_id=told.last_page().staff_id)
    _answer_closed(told)
    told.hears("I have one more thing to tell")
    assert told.rows(Report, state="open") == 1


def _answer_closed(house: House) -> None:
    staff_id = house.last_page().staff_id
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=staff_id, which=1)


def test_given_back_the_bot_speaks_again(told: House) -> None:
    told.staff_answer("where are you?")
    told.send()
    with told.database.transaction() as session:
        report = session.scalars(select(Report)).one()
        conversation = lock_conversation(session, report.conversation_id)
        give_back(session, conversation, report, staff_id=told.last_page().staff_id)
    assert told.hears("near the market")


def test_staff_see_what_is_held(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    told.staff_answer("where are you?")
    told.send()
    with told.database.transaction() as session:
        view = case_desk.open_case(
            session, 101, staff_id=told.last_page().staff_id, keys=told.keys, wording=told.wording
        )
    assert [entry.state for entry in view.entries if entry.who == "staff"] == ["held"]


def test_an_answer_written_before_newer_words_were_read_is_refused(told: House) -> None:
    staff_id = told.last_page().staff_id
    with told.database.transaction() as session:
        seen = case_desk.open_case(session, 101, staff_id=staff_id, keys=told.keys, wording=told.wording)
    told.hears("they moved us")
    with pytest.raises(case_desk.NewerMessagesError), told.database.transaction() as session:
        case_desk.answer_case(
            session,
            101,
            staff_id=staff_id,
            text="go to the gate",
            seen_inbox_id=seen.last_inbox_id,
            wording=told.wording,
            writes_as_sms=frozenset(),
        )
    assert _staff_states(told) == []


def test_an_uncertain_word_can_be_sent_again_only_by_its_own_case(told: House) -> None:
    with told.database.transaction() as session:
        session.execute(update(OutboxMessage).values(state=OutboxState.UNCERTAIN))
        [row_id, *_] = session.scalars(
            select(OutboxMessage.id).where(OutboxMessage.audience == "reporter").order_by(OutboxMessage.id)
        ).all()
    told.arrives(CRY, sender="+12025550133")
    staff_id = told.last_page().staff_id
    with told.database.transaction() as session:
        assert not case_desk.resend_uncertain(session, 102, row_id, staff_id=staff_id)
        assert case_desk.resend_uncertain(session, 101, row_id, staff_id=staff_id)


def test_a_human_who_is_faster_than_the_model_is_not_held(house: House) -> None:
    """The reporter's message is stored and has woken somebody, but no worker has handled it yet."""
    house.on_call("Dara")
    house.arrives(CRY)
    house.send()
    expected = house.staff_answer("I am here.")
    house.send()
    assert expected in [each.text for each in house.sms.sent]


def test_between_coming_back_and_saying_that_it_is_safe_nothing_slips_out(told: House) -> None:
    told.pass_time(timedelta(minutes=11))
    told.arrives("are you there")  # stored, not handled yet
    expected = told.staff_answer("Where are you now?")
    told.send()
    assert expected not in [each.text for each in told.sms.sent]
