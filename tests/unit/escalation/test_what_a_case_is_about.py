"""Who may not take a case is not woken for it: an alarm knows its reasons, its countries, and whether an official is
involved."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, update

from bot.conversation.check_in_desk import alarm_missed
from bot.conversation.duress import sound_duress
from bot.database.session import database_now
from bot.database.states import InboxState
from bot.database.tables import Conversation, InboxMessage, Report, Staff
from bot.escalation.alarms import learn_about
from bot.messages.check_ins import agree
from bot.privacy.sealing import seal_to
from tests.unit.escalation.seen import STEP, paged
from tests.unit.house import CRY, House

IN_CAMBODIA = '{"heard_place": "poipet (ปอยเปต)"}'


def _with_conflict(house: House, staff_id: int, about: str) -> None:
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == staff_id).values(conflicts=[about]))


def test_an_alarm_is_about_the_reasons_of_its_report(house: House) -> None:
    house.hears(CRY)
    assert set(house.alarm().about) == set(house.report().urgency_reasons)
    assert house.alarm().about


def _told_before(house: House, facts: str) -> None:
    """The reporter had told this, before anything was urgent."""
    conversation_id, report_id = house.conversation().id, house.report().id
    with house.database.transaction() as session:
        public_key = session.get_one(Conversation, conversation_id).public_key
        session.get_one(Report, report_id).facts_sealed = seal_to(public_key, facts)


def test_who_may_not_take_cases_of_a_country_is_passed_over_from_the_first_page_on(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    _with_conflict(house, dara, "country:KH")
    house.hears("they lied about the work")
    _told_before(house, IN_CAMBODIA)
    house.arrives(CRY)
    assert paged(house) == [vanna]
    assert "country:KH" in house.alarm().about


def test_a_country_that_is_told_after_the_alarm_counts_from_then_on(house: House) -> None:
    house.hears(CRY)
    assert "country:KH" not in house.alarm().about
    _told_before(house, IN_CAMBODIA)
    house.hears("1")
    assert "country:KH" in house.alarm().about


def test_facts_that_cannot_be_opened_delay_no_alarm(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears("they lied about the work")
    house.change(Report, facts_sealed=b"not to be opened")
    house.arrives(CRY)
    assert paged(house) == [dara]


def test_an_official_in_it_is_what_the_case_is_about(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    _with_conflict(house, dara, "official")
    house.hears("hello")
    house.hears("1")
    house.change(Report, official_named_at=func.now())
    house.hears(CRY)
    assert paged(house) == [vanna]
    assert "official" in house.alarm().about


def test_what_becomes_known_later_counts_from_the_next_step_on(house: House) -> None:
    dara, vanna, noor = house.on_call("Dara"), house.on_call("Vanna", step=2), house.on_call("Noor", step=3)
    _with_conflict(house, vanna, "country:KH")
    house.hears(CRY)
    with house.database.transaction() as session:
        learn_about(session, session.get_one(Report, house.report().id), ["country:KH"])
    house.pass_time(STEP)
    house.sweep()
    assert paged(house) == [dara, noor]


def test_who_may_not_take_it_is_not_woken_by_the_duress_word_either(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    _with_conflict(house, dara, "country:KH")
    house.hears("they lied about the work")
    _told_before(house, IN_CAMBODIA)
    with house.database.transaction() as session:
        sound_duress(session, house.conversation().id, keys=house.keys, settings=house.settings)
    assert paged(house) == [vanna]


def test_nor_by_a_check_in_whose_word_did_not_come(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    _with_conflict(house, dara, "country:KH")
    house.hears("they lied about the work")
    _told_before(house, IN_CAMBODIA)
    with house.database.transaction() as session:
        agree(session, house.conversation().id, database_now(session) - timedelta(hours=2), b"h")
    with house.database.transaction() as session:
        assert alarm_missed(session, house.settings, house.keys)
    assert paged(house) == [vanna]


def test_nor_by_a_message_that_could_not_be_handled(house: House) -> None:
    house.hears("they lied about the work")
    _told_before(house, IN_CAMBODIA)
    house.change(InboxMessage, text_sealed=b"not to be opened", state=InboxState.PENDING, attempts=7)
    house.handle()
    assert house.alarm().reason == "message_not_handled"
    assert "country:KH" in house.alarm().about
