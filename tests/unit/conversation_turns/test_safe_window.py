"""When may we write to you? Named, kept, taken back; what leaves in it unasked is what was held, nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.conversation.when_to_write import held_until
from bot.database.states import Author, ClosedBy, OutboxState
from bot.database.tables import ContactPoint, Conversation, Cover, OutboxMessage
from bot.messages.holding import HoldRules
from bot.messages.outbox import say_template
from bot.messages.what_was_held import release_in_a_window
from bot.reports.queue_cards import CaseNotFoundError
from bot.reports.report_store import lock_conversation
from tests.unit.conversation_turns.covered import DURESS, SAFE, choose, phrase, staff_states
from tests.unit.conversation_turns.two_phones import given, hears
from tests.unit.conversation_turns.windows import it_is, named, point, tell_when
from tests.unit.house import House

HOURS = timedelta(hours=8)
ANSWER = "where are you?"


def _goes(house: House) -> list[str]:
    """What reaches the phone when the watcher of windows has looked, and all is sent."""
    before = len(house.said())
    while house.release() + house.send():
        pass
    return [each.text for each in house.said()[before:]]


def _answered_at_noon(house: House) -> str:
    """Hours later, outside the window they named, a person answers; it is held."""
    house.pass_time(HOURS)
    it_is(house, 12)
    answer = house.staff_answer(ANSWER)
    house.send()
    assert staff_states(house) == ["held"]
    return answer


@pytest.fixture
def evenings(house: House) -> House:
    """They named the hours from seven to ten in the evening: at eight, ten minutes more are inside at any minute."""
    tell_when(house, "2", "7-10 pm")
    assert named(house) == ("at_times", "19:00 22:00")
    return house


def test_an_answer_at_noon_waits_and_leaves_in_the_evening_they_named(evenings: House) -> None:
    answer = _answered_at_noon(evenings)
    assert _goes(evenings) == []
    it_is(evenings, 20)
    assert _goes(evenings) == [answer]
    assert _goes(evenings) == [], "once, and nothing else"


def test_what_is_written_while_the_window_is_open_leaves_at_once(evenings: House) -> None:
    evenings.pass_time(HOURS)
    it_is(evenings, 19)
    answer = evenings.staff_answer(ANSWER)
    evenings.send()
    assert evenings.said()[-1].text == answer


def test_at_any_time_a_persons_words_leave_hours_later(house: House) -> None:
    tell_when(house, "3")
    house.pass_time(HOURS)
    answer = house.staff_answer(ANSWER)
    house.send()
    assert house.said()[-1].text == answer


def test_of_several_truths_the_latest_leaves_and_none_that_a_persons_words_are_newer_than(evenings: House) -> None:
    answer = _answered_at_noon(evenings)
    _truths(evenings, "utter_nobody_yet", "utter_person_reached")
    it_is(evenings, 20)
    assert _goes(evenings) == [answer, phrase(evenings, "utter_person_reached")], "human words first"
    assert _goes(evenings) == []
    assert _states_of(evenings, "utter_person_read") == ["cancelled"]


def test_a_truth_older_than_a_persons_words_waits_for_the_person(evenings: House) -> None:
    answer = _answered_at_noon(evenings)  # opening the case has made "a person has read this" true
    it_is(evenings, 20)
    assert _goes(evenings) == [answer]
    assert _states_of(evenings, "utter_person_read") == ["held"]


def _truths(house: House, *templates: str) -> None:
    with house.database.transaction() as session:
        conversation = lock_conversation(session, house.conversation().id)
        for template in templates:
            say_template(session, conversation, template, key=f"truth:{template}", author=Author.SYSTEM)
    house.send()


def _states_of(house: House, template: str) -> list[str]:
    with house.database.transaction() as session:
        rows = session.query(OutboxMessage).where(OutboxMessage.template == template).order_by(OutboxMessage.id)
        return [row.state.value for row in rows]


def test_what_the_bot_could_not_say_in_time_waits_for_the_person(house: House) -> None:
    tell_when(house, "3")
    house.arrives("status")
    house.handle()
    house.pass_time(HOURS)
    assert _goes(house) == []


def test_several_watchers_let_the_same_words_go_once(evenings: House) -> None:
    _answered_at_noon(evenings)
    it_is(evenings, 20)
    rules = HoldRules.of(evenings.settings)
    with evenings.database.transaction() as one:
        assert release_in_a_window(one, rules)
        with evenings.database.transaction() as other:
            assert not release_in_a_window(other, rules), "it is in the hands of the first"
    assert evenings.release() == 0


def _not_safe(house: House) -> None:
    house.hears("hello")
    house.hears("2")


def _came_back(house: House) -> None:
    house.hears("hello")


def _stop(house: House) -> None:
    house.hears("stop")


def _too_long_ago(house: House) -> None:
    house.pass_time(timedelta(days=7))


def _erasing(house: House) -> None:
    house.change(Conversation, wipe_asked_at=house.conversation().created_at)


def _closed(house: House) -> None:
    with house.database.transaction() as session:
        session.add(Cover(conversation_id=house.conversation().id, closed_by=ClosedBy.STRANGER, misses=0))


@pytest.mark.parametrize(
    "since",
    [_not_safe, _came_back, _stop, _too_long_ago, _erasing, _closed],
    ids=lambda step: step.__name__,
)
def test_in_the_window_all_the_same_it_stays(evenings: House, since: object) -> None:
    _answered_at_noon(evenings)
    since(evenings)  # type: ignore[operator]
    it_is(evenings, 20)
    assert _goes(evenings) == []
    assert staff_states(evenings) == ["held"]


def test_not_safe_takes_the_window_back_until_they_name_one_again(evenings: House) -> None:
    evenings.pass_time(HOURS)
    _not_safe(evenings)
    assert named(evenings) is None
    evenings.hears("1")
    assert named(evenings) is None


def test_who_chose_a_safe_word_is_written_to_only_after_it(house: House) -> None:
    tell_when(house, "3")
    choose(house)
    house.pass_time(HOURS)
    answer = house.staff_answer(ANSWER)
    house.send()
    assert _goes(house) == []
    assert answer in house.hears(SAFE)


def test_the_duress_word_takes_the_window_back_at_the_door(house: House) -> None:
    tell_when(house, "3")
    choose(house)
    house.arrives(DURESS)
    assert named(house) is None


def test_on_another_phone_nobody_has_named_a_window(house: House) -> None:
    tell_when(house, "3")
    code = given(house, sender=point_sender(), channel="sms")
    hears(house, code, sender="7009", channel="telegram")
    with house.database.transaction() as session:
        assert [each.write_back for each in session.query(ContactPoint)] == [None, None]


def point_sender() -> str:
    """The phone of `tell`."""
    return "+12025550111"


def test_a_wipe_takes_the_window_with_the_address(evenings: House) -> None:
    for words in ("wipe", "1"):
        evenings.hears(words)
    with evenings.database.transaction() as session:
        [left] = session.query(ContactPoint)
        assert (left.write_back, left.safe_from, left.safe_until, left.safe_zone) == (None, None, None, None)


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        (("1",), ("when_i_write", "")),
        (("2",), ("at_times", "")),
        (("2", "sunday after church"), ("at_times", "")),
        (("2", "skip"), ("at_times", "")),
    ],
    ids=["only when I write", "not said yet", "not read", "left out"],
)
def test_without_times_that_are_sure_everything_is_held(
    house: House, answers: tuple[str, ...], kept: tuple[str, str]
) -> None:
    tell_when(house, *answers)
    assert named(house) == kept
    house.pass_time(HOURS)
    house.staff_answer(ANSWER)
    house.send()
    assert _goes(house) == []


def test_an_answer_that_left_their_chat_unseen_is_not_sent_again_by_a_window(house: House) -> None:
    tell_when(house, "3")
    house.pass_time(HOURS)
    house.staff_answer(ANSWER)
    house.send()
    with house.database.transaction() as session:  # as chat_history.py offers it again
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.author == Author.STAFF)
            .values(state=OutboxState.HELD, key="again:1")
        )
    assert _goes(house) == []


def test_staff_see_until_when_it_is_held(evenings: House) -> None:
    _answered_at_noon(evenings)
    rules = HoldRules.of(evenings.settings)
    with evenings.database.transaction() as session:
        assert held_until(session, 101, rules).clock == "19:00"
        session.execute(update(ContactPoint).values(safe_zone="Asia/Yangon"))
    with evenings.database.transaction() as session:
        assert held_until(session, 101, rules).offset == "+6:30"
    _not_safe(evenings)
    with evenings.database.transaction() as session:
        assert held_until(session, 101, rules).at is None


def test_of_a_case_that_is_not_there_nothing_is_told(house: House) -> None:
    with house.database.transaction() as session, pytest.raises(CaseNotFoundError):
        held_until(session, 999, HoldRules.of(house.settings))


def test_a_zone_that_this_machine_does_not_know_is_no_window(evenings: House) -> None:
    _answered_at_noon(evenings)
    evenings.change(ContactPoint, safe_zone="Nowhere/City")
    assert point(evenings).safe_zone == "Nowhere/City"
    assert _goes(evenings) == []
