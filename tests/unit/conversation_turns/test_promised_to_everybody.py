"""What is promised of waiting, of a human who takes over, of erasing and of cover: in every language, with buttons and
without."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.conversation import case_desk, release_desk
from bot.database.states import AlarmState, Author, Choice, OutboxState
from bot.database.tables import Alarm, ContactPoint, Conversation, OutboxMessage
from bot.reports.choices import record_choice
from tests.unit.conversation_turns.covered import sweep_check_ins
from tests.unit.conversation_turns.somebody import BY_SMS, EVERYBODY, ON_TELEGRAM, Somebody
from tests.unit.conversation_turns.telling_others import TO_EMBASSY, ask, by_rule
from tests.unit.house import House

ELEVEN_MINUTES, HALF_AN_HOUR = timedelta(minutes=11), timedelta(minutes=31)
HOUR_47 = timedelta(hours=47, seconds=1)
SAFE_WORD, CHECK_IN, NO_CHECK_IN, WHO_IS_THIS = range(4)
ANSWER = "4821"  # a human's words, in no language


def _dara(house: House) -> int:
    staff_id = house.last_page().staff_id
    assert staff_id is not None
    return staff_id


def _told_the_embassy(house: House) -> None:
    """They chose the embassy; two people agree, and one says that it was told."""
    with house.database.transaction() as session:
        record_choice(session, house.report(), Choice.EMBASSY)
    asked = ask(house, TO_EMBASSY, _dara(house))
    by_rule(house, release_desk.agree, asked, house.on_call("Noor", step=None))
    by_rule(house, release_desk.mark_done, asked, _dara(house))


def _do(house: House, act: str) -> None:
    with house.database.transaction() as session:
        getattr(case_desk, act)(session, 101, staff_id=_dara(house))
    house.settle()


# How far the words have come, and who writes.


@EVERYBODY
def test_each_stage_is_told_when_it_is_true_and_no_word_of_theirs(writer: Somebody) -> None:
    house = writer.house
    house.on_call("Dara")
    writer.writes(writer.cry)
    assert writer.is_told(writer.says("status"), "ask_safe_now")
    question = writer.chooses(1)[-1]
    seen = []

    def asks() -> str:
        told, again = writer.says("status")
        assert again == question
        seen.append(told)
        return told

    assert asks() == writer.reads("status_arrived")
    house.responder_says(f"ACK 101 {house.code(house.last_page().id)}", "Dara")
    house.settle()
    assert asks() == writer.reads("status_reached")
    with house.database.transaction() as session:
        case_desk.open_case(session, 101, staff_id=_dara(house), keys=house.keys, wording=house.wording)
    house.settle()
    assert asks() == writer.reads("status_read")
    house.staff_answer(ANSWER)
    house.settle()
    assert writer.is_told(writer.says("status"), "status_answered"), "a human speaks, and nothing else is said"
    _do(house, "give_back")
    assert asks() == writer.reads("status_answered")
    _told_the_embassy(house)
    assert asks() == writer.reads("status_acted")
    _do(house, "close_case")
    assert asks() == writer.reads("status_closed")
    assert len(set(seen)) == 6
    assert not any(writer.cry in each or ANSWER in each for each in seen)


@EVERYBODY
def test_a_human_is_said_to_be_one_and_the_bot_is_silent_until_they_hand_back(writer: Somebody) -> None:
    house = writer.in_danger().house
    house.staff_answer(ANSWER)
    house.settle()
    assert house.said()[-1].text == writer.reads("person_writes", words=ANSWER)
    assert writer.says("where") == writer.says("thanks") == writer.says("insult") == []
    _do(house, "give_back")
    assert writer.says("thanks")[0] == writer.reads("thanks")


# Erasing.


@EVERYBODY
def test_erasing_says_before_what_stays_and_after_what_could_not_be_deleted(writer: Somebody) -> None:
    house = writer.in_danger().house
    assert writer.is_told(writer.says("wipe"), "ask_wipe")
    assert writer.chooses(2)[0] == writer.reads("not_wiped")
    assert house.rows(Conversation, wipe_asked_at=None) == 1
    assert writer.is_told(writer.says("wipe"), "ask_wipe")
    assert writer.is_told(writer.chooses(1), "wiped")
    house.tidy()
    assert house.conversation().private_key_wrapped is None
    with house.database.transaction() as session:
        assert session.execute(select(ContactPoint.address_hash, ContactPoint.address_sealed)).one() == (None, None)
    alarm = house.alarm()
    assert (alarm.state, alarm.closed_at) == (AlarmState.PAGING, None)
    assert house.report().urgency_reasons
    assert writer.is_told(writer.writes(writer.cry), "urgent_received", "ask_safe_now"), "nobody knows them any more"
    assert house.rows(Conversation) == house.rows(Alarm) == 2


@ON_TELEGRAM
def test_a_button_leads_to_erasing_and_both_sides_of_the_chat_are_deleted(writer: Somebody) -> None:
    house = writer.at_ease().house
    house.arrives(writer.word("stop"), **writer.phone, chat_message_id="theirs")
    house.settle()
    assert house.telegram.sent[-1].text == writer.reads("stop")
    assert [each.payload for each in writer.buttons()] == ["wipe"]
    assert writer.is_told(writer.taps("wipe"), "ask_wipe")
    assert writer.is_told(writer.chooses(1), "wiped")
    house.tidy()
    deleted = {message_id for _, message_id in house.telegram.deleted}
    assert deleted == {"theirs"} | {f"telegram-{number}" for number in range(1, len(house.telegram.sent))}


@BY_SMS
def test_by_sms_the_word_that_erases_is_told_where_they_stop_and_is_that_of_their_language(writer: Somebody) -> None:
    [stopped] = writer.at_ease().says("stop")
    assert writer.word("wipe") in stopped
    assert writer.is_told(writer.writes(stopped.split()[-1]), "ask_wipe")


@ON_TELEGRAM
def test_after_filing_three_buttons_tell_erase_and_empty_in_their_language(writer: Somebody) -> None:
    writer.at_ease()
    for _ in range(9):
        if writer.reads("filed") in writer.says("skip"):
            break
    filed = next(each for each in writer.house.telegram.sent if each.text == writer.reads("filed"))
    assert [each.payload for each in filed.buttons] == ["status", "vanish", "wipe"]
    assert writer.is_told(writer.taps("status"), "status_arrived")
    assert writer.is_told(writer.taps("vanish"), "vanish")
    assert writer.is_told(writer.taps("wipe"), "ask_wipe")


@ON_TELEGRAM
def test_a_chat_that_is_to_empty_itself_does_and_an_unseen_answer_is_offered_again(writer: Somebody) -> None:
    house = writer.in_danger().house
    assert writer.says("vanish")[0] == writer.reads("vanish")
    house.staff_answer(ANSWER)
    house.settle()
    sent = len(house.telegram.sent)
    house.pass_time(HOUR_47)
    house.tidy()
    assert {message_id for _, message_id in house.telegram.deleted} >= {f"telegram-{n}" for n in range(1, sent + 1)}
    assert house.rows(OutboxMessage, author=Author.STAFF, state=OutboxState.HELD) == 1
    assert writer.is_told(writer.says("where"), "ask_safe_now")
    assert writer.reads("person_writes", words=ANSWER) in writer.chooses(1)
    assert writer.says("keep")[0] == writer.reads("keep")


@BY_SMS
def test_by_sms_they_are_told_that_nothing_can_be_deleted_from_here(writer: Somebody) -> None:
    assert writer.at_ease().says("vanish")[0] == writer.reads("vanish")
    assert not writer.house.conversation().empties_chat


# Cover.


@EVERYBODY
def test_not_safe_is_one_neutral_line_that_pages_behind_it(writer: Somebody) -> None:
    house = writer.house
    house.on_call("Dara")
    assert writer.is_told(writer.says("tip"), "ask_safe_now")
    assert writer.is_told(writer.chooses(2), "not_safe")
    assert writer.is_told(writer.says("status"), "not_safe")
    assert house.pages() == []
    assert writer.is_told(writer.writes(writer.cry), "not_safe")
    assert len(house.pages()) == 1
    house.pass_time(ELEVEN_MINUTES)
    assert writer.is_told(writer.says("where"), "ask_safe_now")


@EVERYBODY
def test_a_stranger_reads_the_deployments_line_and_then_the_safe_question(writer: Somebody) -> None:
    house = writer.in_danger().house
    assert writer.is_told(writer.asks(WHO_IS_THIS), "who_is_this")
    assert house.wording.deployment.cover_name[writer.language] in writer.reads("who_is_this")  # type: ignore[index]
    assert writer.is_told(writer.says("status"), "ask_safe_now")
    assert "stranger_asks" in house.report().urgency_reasons


@EVERYBODY
def test_after_half_an_hour_only_the_safe_word_opens_and_the_duress_word_pages(writer: Somebody) -> None:
    house, (safe, duress) = writer.in_danger().house, writer.own_words
    assert writer.is_told(writer.asks(SAFE_WORD), "ask_safe_word")
    assert writer.is_told(writer.writes(safe), "ask_duress_word")
    assert writer.is_told(writer.writes(duress), "words_set")
    house.pass_time(HALF_AN_HOUR)
    for name in ("yes", "status", "wipe", "stop", "who", "numbers"):
        assert writer.is_told(writer.says(name), "not_safe")
    assert writer.is_told(writer.chooses(1), "not_safe")
    assert writer.is_told(writer.writes(duress), "not_safe")
    assert (house.alarm().urgency, house.alarm().reason) == ("CRITICAL", "duress_word")
    assert writer.reads("not_safe") not in writer.writes(safe)
    assert writer.says("status")[0] == writer.reads("status_arrived")


@EVERYBODY
def test_a_check_in_that_does_not_come_wakes_people_and_the_phone_stays_silent(writer: Somebody) -> None:
    house, (word, _) = writer.at_ease().house, writer.own_words
    assert writer.is_told(writer.asks(CHECK_IN), "ask_check_in_time")
    assert writer.is_told(writer.chooses(1), "ask_check_in_word")
    [agreed] = writer.writes(word)
    assert agreed.startswith(writer.reads("check_in_set").split("{")[0])
    said = len(house.said())
    house.pass_time(timedelta(hours=2, minutes=11))
    assert sweep_check_ins(house) == 1
    house.settle()
    assert (len(house.pages()), len(house.said())) == (1, said)
    assert (house.alarm().urgency, house.alarm().reason) == ("URGENT", "check_in_missed")
    assert writer.is_told(writer.writes(word), "not_safe"), "too late: the alarm stays"
    assert house.alarm().closed_at is None


@EVERYBODY
def test_a_check_in_is_kept_by_the_word_alone_and_can_be_called_off(writer: Somebody) -> None:
    house, (word, other) = writer.at_ease().house, writer.own_words
    for written in (word, other):
        writer.asks(CHECK_IN)
        writer.chooses(1)
        writer.writes(written)
        if written == word:
            assert writer.is_told(writer.writes(word), "not_safe")
    assert writer.is_told(writer.asks(NO_CHECK_IN), "check_in_cancelled")
    house.pass_time(timedelta(hours=3))
    assert sweep_check_ins(house) == 0
    assert house.pages() == []
