"""What a reporter is told about people is true: reached means acknowledged, read means opened by a named person."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text, update

from bot.conversation import case_desk
from bot.database.states import Author
from bot.database.tables import AuditEntry, Conversation, InboxMessage, OutboxMessage, Report
from bot.messages import outbox
from bot.messages.outbox import Words
from bot.reports.queue_cards import CaseNotFoundError
from tests.unit.house import CRY, House


def _count(house: House, response: str) -> int:
    return [each.text for each in house.said()].count(house.wording.render(response, "en", sms=True).text)


def _open(house: House, staff_id: int) -> case_desk.CaseView:
    with house.database.transaction() as session:
        view = case_desk.open_case(session, 101, staff_id=staff_id, keys=house.keys, wording=house.wording)
    house.send()
    return view


def test_being_paged_is_not_being_reached(house: House) -> None:
    house.on_call("Dara")
    house.hears(CRY)
    assert house.pages()
    assert _count(house, "utter_person_reached") == _count(house, "utter_person_read") == 0


def test_taking_it_is_being_reached_and_not_yet_being_read(house: House) -> None:
    house.on_call("Dara")
    house.hears(CRY)
    house.responder_says(f"ACK 101 {house.code(house.last_page().id)}", "Dara")
    assert (_count(house, "utter_person_reached"), _count(house, "utter_person_read")) == (1, 0)


def test_a_case_is_read_once_however_often_it_is_opened_and_by_whom(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna")
    house.hears(CRY)
    assert _count(house, "utter_person_read") == 0
    _open(house, dara)
    first = house.report().first_read_at
    for staff_id in (vanna, dara):
        _open(house, staff_id)
    assert _count(house, "utter_person_read") == 1
    assert house.report().first_read_at == first is not None
    with house.database.transaction() as session:
        opened = session.scalars(select(AuditEntry.staff_id).where(AuditEntry.action == "opened")).all()
    assert opened == [dara, vanna, dara]


def test_the_opened_page_holds_what_was_said_in_order_and_by_whom(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    house.hears("1")
    view = _open(house, dara)
    said = [(entry.who, entry.text) for entry in view.entries if entry.who == "reporter"]
    assert said == [("reporter", CRY), ("reporter", "1")]
    assert view.entries[0].who == "reporter"
    assert {entry.who for entry in view.entries} >= {"reporter", "bot", "system"}


def test_what_one_turn_said_stands_in_the_order_it_was_said_however_the_rows_lie(house: House) -> None:
    """What one transaction wrote has one time; a row that was touched again is found last where no index is used."""
    dara = house.on_call("Dara")
    house.hears(CRY)
    with house.database.transaction() as session:
        conversation = session.scalars(select(Conversation)).one()
        said = [Words(text="said first"), Words(text="said second")]
        first, _ = outbox.say(session, conversation, said, key="one turn", author=Author.BOT)
    for words in ("written first", "written second"):
        house.arrives(words)
    with house.database.transaction() as session:
        session.execute(update(OutboxMessage).where(OutboxMessage.id == first).values(attempts=1))
        session.execute(update(InboxMessage).values(received_at=conversation.created_at))
        newest = select(func.max(InboxMessage.id)).scalar_subquery()
        session.execute(update(InboxMessage).where(InboxMessage.id == newest - 1).values(attempts=1))
    with house.database.transaction() as session:
        session.execute(text("set local enable_indexscan = off"))
        session.execute(text("set local enable_bitmapscan = off"))
        view = case_desk.open_case(session, 101, staff_id=dara, keys=house.keys, wording=house.wording)
    shown = [entry.text for entry in view.entries]
    assert [each for each in shown if each.startswith("said")] == ["said first", "said second"]
    assert [each for each in shown if each.startswith("written")] == ["written first", "written second"]


def test_facts_told_are_there_for_staff_and_none_is_lost_by_a_later_one(house: House) -> None:
    dara = house.on_call("Dara")
    for words in (CRY, "1", "1", "1", "poipet", "7", "2", "evenings after nine", "2"):
        house.hears(words)
    facts = _open(house, dara).facts
    assert facts["place"] == "poipet"
    assert CRY in facts["details"]
    assert (facts["whose"], facts["danger_now"], facts["people"]) == ("self", "yes", "7")
    assert (facts["write_back"], facts["write_when"], facts["tell_whom"]) == ("at_times", "evenings after nine", "ngo")


def test_who_writes_is_said_machine_or_person(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=dara, which=1)
    house.send()
    assert house.said()[-1].text.startswith("A person is writing to you")


def test_an_unknown_case_is_not_found(house: House) -> None:
    with pytest.raises(CaseNotFoundError), house.database.transaction() as session:
        case_desk.close_case(session, 999, staff_id=1)


def test_a_closed_case_is_followed_by_a_new_one(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=dara)
    house.hears(CRY)
    with house.database.transaction() as session:
        numbers = session.scalars(select(Report.number).order_by(Report.id)).all()
    assert list(numbers) == [101, 102]
    assert house.alarm().epoch == 1
