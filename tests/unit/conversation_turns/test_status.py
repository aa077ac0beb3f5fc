"""Whoever asks how far their words have come is told what is true, once it is safe, and never a word of theirs."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation import case_desk, release_desk
from tests.unit.conversation_turns.telling_others import EMBASSY, TO_EMBASSY, ask, by_rule, chooses, in_need
from tests.unit.house import CRY, House


def _asks(house: House) -> str:
    before = len(house.said())
    house.hears("status")
    return house.said()[before].text


def _words(house: House, name: str) -> str:
    return house.wording.render(f"utter_status_{name}", "en", sms=True).text


def _safe(house: House) -> None:
    house.hears("1")


def test_nothing_is_told_before_it_is_safe(house: House) -> None:
    house.hears(CRY)
    assert _asks(house) == house.wording.render("utter_ask_safe_now", "en", sms=True).text


def test_after_a_gap_it_is_asked_again_whether_it_is_safe(house: House) -> None:
    house.hears(CRY)
    _safe(house)
    house.pass_time(timedelta(minutes=30))
    assert _asks(house) == house.wording.render("utter_ask_safe_now", "en", sms=True).text


def test_who_told_nothing_has_nothing_that_waits(house: House) -> None:
    house.hears("status")
    _safe(house)
    assert _asks(house) == _words(house, "nothing")


def test_arrived_then_reached(house: House) -> None:
    house.on_call("Dara")
    house.hears(CRY)
    _safe(house)
    assert _asks(house) == _words(house, "arrived")
    house.responder_says(f"ACK 101 {house.code(house.last_page().id)}", "Dara")
    assert _asks(house) == _words(house, "reached")


def test_read_is_told_after_a_named_person_opened_it(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    _safe(house)
    with house.database.transaction() as session:
        case_desk.open_case(session, 101, staff_id=dara, keys=house.keys, wording=house.wording)
    house.send()
    assert _asks(house) == _words(house, "read")


def test_acted_is_told_once_somebody_outside_was_told_and_not_while_it_is_only_permitted(house: House) -> None:
    dara = house.on_call("Dara")
    in_need(house)
    chooses(house, EMBASSY)
    house.staff_answer("we are here")
    with house.database.transaction() as session:
        case_desk.give_back(session, 101, staff_id=dara)
    house.settle()
    permitted = ask(house, TO_EMBASSY, dara)
    assert _asks(house) == _words(house, "answered")
    by_rule(house, release_desk.mark_done, permitted, dara)
    assert _asks(house) == _words(house, "acted")
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=dara)
    assert _asks(house) == _words(house, "closed")
