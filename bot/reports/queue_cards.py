"""The queue as it is shown: one card per report, the most urgent first. Codes, times and names of staff only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import AlarmState, Author, ReportState
from bot.database.tables import Alarm, Conversation, OutboxMessage, Report, Staff
from bot.errors import SampanError
from bot.reports.urgency import Urgency

_NEAR = timedelta(hours=24)  # a deadline this near goes before everything else of the same urgency


class CaseNotFoundError(SampanError):
    """There is no report with this number."""


@dataclass(frozen=True, kw_only=True)
class QueueCard:
    """A report as it stands in the queue: codes, names of staff and times, no words of a reporter."""

    number: int
    pseudonym: str
    urgency: str
    reasons: tuple[str, ...]
    language: str | None
    kind: str
    state: str
    alarm_state: str | None
    owner_name: str | None
    opened_at: datetime
    last_word_at: datetime
    acknowledged_at: datetime | None
    deadline_at: datetime | None  # when something is going to happen, as they said
    waiting_since: datetime | None  # the oldest word nobody answered; None when a person answered last
    now: datetime


def list_queue(session: Session) -> list[QueueCard]:
    """Open reports, the most urgent first, then those whose deadline is near, then who has waited longest."""
    now = database_now(session)
    cards = [_card(row, now) for row in session.execute(_cards().where(Report.state == ReportState.OPEN))]
    return sorted(cards, key=_order)


def _order(card: QueueCard) -> tuple[int, datetime, datetime, int]:
    near = card.deadline_at is not None and card.deadline_at <= card.now + _NEAR
    deadline = card.deadline_at if near and card.deadline_at is not None else card.now + _NEAR
    return (-Urgency(card.urgency).rank, deadline, card.waiting_since or card.now, card.number)


def find_card(session: Session, number: int) -> QueueCard:
    """One report's card, open or closed. CaseNotFoundError."""
    row = session.execute(_cards().where(Report.number == number)).one_or_none()
    if row is None:
        raise CaseNotFoundError("no such case")
    return _card(row, database_now(session))


def _cards() -> Select[Report, str, AlarmState, datetime | None, str, datetime]:
    newest = select(Alarm.report_id, func.max(Alarm.epoch).label("epoch")).group_by(Alarm.report_id).subquery("newest")
    answered = (
        select(func.max(OutboxMessage.created_at))
        .where(OutboxMessage.conversation_id == Report.conversation_id, OutboxMessage.author == Author.STAFF)
        .scalar_subquery()
    )
    return (
        select(Report, Conversation.pseudonym, Alarm.state, Alarm.acknowledged_at, Staff.name, answered)
        .join(Conversation, Conversation.id == Report.conversation_id)
        .outerjoin(newest, newest.c.report_id == Report.id)
        .outerjoin(Alarm, (Alarm.report_id == Report.id) & (Alarm.epoch == newest.c.epoch))
        .outerjoin(Staff, Staff.id == func.coalesce(Conversation.owner_id, Alarm.owner_id))
    )


def _card(
    row: Row[Report, str, AlarmState | None, datetime | None, str | None, datetime | None], now: datetime
) -> QueueCard:
    report, pseudonym, alarm_state, acknowledged_at, owner_name, answered_at = row
    waiting = answered_at is None or report.last_word_at > answered_at
    return QueueCard(
        number=report.number,
        pseudonym=pseudonym,
        urgency=report.urgency,
        reasons=tuple(report.urgency_reasons),
        language=report.language,
        kind=report.kind.value,
        state=report.state.value,
        alarm_state=AlarmState(alarm_state).value if alarm_state else None,
        owner_name=owner_name,
        opened_at=report.opened_at,
        last_word_at=report.last_word_at,
        acknowledged_at=acknowledged_at,
        deadline_at=report.deadline_at,
        waiting_since=(report.opened_at if answered_at is None else report.last_word_at) if waiting else None,
        now=now,
    )
