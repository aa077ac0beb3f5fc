"""Somebody who has chosen words of their own, and whoever else gets hold of the phone: for tests of cover."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation import case_desk
from bot.conversation.check_in_desk import alarm_missed
from bot.database.states import Author
from bot.database.tables import CheckIn, Cover, OutboxMessage
from tests.unit.conversation_turns.two_phones import hears
from tests.unit.house import CRY, REPORTER, House

SMS = {"sender": REPORTER, "channel": "sms"}
TELEGRAM = {"sender": "7001", "channel": "telegram"}
PHONES = pytest.mark.parametrize("phone", [SMS, TELEGRAM], ids=["sms", "telegram"])
SAFE, DURESS = "mango tree", "blue river"
MINE = "in a blue house near the market"
HALF_AN_HOUR = timedelta(minutes=31)
ELEVEN_MINUTES = timedelta(minutes=11)
TELLING = ("gun", "locked", "door", "house", "market", "help", "police", "machine", "person", "safe", "word", "told")


def phrase(house: House, response: str, *, sms: bool = True, language: str = "en", **arguments: str) -> str:
    return house.wording.render(response, language, sms=sms, arguments=arguments).text


def neutral(house: House, language: str = "en") -> list[str]:
    """The one line, and nothing else."""
    return [phrase(house, "utter_not_safe", language=language)]


def tell(house: House, phone: dict[str, str] = SMS) -> House:
    """Somebody in danger has told it, and has said that it is safe; Dara was paged and nothing waits."""
    house.on_call("Dara")
    for words in (CRY, "1", "1", "1", MINE):
        hears(house, words, **phone)
    return house


def choose(house: House, phone: dict[str, str] = SMS, *, safe: str = SAFE, duress: str = DURESS) -> House:
    """And has chosen both words."""
    for words in ("safe word", safe, duress):
        hears(house, words, **phone)
    return house


def cover(house: House) -> Cover:
    with house.database.transaction() as session:
        return session.scalars(select(Cover)).one()


def check_in(house: House) -> CheckIn:
    with house.database.transaction() as session:
        return session.scalars(select(CheckIn).order_by(CheckIn.id.desc()).limit(1)).one()


def sweep_check_ins(house: House) -> int:
    """As the worker does, until nothing is due; how many were missed."""
    missed = 0
    while True:
        with house.database.transaction() as session:
            if not alarm_missed(session, house.settings, house.keys):
                return missed
        missed += 1


def staff_states(house: House) -> list[str]:
    with house.database.transaction() as session:
        rows = select(OutboxMessage.state).where(OutboxMessage.author == Author.STAFF).order_by(OutboxMessage.id)
        return [state.value for state in session.scalars(rows)]


def read_case(house: House, number: int = 101) -> case_desk.CaseView:
    with house.database.transaction() as session:
        staff_id = house.last_page().staff_id
        return case_desk.open_case(session, number, staff_id=staff_id, keys=house.keys, wording=house.wording)


def tells_nothing(replies: list[str]) -> bool:
    return not any(word in reply.lower() for reply in replies for word in TELLING)


def last_words(house: House) -> str:
    """What people read as the reporter's last message."""
    return [entry.text for entry in read_case(house).entries if entry.who == "reporter"][-1]
