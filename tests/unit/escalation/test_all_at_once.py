"""Sweepers, senders and several people's telephones at the same moment: nobody waits in a circle, and whatever comes
first, the end is the same. Rules 3, 27 and 29 of oncall.md, part B."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from bot.database.states import AlarmState
from bot.database.tables import Alarm, Page, Report, StaffContact
from bot.escalation.replies import ResponderReply, apply_reply
from bot.escalation.reply_words import Word
from bot.messages import outbox_claims
from bot.messages.holding import HoldRules
from bot.messages.message import Audience
from tests.unit.escalation.seen import STEP, acknowledge_as
from tests.unit.house import CRY, House

CASES = range(101, 107)


def _says(house: House, staff_id: int, number: int, word: Word, name: str = "") -> str:
    """With the code of their newest page of this case; the template they are answered with."""
    with house.database.transaction() as session:
        pages = select(Page.id).join(Alarm, Alarm.id == Page.alarm_id).join(Report, Report.id == Alarm.report_id)
        newest = pages.where(Report.number == number, Page.staff_id == staff_id).order_by(Page.id.desc()).limit(1)
        code = house.code(session.scalars(newest).one())
        contact = session.scalars(select(StaffContact).where(StaffContact.staff_id == staff_id)).one()
        reply = ResponderReply(number=number, code=code, word=word, name=name)
        return apply_reply(session, reply, contact, keys=house.keys, settings=house.settings).template


def _claim_all(house: House) -> str:
    """A sender that takes what is due and is never done with it."""
    taken = 0
    while True:
        with house.database.transaction() as session:
            lease, rules = house.settings.lease, HoldRules.of(house.settings)
            if outbox_claims.claim(session, Audience.RESPONDER, lease=lease, rules=rules) is None:
                return f"claimed {taken}"
        taken += 1


def _together(*works: Callable[[], object]) -> list[object]:
    barrier = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> object:
        barrier.wait(20)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, works))


def _states(house: House) -> set[tuple[AlarmState, int | None]]:
    with house.database.transaction() as session:
        return {(state, owner) for state, owner in session.execute(select(Alarm.state, Alarm.owner_id))}


def test_rule_27_a_yes_and_the_end_of_the_lease_at_once_end_in_the_same_hands(house: House) -> None:
    dara, mali = house.on_call("Dara"), house.on_call("Mali", step=2)
    for number in CASES:
        house.arrives(CRY, sender=f"+12025554{number}")
        acknowledge_as(house, dara, number)
    house.pass_time(timedelta(minutes=9))
    assert {_says(house, dara, number, Word.GIVE, "Mali") for number in CASES} == {"hand_over_asked"}
    house.pass_time(timedelta(minutes=1, seconds=1))
    answers = [lambda number=number: _says(house, mali, number, Word.YES) for number in CASES]
    said = _together(*answers, house.sweep, house.sweep, lambda: _claim_all(house))
    assert set(said[: len(CASES)]) == {"taken_by_you"}
    assert _states(house) == {(AlarmState.ACKNOWLEDGED, mali)}


def test_rule_29_steps_taps_and_senders_at_once_wait_for_nobody_in_a_circle(house: House) -> None:
    people = [house.on_call(name) for name in ("Dara", "Mali", "Vanna")]
    house.on_call("Noor", step=2)
    for number in CASES:
        house.arrives(CRY, sender=f"+12025554{number}")
    house.pass_time(STEP)
    taps = [
        lambda who=who, number=number: _says(house, who, number, Word.ACK)
        for number in CASES
        for who in people[: 1 + number % 3]
    ]
    said = _together(*taps, house.sweep, house.sweep, lambda: _claim_all(house))
    assert set(said[: len(taps)]) == {"taken_by_you", "already_taken"}
    assert said[: len(taps)].count("taken_by_you") == len(CASES)
    assert {state for state, _ in _states(house)} == {AlarmState.ACKNOWLEDGED}
