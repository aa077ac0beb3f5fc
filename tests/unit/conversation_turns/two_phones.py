"""Two phones of one person, as tests of the return code use them: Telegram on the old one, SMS on the new one."""

from __future__ import annotations

import re

from sqlalchemy import select

from bot.conversation import case_desk
from bot.database.tables import (
    ContactPoint,
    Conversation,
)
from bot.messages.message import Audience
from tests.unit.house import CRY, REPORTER, House

OLD = {"sender": "7001", "channel": "telegram"}
NEW = {"sender": REPORTER, "channel": "sms"}
MINE = "in a blue house near the market"


def in_words(house: House, response: str, *, sms: bool = True) -> str:
    return house.wording.render(response, "en", sms=sms).text


def hears(house: House, content: str, *, sender: str = REPORTER, channel: str = "sms", **more: object) -> list[str]:
    """The same as the house's own, for one of several phones: what reaches this channel because of the message."""
    here = house.telegram if channel == "telegram" else house.sms
    before = len(here.sent)
    house.arrives(content, sender=sender, channel=channel, **more)
    house.settle()
    return [each.text for each in here.sent[before:] if each.audience is Audience.REPORTER]


def continues(house: House, *, sms: bool = True) -> list[str]:
    return [in_words(house, "utter_code_continues", sms=sms), in_words(house, "utter_ask_safe_now", sms=sms)]


def given(house: House, **sender: str) -> str:
    """The code that somebody who has said that it is safe gets when they ask for one."""
    [told, *_] = [each for each in hears(house, "code", **sender) if re.search(r"\d{4} \d{4} \d{4} \d{4}", each)]
    found = re.search(r"\d{4} \d{4} \d{4} \d{4}", told)
    assert found is not None
    return found[0]


def conversation_of(house: House, sender: str, channel: str) -> Conversation:
    with house.database.transaction() as session:
        return session.scalars(
            select(Conversation)
            .join(ContactPoint, ContactPoint.conversation_id == Conversation.id)
            .where(ContactPoint.address_hash == house.keys.lookup_hash("address", channel, sender))
        ).one()


def read_by_staff(house: House, number: int = 101) -> case_desk.CaseView:
    with house.database.transaction() as session:
        staff_id = house.last_page().staff_id
        return case_desk.open_case(session, number, staff_id=staff_id, keys=house.keys, wording=house.wording)


def told_by_telegram(house: House) -> House:
    """Somebody in danger has told where they are, on the old phone, and has said that it is safe; Dara was paged."""
    house.on_call("Dara")
    for words_told in (CRY, "1", "1", MINE):
        hears(house, words_told, **OLD)
    return house
