"""What the tests of consent and of releases share: a house under other laws, a choice, staff who ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversation import release_desk
from bot.conversation.release_desk import ReleaseRefusedError
from bot.conversation.release_view import WhoMayBeTold, who_may_be_told
from bot.database.states import Choice, ReleaseState
from bot.database.tables import Conversation, Release, Report, TellChoice
from bot.deployment import DEMO_DEPLOYMENT, Deployment, Party, Trigger
from bot.reports.release import Wish
from tests.unit.house import CRY, REPORTER, House

NOOR, DARA = "Noor", "Dara"
CHILD_TO_POLICE = {"trigger": "child_in_danger", "to": "police", "law": "Child Protection Act, section 41"}
FOR_A_CHILD = Wish(party=Party.POLICE, duty=Trigger.CHILD_IN_DANGER)
TO_POLICE, TO_NGO, TO_EMBASSY = (Wish(party=party) for party in (Party.POLICE, Party.NGO, Party.EMBASSY))
OURS, NGO, EMBASSY, LABOUR, POLICE = "12345"


def operated(house: House, **changes: Any) -> House:
    """The same house, run by somebody whose deployment.yml differs in these fields."""
    content = {**DEMO_DEPLOYMENT.model_dump(mode="json"), **changes}
    deployment = Deployment.model_validate(content)
    return replace(house, wording=replace(house.wording, deployment=deployment))


def bound(house: House) -> House:
    """Run by somebody whom a law makes tell the police of a child in danger."""
    return operated(house, duties_to_report=[CHILD_TO_POLICE], no_duty_to_report_checked=False)


def said(house: House, name: str, language: str = "en") -> str:
    return house.wording.render(name, language, sms=True).text


def chooses(house: House, number: str, *, sender: str = REPORTER) -> list[str]:
    """They ask for the question and answer it; the words after the answer."""
    house.hears("share", sender=sender)
    return house.hears(number, sender=sender)


def in_need(house: House) -> House:
    """Somebody in danger has said that it is safe, and that it is about themselves."""
    for words in (CRY, "1", "1"):
        house.hears(words)
    return house


def staff(house: House, name: str) -> int:
    return house.on_call(name, step=None)


def ask(
    house: House, wish: Wish, staff_id: int, reason: str = "their embassy can reach them", number: int = 101
) -> int:
    with house.database.transaction() as session:
        deployment = house.wording.deployment
        made = release_desk.ask_release(
            session, number, wish, reason, staff_id=staff_id, keys=house.keys, deployment=deployment
        )
        return made.id


def by_rule(house: House, act: Any, release_id: int, staff_id: int) -> ReleaseState:
    with house.database.transaction() as session:
        deployment = house.wording.deployment
        made = act(session, 101, release_id, staff_id=staff_id, keys=house.keys, deployment=deployment)
        state: ReleaseState = made.state
        return state


def refused(house: House, wish: Wish, staff_id: int) -> str:
    with pytest.raises(ReleaseRefusedError) as refusal:
        ask(house, wish, staff_id)
    return refusal.value.code


def releases(house: House) -> list[Release]:
    with house.database.transaction() as session:
        return list(session.scalars(select(Release).order_by(Release.id)))


def choices(house: House) -> list[Choice]:
    with house.database.transaction() as session:
        return list(session.scalars(select(TellChoice.choice).order_by(TellChoice.id)))


def seen(house: House, number: int = 101) -> WhoMayBeTold:
    with house.database.transaction() as session:
        report = session.scalars(select(Report).where(Report.number == number)).one()
        conversation = session.get_one(Conversation, report.conversation_id)
        return who_may_be_told(session, report, conversation, house.keys, house.wording.deployment)
