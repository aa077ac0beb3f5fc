"""Cover: words of the person's own, and what everybody else with the phone gets: one neutral line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation.cover_for_staff import lift_cover
from bot.database.states import AlarmState, ClosedBy, Safety
from bot.database.tables import AuditEntry, Conversation, Cover, InboxMessage, OutboxMessage, Report
from bot.messages.message import MessageKind
from tests.unit.conversation_turns.covered import (
    DURESS,
    ELEVEN_MINUTES,
    HALF_AN_HOUR,
    MINE,
    SAFE,
    SMS,
    TELEGRAM,
    choose,
    cover,
    last_words,
    neutral,
    phrase,
    read_case,
    staff_states,
    tell,
    tells_nothing,
)
from tests.unit.conversation_turns.two_phones import continues, given, hears
from tests.unit.house import CRY, REPORTER, House

PHONES = pytest.mark.parametrize("phone", [SMS, TELEGRAM], ids=["sms", "telegram"])
ANYBODY_ASKS = ("1", "hello", "yes", "status", "code", "safe word", "what did she write", "wipe", "stop", "language")
LANGUAGES = {
    "th": ("คำลับ", "ต้นมะม่วง", "แม่น้ำสีฟ้า", "นี่เบอร์ใคร"),
    "km": ("ពាក្យសម្ងាត់", "ដើមស្វាយ", "ទន្លេខៀវ", "នេះលេខអ្នកណា"),
    "vi": ("từ bí mật", "cây xoài", "sông xanh", "số của ai đây"),
    "my": ("လျှို့ဝှက်စကား", "သရက်ပင်", "မြစ်ပြာ", "ဘယ်သူ့နံပါတ်လဲ"),
}


@pytest.fixture
def told(house: House) -> House:
    return tell(house)


@pytest.fixture
def covered(told: House) -> House:
    return choose(told)


# Choosing.


@PHONES
def test_a_word_is_chosen_while_it_is_safe_then_a_second_one(house: House, phone: dict[str, str]) -> None:
    tell(house, phone)
    sms = phone is SMS
    assert hears(house, "safe word", **phone) == [phrase(house, "utter_ask_safe_word", sms=sms)]
    assert hears(house, SAFE, **phone) == [phrase(house, "utter_ask_duress_word", sms=sms)]
    assert hears(house, DURESS, **phone) == [phrase(house, "utter_words_set", sms=sms)]
    assert cover(house).asking is None


def test_the_words_are_stored_nowhere(covered: House) -> None:
    with covered.database.transaction() as session:
        row = session.scalars(select(Cover)).one()
        assert row.safe_word_hash == covered.keys.own_word_hash(str(row.conversation_id), "mangotree")
        assert row.duress_word_hash == covered.keys.own_word_hash(str(row.conversation_id), "blueriver")
        newest = select(InboxMessage.text_sealed).order_by(InboxMessage.id.desc()).limit(2)
        assert session.scalars(newest).all() == [None, None]
    view = read_case(covered)
    assert not any(SAFE in entry.text or DURESS in entry.text for entry in view.entries)
    assert not any(SAFE in told or DURESS in told for told in view.facts.values())


def test_the_same_word_of_two_people_is_two_hashes(covered: House) -> None:
    hears(covered, "hello", **TELEGRAM)
    hears(covered, "1", **TELEGRAM)
    choose(covered, TELEGRAM)
    with covered.database.transaction() as session:
        hashes = [row.safe_word_hash for row in session.scalars(select(Cover))]
    assert len(set(hashes)) == len(hashes) == 2


def test_before_it_is_safe_no_word_is_asked_for(house: House) -> None:
    assert house.hears("safe word") == [phrase(house, "utter_ask_safe_now")]
    assert house.rows(Cover) == 0
    house.hears("1")
    assert house.hears("safe word") == [phrase(house, "utter_ask_safe_word")]


@pytest.mark.parametrize(
    "word", ["abc", "a b c", "12345678", "๑๒๓๔๕", "thank you", "hello", "status", "who is this", "ok"]
)
def test_what_anybody_could_write_is_no_word(told: House, word: str) -> None:
    told.hears("safe word")
    assert told.hears(word) == [phrase(told, "utter_word_not_usable")] or word == "who is this"
    assert cover(told).safe_word_hash is None


def test_after_three_that_cannot_be_used_it_is_left(told: House) -> None:
    told.hears("safe word")
    assert [told.hears(word)[0] for word in ("abc", "1234", "hello")] == [
        phrase(told, "utter_word_not_usable"),
        phrase(told, "utter_word_not_usable"),
        phrase(told, "utter_word_left_out"),
    ]


def test_the_two_words_must_differ(told: House) -> None:
    told.hears("safe word")
    told.hears(SAFE)
    assert told.hears("  MANGO-tree! ") == [phrase(told, "utter_words_must_differ")]
    assert told.hears(DURESS) == [phrase(told, "utter_words_set")]


def test_the_second_word_can_be_left_out(told: House) -> None:
    told.hears("safe word")
    told.hears(SAFE)
    assert told.hears("skip") == [phrase(told, "utter_words_set")]
    assert cover(told).duress_word_hash is None


def test_a_cry_is_never_taken_for_a_word(told: House) -> None:
    told.hears("safe word")
    told.hears("he has a knife")
    assert cover(told).safe_word_hash is None
    with told.database.transaction() as session:
        newest = session.scalars(select(InboxMessage.text_sealed).order_by(InboxMessage.id.desc()).limit(1)).one()
    assert newest is not None, "people can read it"


def test_a_story_is_never_taken_for_a_word(told: House) -> None:
    told.hears("safe word")
    told.hears("they take us to the other building when the sun goes down")
    assert cover(told).safe_word_hash is None
    assert cover(told).asking is None


def test_after_a_silence_the_next_message_is_no_word(told: House) -> None:
    told.hears("safe word")
    told.pass_time(ELEVEN_MINUTES)
    assert told.hears(SAFE) == [phrase(told, "utter_ask_safe_now")]
    assert cover(told).safe_word_hash is None


def test_on_telegram_the_chat_loses_the_words_and_what_was_said_of_them(house: House) -> None:
    tell(house, TELEGRAM)
    for number, words in enumerate(("safe word", SAFE, DURESS)):
        hears(house, words, chat_message_id=f"m{number}", **TELEGRAM)
    house.tidy()
    deleted = [message_id for _, message_id in house.telegram.deleted]
    assert {"m0", "m1", "m2"} <= set(deleted)
    sent = [each.text for each in house.telegram.sent]
    asked = f"telegram-{sent.index(phrase(house, 'utter_ask_safe_word', sms=False)) + 1}"
    done = f"telegram-{sent.index(phrase(house, 'utter_words_set', sms=False)) + 1}"
    assert asked in deleted
    assert done not in deleted


def test_words_are_offered_once_and_only_when_all_is_told(house: House) -> None:
    for words in ("tip", "1", "2", "they keep workers there", "near the market", "today", "nine", "2", "I saw it"):
        house.hears(words)
    assert house.hears("1") == [phrase(house, "utter_filed"), phrase(house, "utter_offer_words")]
    for words in ("tip", "2", "another place", "near the river", "today", "two", "2", "I saw it"):
        house.hears(words)
    assert house.hears("1") == [phrase(house, "utter_filed")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_every_language_words_are_chosen_and_heard(house: House, language: str) -> None:
    ask, safe, duress, who = LANGUAGES[language]
    house.on_call("Dara")
    house.hears({"th": "ภาษาไทย", "km": "ខ្មែរ", "vi": "tiếng việt", "my": "မြန်မာ"}[language])
    house.hears("1")
    assert house.hears(ask) == [phrase(house, "utter_ask_safe_word", language=language)]
    assert house.hears(safe) == [phrase(house, "utter_ask_duress_word", language=language)]
    assert house.hears(duress) == [phrase(house, "utter_words_set", language=language)]
    assert house.hears(who) == [phrase(house, "utter_who_is_this", language=language)]
    assert house.hears("1") == neutral(house, language)
    assert house.hears(safe) != neutral(house, language)
    assert house.hears(duress) == neutral(house, language)
    assert house.alarm().reason == "duress_word"


# Silence.


@PHONES
def test_after_half_an_hour_only_the_word_opens(house: House, phone: dict[str, str]) -> None:
    choose(tell(house, phone), phone)
    house.pass_time(HALF_AN_HOUR)
    answer = house.staff_answer("where are you?")
    house.settle()
    for words in ANYBODY_ASKS:
        assert hears(house, words, **phone) == neutral(house), words
    assert staff_states(house) == ["held"]
    assert any("where are you?" in reply for reply in hears(house, SAFE, **phone))
    assert staff_states(house) == ["sent"]
    assert answer


def test_the_word_may_come_in_any_case_width_and_spacing(covered: House) -> None:
    covered.pass_time(HALF_AN_HOUR)
    assert covered.hears(" Ｍango　TREE. ") != neutral(covered)
    assert covered.conversation().safety is Safety.SAFE


@pytest.mark.parametrize("wrong", ["mango", "mango trees", "the mango tree", "mangotree mangotree", "tree mango"])
def test_a_wrong_word_gets_what_every_word_gets(covered: House, wrong: str) -> None:
    covered.pass_time(HALF_AN_HOUR)
    assert covered.hears(wrong) == neutral(covered)
    assert covered.conversation().safety is not Safety.SAFE


def test_what_another_hand_writes_does_not_keep_it_open(covered: House) -> None:
    """Every message of theirs is a sign of life of the phone, not of the person."""
    covered.pass_time(ELEVEN_MINUTES)
    assert covered.hears("hello") == [phrase(covered, "utter_ask_safe_now")]
    covered.pass_time(timedelta(minutes=9))
    covered.hears("hello?")
    covered.pass_time(ELEVEN_MINUTES)
    assert covered.hears("1") == neutral(covered)


def test_whoever_goes_on_writing_is_not_closed_out(covered: House) -> None:
    for _ in range(5):
        covered.pass_time(timedelta(minutes=9))
        assert covered.hears("still here") != neutral(covered)


def test_without_a_word_the_safe_question_stands_as_before(told: House) -> None:
    told.pass_time(timedelta(hours=3))
    assert told.hears("hello") == [phrase(told, "utter_ask_safe_now")]
    assert told.hears("1") != neutral(told)


def test_what_is_written_meanwhile_is_heard_by_people(covered: House) -> None:
    covered.pass_time(HALF_AN_HOUR)
    pages = len(covered.pages())
    with covered.database.transaction() as session:
        for report in session.scalars(select(Report)):
            report.urgency = "HIGH"
    covered.responder_says(f"ACK 101 {covered.code(covered.last_page().id)}", "Dara")
    assert covered.hears("they have a gun and they will shoot") == neutral(covered)
    assert last_words(covered) == "they have a gun and they will shoot"
    assert covered.report().urgency == "CRITICAL"
    assert len(covered.pages()) > pages


@pytest.mark.parametrize("kind", [MessageKind.START, MessageKind.VOICE, MessageKind.LOCATION, MessageKind.PHOTO])
def test_no_kind_of_message_opens(covered: House, kind: MessageKind) -> None:
    covered.pass_time(HALF_AN_HOUR)
    assert covered.hears("", kind=kind) == neutral(covered)


def test_the_return_code_opens_and_a_wrong_one_says_nothing(told: House) -> None:
    code = given(told, **SMS)
    choose(told)
    told.pass_time(HALF_AN_HOUR)
    assert told.hears(code[-4:]) == neutral(told)
    assert told.hears("1234 5678 1234 5678") == neutral(told)
    assert told.hears(f"my number is {code}") == neutral(told)
    assert told.hears(code) == continues(told)
    assert told.hears("1") != neutral(told)
    assert told.conversation().safety is Safety.SAFE


def test_by_the_code_the_words_go_along_to_the_other_phone(told: House) -> None:
    code = given(told, **SMS)
    choose(told)
    assert hears(told, code, **TELEGRAM) == continues(told, sms=False)
    hears(told, "1", **TELEGRAM)
    told.pass_time(HALF_AN_HOUR)
    assert hears(told, "1", **TELEGRAM) == neutral(told)
    assert hears(told, SAFE, **TELEGRAM) != neutral(told)


# Duress.


@PHONES
def test_the_duress_word_wakes_people_and_the_phone_stays_dull(house: House, phone: dict[str, str]) -> None:
    """The captor reads: one line to all, and nothing of before."""
    choose(tell(house, phone), phone)
    answer = house.staff_answer("where are you?")
    before = len(house.pages())
    house.arrives(DURESS, **phone)
    assert house.alarm().reason == "duress_word", "at the door, before any word is handled"
    assert house.alarm().urgency == "CRITICAL"
    house.settle()
    assert house.conversation().safety is Safety.UNSAFE
    for words in ANYBODY_ASKS:
        assert hears(house, words, **phone) == neutral(house), words
    assert staff_states(house) == ["held"]
    assert len(house.pages()) >= before
    assert "duress_word" in house.report().urgency_reasons
    assert answer not in [each.text for each in house.said()]


def test_an_alarm_that_was_taken_is_heard_anew(covered: House) -> None:
    covered.responder_says(f"ACK 101 {covered.code(covered.last_page().id)}", "Dara")
    assert covered.alarm().state is AlarmState.ACKNOWLEDGED
    before = len(covered.pages())
    assert covered.hears(DURESS) == neutral(covered)
    assert covered.alarm().state is AlarmState.PAGING
    assert len(covered.pages()) == before + 1
    said = len(covered.said())
    covered.responder_says(f"ACK 101 {covered.code(covered.last_page().id)}", "Dara")
    assert len(covered.said()) == said, "that a person was reached is not told to this phone"


def test_without_any_report_the_duress_word_opens_one(house: House) -> None:
    house.on_call("Dara")
    for words in ("hello", "1"):
        house.hears(words)
    choose(house)
    assert house.hears(DURESS) == neutral(house)
    assert house.report().urgency == "CRITICAL"
    assert len(house.pages()) == 1


def test_staff_see_that_it_was_written_and_not_what_it_is(covered: House) -> None:
    covered.hears(DURESS)
    view = read_case(covered)
    [entry] = [each for each in view.entries if each.duress]
    assert (entry.text, entry.hidden) == ("", True)
    assert view.cover.closed_by == "duress"
    assert "duress_word" in view.card.reasons


def test_after_the_duress_word_the_safe_word_opens_and_lets_go_what_waited(covered: House) -> None:
    covered.hears(DURESS)
    covered.staff_answer("where are you?")
    covered.settle()
    assert any("where are you?" in reply for reply in covered.hears(SAFE))
    assert cover(covered).closed_by is None
    assert covered.alarm().state is AlarmState.PAGING, "only people end an alarm"


def test_the_duress_word_inside_other_words_is_an_ordinary_message(covered: House) -> None:
    assert covered.hears(f"we saw the {DURESS} today") != neutral(covered)
    assert cover(covered).closed_by is None


def test_what_the_bot_was_about_to_say_is_cancelled(covered: House) -> None:
    code_was = covered.rows(OutboxMessage, erase_once_sent=True)
    covered.arrives("code")
    covered.handle()  # the answer is written, and not sent yet
    covered.arrives(DURESS)
    said = len(covered.said())
    covered.settle()
    assert [each.text for each in covered.said()[said:]] == neutral(covered)
    assert covered.rows(OutboxMessage, erase_once_sent=True) == code_was + 1
    assert covered.rows(OutboxMessage, erase_once_sent=True, body_sealed=None) == code_was + 1


def test_what_was_written_before_it_and_not_handled_yet_is_answered_dully(covered: House) -> None:
    covered.arrives("status")
    covered.arrives(DURESS)
    said = len(covered.said())
    covered.settle()
    assert {each.text for each in covered.said()[said:]} == set(neutral(covered))


def test_a_safe_word_that_was_overtaken_by_the_duress_word_opens_nothing(covered: House) -> None:
    covered.staff_answer("where are you?")
    covered.pass_time(HALF_AN_HOUR)
    covered.arrives(SAFE)
    covered.arrives(DURESS)
    covered.settle()
    assert cover(covered).closed_by is ClosedBy.DURESS
    assert covered.hears("1") == neutral(covered)


def test_from_a_stranger_the_duress_word_is_nothing(covered: House) -> None:
    assert hears(covered, DURESS, **TELEGRAM) == [phrase(covered, "utter_ask_safe_now", sms=False)]
    assert "duress_word" not in covered.report().urgency_reasons
    assert cover(covered).closed_by is None


# Not safe.


@PHONES
def test_after_not_safe_the_question_is_not_asked_again_and_again(house: House, phone: dict[str, str]) -> None:
    hears(house, "hello", **phone)
    assert hears(house, "2", **phone) == neutral(house)
    for words in ("who is this?", "hello?", "yes", "ok", "what is this number", "2", "language"):
        assert hears(house, words, **phone) == neutral(house), words


def test_after_not_safe_a_cry_pages_and_the_outside_stays_neutral(house: House) -> None:
    house.on_call("Dara")
    house.hears("hello")
    house.hears("2")
    assert house.hears(CRY) == neutral(house)
    assert len(house.pages()) == 1


@pytest.mark.parametrize("word", ["1", "it is safe", "๑", "១", "၁"])
def test_after_not_safe_an_exact_word_takes_it_back(told: House, word: str) -> None:
    told.pass_time(ELEVEN_MINUTES)
    told.hears("hello")
    told.hears("2")
    assert told.hears(word) != neutral(told)
    assert told.conversation().safety is Safety.SAFE


def test_after_not_safe_and_ten_quiet_minutes_it_is_asked_once_more(told: House) -> None:
    told.pass_time(ELEVEN_MINUTES)
    told.hears("hello")
    told.hears("2")
    told.pass_time(ELEVEN_MINUTES)
    assert told.hears("hello") == [phrase(told, "utter_ask_safe_now")]


def test_after_not_safe_with_a_word_chosen_only_the_word_opens(covered: House) -> None:
    covered.pass_time(ELEVEN_MINUTES)
    covered.hears("hello")
    assert covered.hears("2") == neutral(covered)
    assert covered.hears("1") == neutral(covered)
    covered.pass_time(ELEVEN_MINUTES)
    assert covered.hears("1") == neutral(covered)
    assert covered.hears(SAFE) != neutral(covered)


def test_after_not_safe_stop_and_wipe_are_obeyed(house: House) -> None:
    house.hears("hello")
    house.hears("2")
    assert house.hears("wipe") == [phrase(house, "utter_ask_wipe")]
    assert house.hears("1") == [phrase(house, "utter_wiped")]


# Who is this?


@PHONES
@pytest.mark.parametrize(
    "words", ["who is this?", "Hello, who is this", "what is this number", "my worker wrote to you"]
)
def test_a_stranger_with_the_phone_gets_the_neutral_answer(house: House, phone: dict[str, str], words: str) -> None:
    tell(house, phone)
    replies = hears(house, words, **phone)
    assert replies == [phrase(house, "utter_who_is_this", sms=phone is SMS)]
    assert tells_nothing(replies)
    assert house.conversation().safety is Safety.RETURNED
    assert hears(house, "is she there", **phone) == [phrase(house, "utter_ask_safe_now", sms=phone is SMS)]
    assert "stranger_asks" in house.report().urgency_reasons


def test_the_question_of_a_stranger_is_no_answer_to_the_open_one(told: House) -> None:
    told.hears("who is this?")
    assert not any("who is this" in told_fact for told_fact in read_case(told).facts.values())
    assert last_words(told) == "who is this?", "but people read it"


def test_what_staff_had_written_is_held_when_a_stranger_asks(told: House) -> None:
    told.hears("who is this?")
    answer = told.staff_answer("where are you?")
    told.settle()
    assert staff_states(told) == ["held"]
    assert told.hears("1") == [phrase(told, "utter_ask_safe_now")], "no question was open"
    assert answer in told.hears("1")


def test_while_a_human_speaks_a_stranger_gets_the_same(told: House) -> None:
    told.staff_answer("where are you?")
    told.settle()
    assert told.hears("who is this?") == [phrase(told, "utter_who_is_this")]
    told.staff_answer("please answer")
    told.settle()
    assert staff_states(told) == ["sent", "held"]


def test_whoever_begins_by_asking_who_this_is_can_go_on(house: House) -> None:
    assert house.hears("who is this?") == [phrase(house, "utter_who_is_this"), phrase(house, "utter_ask_safe_now")]
    assert house.hears("1")[0] == phrase(house, "utter_who_ngo")


def test_a_stranger_where_a_word_is_chosen_closes_it(covered: House) -> None:
    assert covered.hears("who is this?") == [phrase(covered, "utter_who_is_this")]
    assert covered.hears("1") == neutral(covered)
    assert covered.hears(SAFE) != neutral(covered)


# What goes, and what people can do.


def test_a_wipe_takes_the_words(covered: House) -> None:
    covered.hears("wipe")
    covered.hears("1")
    assert covered.rows(Cover) == 0


def test_a_captor_cannot_wipe_what_is_closed(covered: House) -> None:
    covered.hears(DURESS)
    for words in ("wipe", "1", "yes", "stop"):
        assert covered.hears(words) == neutral(covered)
    assert covered.rows(Conversation, wipe_asked_at=None) == 1


def test_a_human_who_is_sure_lets_them_in_without_the_word(covered: House) -> None:
    covered.hears(DURESS)
    with covered.database.transaction() as session:
        assert lift_cover(session, 101, staff_id=covered.last_page().staff_id)
        assert not lift_cover(session, 101, staff_id=covered.last_page().staff_id)
    assert covered.rows(AuditEntry, action="lifted_cover") == 1
    assert covered.hears("hello") == [phrase(covered, "utter_ask_safe_now")]
    assert covered.hears("1") != neutral(covered)
    assert covered.hears(DURESS) != neutral(covered), "an ordinary message now"


def test_nothing_a_closed_conversation_answers_tells_what_it_is(covered: House) -> None:
    covered.hears(DURESS)
    replies = [reply for words in (*ANYBODY_ASKS, MINE, CRY, REPORTER) for reply in covered.hears(words)]
    assert set(replies) == set(neutral(covered))
    assert tells_nothing(replies)
