"""One alarm for one cause, taps that are always answered, urgency that only a human lowers. Rules 19, 23 and 24 of
oncall.md, part B4; 20 to 22 and 25 stand in test_bundles.py, test_storm.py and test_telegram.py."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.database.states import AlarmState
from bot.database.tables import Alarm, Page, Report
from bot.escalation.alarms import raise_alarm
from bot.reports.report_store import raise_urgency
from bot.reports.urgency import Urgency
from tests.unit.escalation.phones import sends
from tests.unit.house import CRY, House, MemoryChannel, MemoryChat

LOCKED_IN = "help me, they locked me in"


def test_rule_19_cries_at_the_same_moment_are_one_alarm_and_one_page(house: House) -> None:
    house.on_call("Dara")
    house.hears("hello")
    barrier = threading.Barrier(4)

    def cry(_: int) -> bool:
        barrier.wait(20)
        return house.arrives(CRY)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(cry, range(4))) == [True] * 4
    assert (house.rows(Alarm), house.rows(Page), house.rows(Report)) == (1, 1, 1)


def test_rule_19_new_words_are_added_to_the_open_case_and_it_waits_from_then_on(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    sends(house, dara, "ACK #")
    house.pass_time(timedelta(minutes=5))
    before = house.report().last_word_at
    house.hears("a blue house near the market")
    assert house.rows(Report) == house.rows(Alarm) == 1
    assert house.report().last_word_at - before > timedelta(minutes=4)


class AnsweredTaps:
    """Of a channel with buttons: which tap was answered with what."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.answered: list[tuple[str, str]] = []

    async def answer_tap(self, callback_id: str, text: str) -> None:
        self.answered.append((callback_id, text))


class StaffBot(AnsweredTaps, MemoryChannel):
    """The responders' bot."""


class ReportersBot(AnsweredTaps, MemoryChat):
    """The reporters' bot."""


TAPS = {
    "it was done": ("ACK 101 {code}", "chat of Dara", "Case 101 is yours."),
    "sent on": ("UP 101 {code}", "chat of Dara", "Case 101 was sent on."),
    "a wrong code": ("ACK 101 AAAA", "chat of Dara", "That code does not fit case 101."),
    "nothing we know": ("?", "chat of Dara", "Not understood."),
    "a stranger": ("ACK 101 {code}", "chat of nobody", "This chat is not linked."),
}


@pytest.mark.parametrize(("payload", "sender", "answer"), TAPS.values(), ids=TAPS)
def test_rule_23_every_tap_of_a_responders_is_answered_once_also_when_all_went_well(
    house: House, payload: str, sender: str, answer: str
) -> None:
    bot = StaffBot("telegram_staff")
    house = replace(house, staff_bot=bot)
    house.on_call("Dara")
    house.arrives(CRY)
    code = house.code(house.last_page().id)
    house.arrives(payload.format(code=code), sender=sender, channel="telegram_staff", callback_id="tap-7")
    house.settle()
    [(callback_id, text)] = bot.answered
    assert callback_id == "tap-7"
    assert text.startswith(answer)


def test_rule_23_the_taps_of_reporters_are_answered_too(house: House) -> None:
    bot = ReportersBot("telegram")
    house = replace(house, telegram=bot)
    house.hears("hello", sender="7001", channel="telegram")
    house.hears("1", sender="7001", channel="telegram", callback_id="tap-8")
    assert bot.answered == [("tap-8", "")]


def test_rule_23_what_the_buttons_of_a_page_carry_fits_into_64_bytes(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears("hello")
    house.arrives(CRY)
    house.change(Report, number=999_999_999)
    house.send()
    code = house.code(house.last_page(dara).id)
    house.responder_says(f"ACK 999999999 {code}", "Dara")
    payloads = [button.payload for page in house.pages() for button in page.buttons]
    assert len(payloads) == 2 + 4, "take it, wake the next one; three ready answers, at work"
    assert all(1 <= len(payload.encode()) <= 64 for payload in payloads)


def test_rule_24_a_higher_urgency_counts_at_once_before_the_message_is_handled(house: House) -> None:
    house.on_call("Dara")
    house.arrives(LOCKED_IN)
    assert house.alarm().urgency == "URGENT"
    house.arrives(CRY)
    assert (house.alarm().urgency, house.report().urgency) == ("CRITICAL", "CRITICAL")


def test_rule_24_what_is_heard_anew_and_judged_less_urgent_lowers_nothing(house: House) -> None:
    dara = house.on_call("Dara")
    house.hears(CRY)
    sends(house, dara, "ACK #")
    with house.database.transaction() as session:
        report = session.get_one(Report, house.report().id)
        raise_alarm(session, report, Urgency.URGENT, "duress", house.settings, anew=True)
        assert not raise_urgency(report, Urgency.INFO, ["calm"])
    alarm = house.alarm()
    assert (alarm.state, alarm.urgency, house.report().urgency) == (AlarmState.PAGING, "CRITICAL", "CRITICAL")
