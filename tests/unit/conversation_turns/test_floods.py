"""Very many messages of one sender, and very many senders: slowed, never muted when urgent, one case for staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.conversation.case_desk import Entry
from bot.conversation.repeats import fold_repeats
from bot.database.states import AlarmState, InboxState
from bot.database.tables import Alarm, InboxMessage, OutboxMessage, Page, Report
from bot.messages.message import Audience
from bot.messages.pace import PAUSE
from tests.unit.conversation_turns.two_phones import read_by_staff
from tests.unit.house import CRY, OTHER_REPORTER, House, words_of

FIVE_HUNDRED = 500
MANY = 5  # of one sender in a minute, in these tests


def _impatient(house: House) -> House:
    """A house in which a flood begins early: the same as with the default, in fewer messages."""
    return replace(house, settings=house.settings.model_copy(update={"many_messages": MANY}))


def _after_the_pause(house: House) -> None:
    house.pass_time(PAUSE + timedelta(seconds=1))
    house.settle()


def test_the_same_text_over_and_over_is_answered_a_few_times_and_stored_each_time(house: House) -> None:
    flooded = _impatient(house)
    for _ in range(30):
        flooded.hears("hello zzkq")
    assert len(flooded.said()) <= 2 * MANY, "no answer to each"
    _after_the_pause(flooded)
    assert flooded.rows(InboxMessage, state=InboxState.HANDLED) == 30
    assert len(flooded.said()) <= 2 * MANY + 2, "one answer to all the rest"
    assert len({each.text for each in flooded.said()}) <= 3
    assert flooded.rows(Report) == 1


def test_whoever_stops_flooding_is_answered_as_before(house: House) -> None:
    flooded = _impatient(house)
    for _ in range(12):
        flooded.hears("hello zzkq")
    flooded.pass_time(timedelta(seconds=61))
    flooded.settle()
    assert flooded.hears("hello") != []


def test_a_cry_at_the_end_of_a_flood_is_answered_at_once_and_pages(house: House) -> None:
    flooded = _impatient(house)
    flooded.on_call("Dara")
    for _ in range(12):
        flooded.arrives("hello zzkq")
    replies = flooded.hears(CRY)
    assert flooded.wording.render("utter_urgent_received", "en", sms=True).text in replies
    assert len(flooded.pages()) == 1
    assert flooded.rows(InboxMessage, state=InboxState.HANDLED) == 13


def test_stop_and_erase_are_obeyed_in_the_middle_of_a_flood(house: House) -> None:
    flooded = _impatient(house)
    for content in ["hello zzkq"] * 8 + ["wipe", "1"]:
        flooded.arrives(content)
    _after_the_pause(flooded)
    assert flooded.conversation().wipe_asked_at is not None


def test_a_flood_of_cries_is_one_case_one_alarm_and_one_page(house: House) -> None:
    flooded = _impatient(house)
    flooded.on_call("Dara")
    for number in range(20):
        flooded.arrives(f"{CRY} {number}")
    flooded.settle()
    _after_the_pause(flooded)
    assert flooded.rows(Report) == flooded.rows(Alarm) == flooded.rows(Page) == len(flooded.pages()) == 1
    assert flooded.rows(InboxMessage, floor_urgency="CRITICAL") == 20, "each was read by the floor at the door"


def test_who_took_the_case_is_told_of_a_flood_once_a_minute(house: House) -> None:
    flooded = _impatient(house)
    flooded.on_call("Dara")
    flooded.hears(CRY)
    flooded.responder_says(f"ACK 101 {flooded.code(flooded.last_page().id)}", "Dara")
    for _ in range(20):
        flooded.hears("hello zzkq")
    _after_the_pause(flooded)
    assert flooded.alarm().state is AlarmState.ACKNOWLEDGED
    assert 1 <= flooded.rows(OutboxMessage, template="new_words") <= 3
    assert flooded.rows(InboxMessage) == 22


def test_signs_that_nobody_sees_and_endless_texts_are_answered_and_handled(house: House) -> None:
    for content in ("\u200b" * 4096, "\u200b\u200c\u200d\u2060 " * 500, "a" * 4096, "\u0e01\u0e49" * 2000, "😀" * 1500):
        assert house.hears(content) != []
    assert house.rows(InboxMessage, state=InboxState.HANDLED) == 5


def test_a_cry_hidden_behind_signs_that_nobody_sees_is_heard(house: House) -> None:
    house.on_call("Dara")
    house.arrives("\u200b" * 2000 + "\u200b".join(CRY))
    house.settle()
    assert len(house.pages()) == 1


def test_two_hundred_strangers_at_once_are_all_answered_each_in_a_case_of_their_own(house: House) -> None:
    house.on_call("Dara")
    senders = [f"+1202556{number:04}" for number in range(200)]
    for sender in senders:
        house.take_in(words_of("zzkq they keep my passport", sender=sender))
    house.take_in(words_of(CRY, sender=OTHER_REPORTER))
    house.settle()
    answered = {each.address for each in house.said() if each.audience is Audience.REPORTER}
    assert answered == {*senders, OTHER_REPORTER}
    assert house.rows(Report) == 201
    assert house.said()[0].address == OTHER_REPORTER, "the urgent one first"
    assert len(house.pages()) == 1


def test_staff_see_the_same_words_as_one_line(house: House) -> None:
    flooded = _impatient(house)
    flooded.on_call("Dara")
    flooded.hears(CRY)
    for _ in range(12):
        flooded.hears("hello zzkq")
    _after_the_pause(flooded)
    [line] = [each for each in read_by_staff(flooded).entries if each.text == "hello zzkq"]
    assert line.times == 12
    assert line.until is not None
    assert line.until > line.at
    assert len(read_by_staff(flooded).entries) < 12


def _lines(*told: tuple[str, str]) -> list[Entry]:
    began = datetime(2026, 11, 22, tzinfo=UTC)
    return [
        Entry(at=began + timedelta(seconds=place), who=who, state="text", outbox_id=None, text=text)
        for place, (who, text) in enumerate(told)
    ]


def test_what_a_person_wrote_stands_for_itself_and_begins_a_new_line() -> None:
    again = (("reporter", "x"), ("bot", "y"), ("reporter", "x"), ("bot", "y"))
    folded = fold_repeats(_lines(*again, ("staff", "z"), ("staff", "z"), *again))
    assert [(each.who, each.times) for each in folded] == [
        ("reporter", 2),
        ("bot", 2),
        ("staff", 1),
        ("staff", 1),
        ("reporter", 2),
        ("bot", 2),
    ]


def test_an_answer_that_comes_again_to_other_words_stands_where_it_was_said() -> None:
    told = (("reporter", "x"), ("bot", "y"), ("reporter", "w"), ("bot", "y"))
    assert [each.times for each in fold_repeats(_lines(*told))] == [1, 1, 1, 1]


def test_what_may_not_have_arrived_is_never_folded_away() -> None:
    uncertain = [replace(each, state="uncertain") for each in _lines(("bot", "y"), ("bot", "y"))]
    repeated = _lines(("reporter", "x"), ("reporter", "x"))
    assert len(fold_repeats([*repeated, *uncertain])) == 3


def test_five_hundred_times_the_same_is_one_line() -> None:
    [line] = fold_repeats(_lines(*[("reporter", "x")] * FIVE_HUNDRED))
    assert line.times == FIVE_HUNDRED
