"""The queue: the most urgent first, then who has waited longest; codes and names of staff only."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest

from bot.conversation import case_desk
from bot.reports.queue_cards import CaseNotFoundError, find_card, list_queue
from tests.unit.house import CRY, House


def _numbers(house: House) -> list[int]:
    with house.database.transaction() as session:
        return [card.number for card in list_queue(session)]


def test_the_most_urgent_comes_first_and_then_who_has_waited_longest(house: House) -> None:
    house.on_call("Dara")
    for sender, words in (("+12025550141", "tip"), ("+12025550142", "I want to talk to a person")):
        house.hears(words, sender=sender)
        house.hears("1", sender=sender)
    house.pass_time(timedelta(minutes=1))
    house.hears(CRY, sender="+12025550143")
    house.pass_time(timedelta(minutes=1))
    house.hears(CRY, sender="+12025550144")
    with house.database.transaction() as session:
        cards = list_queue(session)
    ranks = [card.urgency for card in cards]
    assert ranks[:2] == ["CRITICAL", "CRITICAL"]
    assert cards[0].opened_at < cards[1].opened_at
    assert ranks == sorted(ranks, key=["CRITICAL", "URGENT", "HIGH", "STANDARD", "INFO"].index)


def test_a_card_holds_no_words_and_no_address(house: House) -> None:
    house.on_call("Dara")
    house.hears(f"{CRY} MARKER", sender="+12025550155")
    with house.database.transaction() as session:
        printed = str(asdict(find_card(session, 101)))
    assert "MARKER" not in printed
    assert "+12025550155" not in printed


def test_an_answered_case_waits_for_nobody_until_the_reporter_writes_again(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    with house.database.transaction() as session:
        assert find_card(session, 101).waiting_since is not None
        case_desk.send_ready_answer(session, 101, staff_id=dara, which=1)
    with house.database.transaction() as session:
        card = find_card(session, 101)
        assert (card.waiting_since, card.owner_name) == (None, "Dara")
    house.hears("near the market")
    with house.database.transaction() as session:
        assert find_card(session, 101).waiting_since is not None


def test_a_closed_case_leaves_the_queue_and_can_still_be_found(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    assert _numbers(house) == [101]
    with house.database.transaction() as session:
        case_desk.close_case(session, 101, staff_id=dara)
    assert _numbers(house) == []
    with house.database.transaction() as session:
        assert (find_card(session, 101).state, find_card(session, 101).alarm_state) == ("closed", "closed")
        with pytest.raises(CaseNotFoundError):
            find_card(session, 7)
