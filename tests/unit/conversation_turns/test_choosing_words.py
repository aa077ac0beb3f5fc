"""Choosing words of one's own: offered, checked, hashed, and taken out of the chat."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.database.tables import Cover, InboxMessage
from tests.unit.conversation_turns.covered import (
    DURESS,
    ELEVEN_MINUTES,
    PHONES,
    SAFE,
    SMS,
    TELEGRAM,
    choose,
    cover,
    neutral,
    phrase,
    read_case,
    tell,
)
from tests.unit.conversation_turns.two_phones import hears
from tests.unit.house import CRY, House

LANGUAGES = {
    "th": ("คำลับ", "ต้นมะม่วง", "แม่น้ำสีฟ้า", "นี่เบอร์ใคร"),
    "km": ("ពាក្យសម្ងាត់", "ដើមស្វាយ", "ទន្លេខៀវ", "នេះលេខអ្នកណា"),
    "vi": ("từ bí mật", "cây xoài", "sông xanh", "số của ai đây"),
    "my": ("လျှို့ဝှက်စကား", "သရက်ပင်", "မြစ်ပြာ", "ဘယ်သူ့နံပါတ်လဲ"),
}


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
def test_what_anybody_could_write_is_no_word(told_by_sms: House, word: str) -> None:
    told_by_sms.hears("safe word")
    assert told_by_sms.hears(word) == [phrase(told_by_sms, "utter_word_not_usable")] or word == "who is this"
    assert cover(told_by_sms).safe_word_hash is None


def test_after_three_that_cannot_be_used_it_is_left(told_by_sms: House) -> None:
    told_by_sms.hears("safe word")
    assert [told_by_sms.hears(word)[0] for word in ("abc", "1234", "hello")] == [
        phrase(told_by_sms, "utter_word_not_usable"),
        phrase(told_by_sms, "utter_word_not_usable"),
        phrase(told_by_sms, "utter_word_left_out"),
    ]


def test_the_two_words_must_differ(told_by_sms: House) -> None:
    told_by_sms.hears("safe word")
    told_by_sms.hears(SAFE)
    assert told_by_sms.hears("  MANGO-tree! ") == [phrase(told_by_sms, "utter_words_must_differ")]
    assert told_by_sms.hears(DURESS) == [phrase(told_by_sms, "utter_words_set")]


def test_the_second_word_can_be_left_out(told_by_sms: House) -> None:
    told_by_sms.hears("safe word")
    told_by_sms.hears(SAFE)
    assert told_by_sms.hears("skip") == [phrase(told_by_sms, "utter_words_set")]
    assert cover(told_by_sms).duress_word_hash is None


def test_a_cry_is_never_taken_for_a_word(told_by_sms: House) -> None:
    told_by_sms.hears("safe word")
    told_by_sms.hears("he has a knife")
    assert cover(told_by_sms).safe_word_hash is None
    with told_by_sms.database.transaction() as session:
        newest = session.scalars(select(InboxMessage.text_sealed).order_by(InboxMessage.id.desc()).limit(1)).one()
    assert newest is not None, "people can read it"


def test_a_story_is_never_taken_for_a_word(told_by_sms: House) -> None:
    told_by_sms.hears("safe word")
    told_by_sms.hears("they take us to the other building when the sun goes down")
    assert cover(told_by_sms).safe_word_hash is None
    assert cover(told_by_sms).asking is None


def test_after_a_silence_the_next_message_is_no_word(told_by_sms: House) -> None:
    told_by_sms.hears("safe word")
    told_by_sms.pass_time(ELEVEN_MINUTES)
    assert told_by_sms.hears(SAFE) == [phrase(told_by_sms, "utter_ask_safe_now")]
    assert cover(told_by_sms).safe_word_hash is None


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


def _told_beside_something_else(house: House) -> House:
    """A question that could not be understood twice is a person's; that is said beside "thank you for telling us"."""
    for words in ("scammed", "1", "how does this work here"):
        house.hears(words)
    said = house.hears("it is a thing with a phone")
    assert said == [phrase(house, "utter_to_person"), phrase(house, "utter_filed")]
    return house


@pytest.mark.parametrize(
    ("words", "response"),
    [("thank you", "utter_thanks"), ("there is one more thing", "utter_noted"), ("status", "utter_status_arrived")],
)
def test_where_something_else_went_with_the_end_words_are_offered_at_the_next_quiet_moment(
    house: House, words: str, response: str
) -> None:
    _told_beside_something_else(house)
    assert house.hears(words) == [phrase(house, response), phrase(house, "utter_offer_words")]
    assert house.hears(words) == [phrase(house, response)], "once"


def test_a_cry_is_no_quiet_moment(house: House) -> None:
    house.on_call("Dara")
    _told_beside_something_else(house)
    assert phrase(house, "utter_offer_words") not in house.hears(CRY)


@pytest.mark.parametrize(
    "told", [("question", "1", "i am 13", "7"), ("scammed", "1", "i am 13")], ids=["alone", "beside something else"]
)
def test_to_a_child_they_are_offered_at_no_later_moment_either(house: House, told: tuple[str, ...]) -> None:
    for words in told:
        house.hears(words)
    for words in ("how does this work here", "thank you", "there is one more thing", "status"):
        assert phrase(house, "utter_offer_words") not in house.hears(words)
    assert house.report().filed_at is not None


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
