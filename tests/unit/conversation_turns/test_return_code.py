"""The number by which somebody goes on from another phone: given, confirmed, erased."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from bot.conversation import case_desk
from bot.database.states import OutboxState
from bot.database.tables import (
    Conversation,
    InboxMessage,
    OutboxMessage,
    Report,
    ReturnCode,
)
from bot.errors import PermanentSendError, UncertainSendError
from tests.unit.conversation_turns.two_phones import (
    NEW,
    OLD,
    continues,
    given,
    hears,
    in_words,
    read_by_staff,
)
from tests.unit.house import CRY, House


def confirmed(house: House) -> list[str]:
    """The four digits were right; the question that was open before comes back."""
    return [in_words(house, "utter_code_kept"), in_words(house, "utter_ask_danger_now", sms=False)]


def test_a_code_is_told_once_it_is_safe_and_stored_nowhere(told: House) -> None:
    code = given(told, **OLD)
    with told.database.transaction() as session:
        row = session.scalars(select(ReturnCode)).one()
        told_in = session.scalars(select(OutboxMessage).where(OutboxMessage.erase_once_sent)).one()
        assert row.code_hash == told.keys.return_code_hash("code", code.replace(" ", ""))
        assert (told_in.state, told_in.body_sealed) == (OutboxState.SENT, None)


def test_before_it_is_safe_there_is_no_code(house: House) -> None:
    assert hears(house, "code") == [in_words(house, "utter_ask_safe_now")]
    assert house.rows(ReturnCode) == 0


def test_staff_see_that_one_was_given_and_not_which(told: House) -> None:
    told.arrives("code", **OLD)
    told.handle()  # and not sent yet: its words are still there
    [waiting] = [each for each in read_by_staff(told).entries if each.hidden]
    assert waiting.text == ""
    told.send()
    [sent] = [each for each in read_by_staff(told).entries if each.hidden]
    assert (sent.text, sent.state, sent.who) == ("", "sent", "bot")


def test_asked_for_again_the_old_one_works_no_more(told: House) -> None:
    first, second = given(told, **OLD), given(told, **OLD)
    assert told.rows(ReturnCode) == 1
    assert hears(told, first, **NEW) == [in_words(told, "utter_code_unknown")]
    assert hears(told, second, **NEW) == continues(told)


def test_asked_for_again_before_the_first_has_left_only_the_second_is_sent(told: House) -> None:
    told.arrives("code", **OLD)
    told.arrives("code", **OLD)
    told.handle()
    told.send()
    with told.database.transaction() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.erase_once_sent).order_by(OutboxMessage.id))
        assert [(row.state, row.body_sealed) for row in rows] == [
            (OutboxState.CANCELLED, None),
            (OutboxState.SENT, None),
        ]


def test_a_code_that_will_never_be_delivered_is_erased_too(told: House) -> None:
    told.arrives("code", **OLD)
    told.handle()
    told.telegram.failures.append(PermanentSendError())
    told.send()
    with told.database.transaction() as session:
        row = session.scalars(select(OutboxMessage).where(OutboxMessage.erase_once_sent)).one()
    assert (row.state, row.body_sealed) == (OutboxState.FAILED, None)


def test_a_code_that_may_not_have_arrived_can_be_sent_again_and_is_erased_then(told: House) -> None:
    told.arrives("code", **OLD)
    told.handle()
    told.telegram.failures.append(UncertainSendError())
    told.send()
    with told.database.transaction() as session:
        row = session.scalars(select(OutboxMessage).where(OutboxMessage.erase_once_sent)).one()
        assert (row.state, row.body_sealed is None) == (OutboxState.UNCERTAIN, False)
        assert case_desk.resend_uncertain(session, 101, row.id, staff_id=told.last_page().staff_id)
    told.send()
    assert re.search(r"\d{4} \d{4} \d{4} \d{4}", told.said()[-1].text)
    assert told.rows(OutboxMessage, erase_once_sent=True, body_sealed=None) == 1


def test_a_human_who_speaks_does_not_keep_the_code_from_them(told: House) -> None:
    told.staff_answer("I am here.")
    told.settle()
    code = given(told, **OLD)
    assert hears(told, code, **NEW) == continues(told)


def test_a_human_who_takes_over_before_the_code_has_left_does_not_cancel_it(told: House) -> None:
    told.arrives("code", **OLD)
    told.handle()
    told.staff_answer("I am here.")
    told.send()
    assert told.rows(OutboxMessage, erase_once_sent=True, state=OutboxState.SENT) == 1


def test_the_right_four_digits_are_answered_and_forgotten(told: House) -> None:
    code = given(told, **OLD)
    assert hears(told, code[-4:], **OLD) == confirmed(told)
    with told.database.transaction() as session:
        assert session.scalars(select(ReturnCode.last_four_hash)).one() is None
        newest = select(InboxMessage.text_sealed).order_by(InboxMessage.id.desc()).limit(1)
        assert session.scalars(newest).one() is None


def test_native_digits_and_words_in_between_do_not_matter(told: House) -> None:
    code = given(told, **OLD)
    hears(told, "wait", **OLD)
    native = "".join(chr(ord("๐") + int(digit)) for digit in code[-4:])
    assert hears(told, native, **OLD) == confirmed(told)


def test_wrong_digits_are_told_once_and_can_be_mended(told: House) -> None:
    code = given(told, **OLD)
    wrong = f"{(int(code[-4:]) + 1) % 10_000:04}"
    assert hears(told, wrong, **OLD) == [in_words(told, "utter_code_not_right")]
    assert hears(told, code[-4:], **OLD) == confirmed(told)


def test_digits_that_are_wrong_twice_are_an_ordinary_message(told: House) -> None:
    code = given(told, **OLD)
    wrong = f"{(int(code[-4:]) + 1) % 10_000:04}"
    hears(told, wrong, **OLD)
    spoken = (in_words(told, "utter_code_not_right"), in_words(told, "utter_code_kept"))
    for digits in (wrong, code[-4:]):
        assert not set(hears(told, digits, **OLD)) & set(spoken)
    assert told.rows(ReturnCode, last_four_hash=None) == 1


def test_after_a_gap_nobody_learns_that_there_is_a_code(told: House) -> None:
    code = given(told, **OLD)
    told.pass_time(timedelta(minutes=11))
    assert hears(told, code[-4:], **OLD) == [in_words(told, "utter_ask_safe_now", sms=False)]
    assert told.rows(ReturnCode, last_four_hash=None) == 1


def test_without_a_code_four_digits_are_an_ordinary_message(told: House) -> None:
    assert in_words(told, "utter_code_not_right") not in hears(told, "1843", **OLD)


def test_while_a_human_speaks_the_code_is_confirmed_all_the_same(told: House) -> None:
    code = given(told, **OLD)
    told.staff_answer("I am here.")
    told.settle()
    assert hears(told, code[-4:], **OLD) == [in_words(told, "utter_code_kept")]


def test_the_code_is_erased_with_everything_else(told: House) -> None:
    code = given(told, **OLD)
    hears(told, "wipe", **OLD)
    hears(told, "1", **OLD)
    assert told.rows(ReturnCode) == 0
    assert hears(told, code, **NEW) == [in_words(told, "utter_code_unknown")]


def test_what_the_phone_wrote_before_it_came_back_is_erased_as_well(told: House) -> None:
    code = given(told, **OLD)
    hears(told, CRY, **NEW)
    hears(told, code, **NEW)
    hears(told, "wipe", **NEW)
    assert hears(told, "1", **NEW) == [in_words(told, "utter_wiped_moved")]
    told.tidy()
    assert told.rows(Conversation, private_key_wrapped=None) == 2
    assert told.rows(Report, facts_sealed=None) == 2
    assert told.rows(InboxMessage, text_sealed=None) == told.rows(InboxMessage)
