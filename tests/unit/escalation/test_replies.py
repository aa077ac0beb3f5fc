"""What a responder sends from the phone: known forms only, each with the code of its page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.conversation import case_desk
from bot.database.states import AlarmState, Author
from bot.database.tables import Alarm, AuditEntry, Conversation, OutboxMessage, Page, StaffContact
from bot.escalation.reply_words import ResponderReply, Word, parse_reply
from tests.unit.house import CRY, House

FORMS = {
    "acknowledge": ("ACK 198 4F7K", (198, "4F7K", None)),
    "in small letters": ("ack 198 4f7k", (198, "4F7K", None)),
    "ok for ack": ("ok 198 4F7K", (198, "4F7K", None)),
    "spaces and a line end": ("  ACK  198\t4F7K \n", (198, "4F7K", None)),
    "a ready answer": ("198 4F7K 2", (198, "4F7K", 2)),
    "an answer there is not": ("198 4F7K 9", (198, "4F7K", 9)),
    "thai digits": ("ACK ๑๙๘ 4F7K", (198, "4F7K", None)),
    "no code": ("ACK 198", None),
    "code too short": ("ACK 198 4F7", None),
    "more words": ("ACK 198 4F7K please", None),
    "free text": ("I take it", None),
    "no number": ("ACK abc 4F7K", None),
    "answer nought": ("198 4F7K 0", None),
    "number too long": ("ACK 1234567890 4F7K", None),
    "nothing": ("", None),
    "a code in another script": ("ACK 198 កខគឃ", None),
    "a word there is not": ("TAKE 198 4F7K", None),
    "nobody to call": ("CALL 198 4F7K", None),
    "a name with no": ("NO 198 4F7K Mali", None),
    "a name too long": ("CALL 198 4F7K " + "m" * 61, None),
}
WORDS = {
    "up": ("UP 198 4F7K", (Word.UP, "")),
    "yes, in small letters": ("yes 198 4f7k.", (Word.YES, "")),
    "no": ("No, 198, 4F7K", (Word.NO, "")),
    "busy": ("busy 198 4F7K", (Word.BUSY, "")),
    "call": ("CALL 198 4F7K Mali", (Word.CALL, "Mali")),
    "a name of two words in Thai": ("call 198 4F7K คุณ มะลิ", (Word.CALL, "คุณ มะลิ")),
    "give": ("GIVE 198 4F7K  Dara K. ", (Word.GIVE, "Dara K")),
}


@pytest.mark.parametrize(("text", "expected"), WORDS.values(), ids=WORDS)
def test_the_words_besides_acknowledging(text: str, expected: tuple[Word, str]) -> None:
    word, name = expected
    assert parse_reply(text) == ResponderReply(number=198, code="4F7K", word=word, name=name)


@pytest.mark.parametrize(("text", "expected"), FORMS.values(), ids=FORMS)
def test_only_the_known_forms_are_read(text: str, expected: tuple[int, str, int | None] | None) -> None:
    reply = None if expected is None else ResponderReply(number=expected[0], code=expected[1], ready=expected[2])
    assert parse_reply(text) == reply


@pytest.fixture
def paged(house: House) -> House:
    """Dara was paged for case 101 by the staff bot."""
    house.on_call("Dara")
    house.hears(CRY)
    return house


def _code(house: House) -> str:
    return house.code(house.last_page().id)


def _state(house: House) -> AlarmState:
    return house.alarm().state


def test_the_right_code_takes_the_case_and_says_where_to_read(paged: House) -> None:
    answer = paged.responder_says(f"ACK 101 {_code(paged)}", "Dara")
    assert answer.startswith("Case 101 is yours. Read and answer: ")
    assert "/cases/101" in answer
    assert "1 = " in answer
    assert _state(paged) is AlarmState.ACKNOWLEDGED
    assert paged.rows(AuditEntry, action="acknowledged") == 1


def _wrong(code: str) -> str:
    return ("A" if code[0] != "A" else "C") + code[1:]


def test_a_wrong_code_does_nothing_is_counted_and_five_are_the_end_of_a_page(paged: House) -> None:
    right = _code(paged)
    for tried in range(1, 6):
        assert "does not fit case 101" in paged.responder_says(f"ACK 101 {_wrong(right)}", "Dara")
        assert paged.last_page().wrong_codes == tried
    assert "does not fit case 101" in paged.responder_says(f"ACK 101 {right}", "Dara")
    assert _state(paged) is AlarmState.PAGING


def test_four_wrong_codes_still_leave_the_right_one(paged: House) -> None:
    right = _code(paged)
    for _ in range(4):
        paged.responder_says(f"ACK 101 {_wrong(right)}", "Dara")
    paged.responder_says(f"ACK 101 {right}", "Dara")
    assert _state(paged) is AlarmState.ACKNOWLEDGED


def test_a_page_again_after_too_many_wrong_codes_has_a_code_of_its_own(paged: House) -> None:
    paged.change(Page, wrong_codes=5)
    paged.change(Alarm, next_action_at=func.now())
    paged.sweep()
    paged.send()
    paged.responder_says(f"ACK 101 {_code(paged)}", "Dara")
    assert _state(paged) is AlarmState.ACKNOWLEDGED


@pytest.mark.parametrize("words", ["UP", "BUSY", "YES", "NO", "CALL {} Vanna", "GIVE {} Vanna"])
def test_no_word_does_anything_without_the_right_code(paged: House, words: str) -> None:
    paged.on_call("Vanna", step=None)
    code = _wrong(_code(paged))
    typed = words.format(f"101 {code}") if "{}" in words else f"{words} 101 {code}"
    assert "does not fit" in paged.responder_says(typed, "Dara")
    assert (_state(paged), paged.alarm().escalated_at, paged.rows(Page)) == (AlarmState.PAGING, None, 1)


def test_no_to_a_page_of_the_roster_is_not_understood_and_leaves_it_to_the_next_step(paged: House) -> None:
    assert paged.responder_says(f"NO 101 {_code(paged)}", "Dara").startswith("Not understood")
    assert _state(paged) is AlarmState.PAGING


def test_somebody_elses_code_is_a_wrong_code(paged: House) -> None:
    paged.on_call("Vanna", step=2)
    assert "does not fit" in paged.responder_says(f"ACK 101 {_code(paged)}", "Vanna")
    assert _state(paged) is AlarmState.PAGING


def test_rule_2_a_code_of_another_case_is_a_wrong_code(paged: House) -> None:
    code = _code(paged)
    paged.arrives(CRY, sender="+12025550133")
    assert "does not fit case 102" in paged.responder_says(f"ACK 102 {code}", "Dara")


def test_rule_2_an_sms_in_a_responders_name_without_the_code_takes_nothing(house: House) -> None:
    house.on_call("Dara", ways=(("sms", "+12025550122"),))
    house.hears(CRY)
    for forged in ("ACK 101", "ACK 101 AAAA", "101 AAAA 1", "I take it"):
        house.arrives(forged, sender="+12025550122")
    house.settle()
    assert _state(house) is AlarmState.PAGING
    assert house.rows(OutboxMessage, author=Author.STAFF) == 0


def test_by_sms_the_page_says_how_to_take_it_and_that_works(house: House) -> None:
    house.on_call("Dara", ways=(("sms", "+12025550122"),))
    house.hears(CRY)
    text = house.pages()[0].text
    assert text.endswith(f"To take it, reply: ACK 101 {_code(house)}")
    house.arrives(text.rsplit(": ", 1)[1], sender="+12025550122")
    house.settle()
    assert _state(house) is AlarmState.ACKNOWLEDGED


def test_rule_3_whoever_comes_second_learns_who_was_first_and_how_long_ago(paged: House) -> None:
    paged.on_call("Mali")
    paged.arrives(CRY, sender="+12025550133")
    paged.send()
    with paged.database.transaction() as session:
        pages = session.scalars(select(Page).join(Alarm).where(Alarm.id == 2).order_by(Page.id)).all()
    codes = [paged.code(page.id) for page in pages]
    paged.responder_says(f"ACK 102 {codes[0]}", "Dara")
    paged.pass_time(timedelta(seconds=40))
    answer = paged.responder_says(f"ACK 102 {codes[1]}", "Mali")
    assert re.search(r"already taken by Dara, 4\d s ago", answer), answer


def test_a_ready_answer_before_the_case_is_taken_is_not_sent(paged: House) -> None:
    assert "Nothing was sent" in paged.responder_says(f"101 {_code(paged)} 1", "Dara")
    assert paged.rows(OutboxMessage, author=Author.STAFF) == 0


def test_a_ready_answer_reaches_the_reporter_as_a_persons_words_and_silences_the_bot(paged: House) -> None:
    code = _code(paged)
    paged.responder_says(f"ACK 101 {code}", "Dara")
    assert "is stored" in paged.responder_says(f"101 {code} 2", "Dara")
    words = paged.wording.render("utter_ready_answer_2", "en", sms=True).text
    assert paged.said()[-1].text == paged.wording.as_person(words, "en", sms=True).text
    assert paged.conversation().owner_id is not None
    assert paged.rows(AuditEntry, action="answered", detail="ready_2") == 1


def test_a_ready_answer_sent_twice_reaches_the_reporter_once(paged: House) -> None:
    code = _code(paged)
    paged.responder_says(f"ACK 101 {code}", "Dara")
    for _ in range(3):
        paged.responder_says(f"101 {code} 2", "Dara")
    assert paged.rows(OutboxMessage, author=Author.STAFF) == 1


def test_only_the_holder_may_send_ready_answers(paged: House) -> None:
    mali = paged.on_call("Mali")
    code = _code(paged)
    paged.responder_says(f"ACK 101 {code}", "Dara")
    paged.change(Alarm, owner_id=mali)
    assert "Nothing was sent" in paged.responder_says(f"101 {code} 1", "Dara")
    assert paged.rows(OutboxMessage, author=Author.STAFF) == 0


@pytest.mark.parametrize("state", [AlarmState.CLOSED, AlarmState.PAGING, AlarmState.STOOD_DOWN])
def test_no_ready_answer_leaves_for_an_alarm_that_is_not_in_hand(paged: House, state: AlarmState) -> None:
    code = _code(paged)
    paged.responder_says(f"ACK 101 {code}", "Dara")
    paged.change(Alarm, state=state)
    paged.responder_says(f"101 {code} 1", "Dara")
    assert paged.rows(OutboxMessage, author=Author.STAFF) == 0


def test_an_answer_there_is_not_sends_nothing(paged: House) -> None:
    code = _code(paged)
    paged.responder_says(f"ACK 101 {code}", "Dara")
    assert "Nothing was done" in paged.responder_says(f"101 {code} 9", "Dara")


def test_after_the_reporter_erased_everything_a_ready_answer_is_refused_and_said_so(paged: House) -> None:
    code = _code(paged)
    paged.responder_says(f"ACK 101 {code}", "Dara")
    paged.change(Conversation, wipe_asked_at=func.now())
    assert "erased the conversation" in paged.responder_says(f"101 {code} 1", "Dara")


def test_free_text_from_a_phone_goes_nowhere(paged: House) -> None:
    paged.responder_says(f"ACK 101 {_code(paged)}", "Dara")
    before = len(paged.said())
    assert paged.responder_says("where are you?", "Dara").startswith("Not understood")
    assert len(paged.said()) == before


def test_a_stranger_at_the_staff_bot_learns_nothing_and_takes_nothing(paged: House) -> None:
    for attempt in ("hello", "/start", f"ACK 101 {_code(paged)}"):
        paged.arrives(attempt, sender="666", channel="telegram_staff")
    paged.settle()
    strangers = [each for each in paged.staff_bot.sent if each.address == "666"]
    assert {each.text for each in strangers} == {
        "This chat is not linked. Ask your supervisor for a code and send it here."
    }
    assert _state(paged) is AlarmState.PAGING


def test_a_responder_whose_chat_was_blocked_and_who_writes_again_can_be_paged_there_again(paged: House) -> None:
    with paged.database.transaction() as session:
        session.execute(update(StaffContact).values(broken_at=func.now(), broken_reason="blocked"))
    paged.responder_says("hello again", "Dara")
    with paged.database.transaction() as session:
        assert session.scalars(select(StaffContact.broken_at)).one() is None


def test_closing_at_the_desk_ends_what_a_phone_can_do(paged: House) -> None:
    code = _code(paged)
    paged.responder_says(f"ACK 101 {code}", "Dara")
    with paged.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=paged.last_page().staff_id)
    assert "is over" in paged.responder_says(f"ACK 101 {code}", "Dara")
