"""Who takes an alarm, for how long, and what new words do then. Numbers are those of the rules in oncall.md, part B."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select, update

from bot.conversation import case_desk
from bot.database.states import AlarmState, OutboxState
from bot.database.tables import Alarm, OutboxMessage, Report
from bot.escalation.alarms import raise_alarm
from bot.reports.urgency import Urgency
from tests.unit.escalation.seen import LEASE, STEP, acknowledge_as, paged
from tests.unit.house import CRY, House


def test_rule_3_of_many_ackers_at_once_one_wins_and_the_others_learn_who(house: House) -> None:
    ids = [house.on_call(f"Person{number}") for number in range(6)]
    for round_number in range(1, 9):
        house.arrives(CRY, sender=f"+1202555300{round_number}")
        barrier = threading.Barrier(len(ids))

        def tap(staff_id: int, barrier: threading.Barrier = barrier, number: int = 100 + round_number) -> str:
            barrier.wait(20)
            return acknowledge_as(house, staff_id, number, epoch=1)

        with ThreadPoolExecutor(len(ids)) as pool:
            outcomes = list(pool.map(tap, ids))
        winners = [outcome for outcome in outcomes if outcome.startswith("taken")]
        assert len(winners) == 1
        name = winners[0].removeprefix("taken by ")
        assert sorted(set(outcomes)) == [f"lost by {name}", f"taken by {name}"]


def test_rule_4_taking_it_cancels_pages_not_yet_sent_and_tells_those_who_were_paged(house: House) -> None:
    dara = house.on_call("Dara")
    house.on_call("Mali")
    house.on_call("Vanna", step=2)
    house.arrives(CRY)
    house.send()
    house.pass_time(STEP)
    house.sweep()  # Vanna's page, not yet sent
    assert acknowledge_as(house, dara) == "taken by Dara"
    with house.database.transaction() as session:
        pages = select(OutboxMessage.state).where(OutboxMessage.page_id.is_not(None)).order_by(OutboxMessage.page_id)
        states = session.scalars(pages).all()
    assert states == [OutboxState.SENT, OutboxState.SENT, OutboxState.CANCELLED]
    house.send()
    assert [each.address for each in house.pages()] == ["chat of Dara", "chat of Mali", "chat of Mali"]
    assert "taken by Dara" in house.pages()[-1].text


def test_whoever_is_paged_again_after_a_lapse_is_told_again_that_it_was_taken(house: House) -> None:
    dara, mali = house.on_call("Dara"), house.on_call("Mali")
    house.hears(CRY)
    assert acknowledge_as(house, dara) == "taken by Dara"
    house.send()
    house.pass_time(LEASE)
    house.sweep()
    house.send()
    assert acknowledge_as(house, dara) == "taken by Dara"
    house.send()
    told = [each.address for each in house.pages() if "was taken by" in each.text]
    assert told == ["chat of Mali"] * 2
    assert mali


def test_rule_2_a_late_tap_on_a_page_of_an_old_epoch_reopens_nothing(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    old = house.last_page()
    with house.database.transaction() as session:
        session.execute(update(Alarm).values(state=AlarmState.CLOSED))
        report = session.scalars(select(Report)).one()
        raise_alarm(session, report, Urgency.CRITICAL, "violence_now", house.settings)
    assert house.alarm().epoch == 2
    assert acknowledge_as(house, dara, epoch=old.epoch) == "nothing"
    assert house.alarm().state is AlarmState.PAGING
    assert house.responder_says(f"ACK 101 {house.code(old.id)}", "Dara") == (
        "This page for case 101 is over. Nothing was done."
    )


def test_rule_1_a_late_tap_on_a_closed_case_reopens_nothing(house: House) -> None:
    dara = house.on_call("Dara")
    house.arrives(CRY)
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=dara)
    assert acknowledge_as(house, dara) == "nothing"
    assert house.alarm().state is AlarmState.CLOSED


def test_an_unknown_case_cannot_be_taken(house: House) -> None:
    assert acknowledge_as(house, house.on_call("Dara"), number=999) == "nothing"


def test_rule_28_an_acknowledgement_without_an_answer_lapses_and_everybody_is_paged_again(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.hears(CRY)
    acknowledge_as(house, dara)
    house.pass_time(timedelta(minutes=9, seconds=50))
    assert house.sweep() == 0
    house.pass_time(timedelta(seconds=15))
    assert house.sweep() == 1
    assert house.alarm().state is AlarmState.PAGING
    house.pass_time(STEP)
    house.sweep()
    assert paged(house) == [dara, dara, vanna]
    assert acknowledge_as(house, vanna) == "taken by Vanna"


def test_rule_28_a_case_that_was_answered_stays_with_its_owner(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    acknowledge_as(house, dara)
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=dara, which=1)
    for _ in range(3):
        house.pass_time(LEASE)
        assert house.sweep() == 1
        assert house.alarm().state is AlarmState.ACKNOWLEDGED
    assert paged(house) == [dara]


def test_rule_28_new_words_that_nobody_answers_for_a_whole_lease_page_everybody_again(house: House) -> None:
    """One answer does not make a case safe for ever: its owner may have fallen asleep since."""
    dara = house.on_call("Dara")
    house.hears(CRY)
    acknowledge_as(house, dara)
    with house.database.transaction() as session:
        case_desk.send_ready_answer(session, 101, staff_id=dara, which=2)
    house.pass_time(timedelta(minutes=9))
    house.hears("we are near the river")
    house.pass_time(timedelta(minutes=2))
    assert house.sweep() == 1
    assert house.alarm().state is AlarmState.ACKNOWLEDGED, "she has had two minutes only"
    house.pass_time(timedelta(minutes=4))
    house.hears("are you there")
    house.pass_time(timedelta(minutes=4, seconds=5))
    assert house.sweep() == 1
    assert house.alarm().state is AlarmState.PAGING, "ten minutes since the oldest word nobody answered"


def test_rule_19_new_words_page_the_owner_alone_and_quietly(house: House) -> None:
    dara = house.on_call("Dara")
    house.on_call("Vanna", step=2)
    house.hears(CRY)
    acknowledge_as(house, dara)
    house.send()
    before = len(house.pages())
    house.hears("a blue house near the market")
    new = house.pages()[before:]
    assert [(each.address, each.text) for each in new] == [("chat of Dara", "New message in your case 101.")]
    assert len(paged(house)) == 1


def test_rule_19_the_same_urgency_again_starts_nothing_and_a_higher_one_starts_over(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    house.hears("help me, they locked me in")
    assert house.alarm().urgency == "URGENT"
    acknowledge_as(house, dara)
    house.hears("they locked us in")
    assert house.alarm().state is AlarmState.ACKNOWLEDGED
    house.hears(CRY)
    alarm = house.alarm()
    assert (alarm.state, alarm.urgency, alarm.epoch) == (AlarmState.PAGING, "CRITICAL", 1)
    house.pass_time(STEP)
    house.sweep()
    assert paged(house) == [dara, dara, vanna]


def test_rule_24_urgency_is_never_lowered_by_a_message(house: House) -> None:
    house.on_call("Dara")
    house.hears(CRY)
    for harmless in ("1", "thank you", "no", "2"):
        house.hears(harmless)
    assert house.report().urgency == "CRITICAL"
    assert house.alarm().urgency == "CRITICAL"
