"""What staff have of a journey: the case as rows, and the pages that told of it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from bot.database.states import AlarmState
from bot.database.tables import Alarm, Conversation, Report
from bot.privacy.sealing import ConversationOpener
from bot.reports.report_store import read_facts
from tests.journeys.stage import Stage


@dataclass(frozen=True, kw_only=True)
class Case:
    """A report and its alarms as rows."""

    number: int
    urgency: str
    reasons: tuple[str, ...]
    kind: str
    filed: bool
    alarms: tuple[AlarmState, ...]
    facts: dict[str, str] = field(repr=False)


def newest_case(stage: Stage, conversations: Collection[UUID]) -> Case | None:
    """The newest case of these conversations; its facts are empty once it was erased."""
    with stage.database.transaction() as session:
        report = session.scalars(
            select(Report).where(Report.conversation_id.in_(conversations)).order_by(Report.id.desc()).limit(1)
        ).one_or_none()
        if report is None:
            return None
        wrapped = session.get_one(Conversation, report.conversation_id).private_key_wrapped
        return Case(
            number=report.number,
            urgency=report.urgency,
            reasons=tuple(report.urgency_reasons),
            kind=report.kind.value,
            filed=report.filed_at is not None,
            alarms=tuple(session.scalars(select(Alarm.state).where(Alarm.report_id == report.id))),
            facts=read_facts(report, ConversationOpener(stage.world.keys, wrapped)) if wrapped else {},
        )


def pages_about(stage: Stage, number: int) -> list[str]:
    """What responders were sent about a case."""
    sent = list(stage.world.staff_bot.sent)
    named = re.compile(rf"\b(?:case|reply|ack) {number}\b", re.IGNORECASE)  # minutes are numbers too
    return [each.text for each in sent if named.search(each.text)]
