"""Every alarm whose time has come, one step each, in one transaction: claim, decide, write pages and the next time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.schema_gate import schema_is_ours
from bot.database.session import database_now
from bot.database.states import AlarmState, Author
from bot.database.tables import Alarm, InboxMessage, OutboxMessage, Report
from bot.escalation.alarms import OPEN_STATES
from bot.escalation.stepping import advance, start_over
from bot.reports.report_store import raise_urgency
from bot.reports.urgency import Urgency
from bot.settings import Settings

_SWEEP_LIMIT = 100


def sweep(session: Session, settings: Settings) -> int:
    """Move every alarm whose time has come, one step each. Returns how many; call again while it is not zero. An alarm
    or a report that a turn is changing right now is left for the next sweep."""
    due = session.execute(
        select(Alarm, Report)
        .join(Report, Report.id == Alarm.report_id)
        .where(Alarm.state.in_(OPEN_STATES), Alarm.next_action_at <= func.now(), schema_is_ours())
        .order_by(Alarm.next_action_at)
        .limit(_SWEEP_LIMIT)
        .with_for_update(skip_locked=True)
    ).all()
    for alarm, report in due:
        if alarm.state is AlarmState.WAITING:
            raise_urgency(report, Urgency(alarm.urgency), [alarm.reason])
        elif alarm.state is AlarmState.ACKNOWLEDGED:
            lapses_at = _lapses_at(session, alarm, report, settings)
            if lapses_at > database_now(session):
                alarm.next_action_at = lapses_at
                continue
            start_over(alarm)
        alarm.state = AlarmState.PAGING
        advance(session, alarm, settings)
    return len(due)


def _lapses_at(session: Session, alarm: Alarm, report: Report, settings: Settings) -> datetime:
    """When an acknowledged alarm pages again: a lease after it was taken, and once its owner has answered, a lease
    after the oldest word of the reporter's that nobody has answered. While nothing waits, it does not lapse."""
    assert alarm.acknowledged_at is not None
    answered_at: datetime | None = session.scalar(
        select(func.max(OutboxMessage.created_at)).where(
            OutboxMessage.conversation_id == report.conversation_id,
            OutboxMessage.author == Author.STAFF,
            OutboxMessage.created_at >= alarm.acknowledged_at,
        )
    )
    if answered_at is None:
        return alarm.acknowledged_at + settings.acknowledgement_lease
    waits_since: datetime | None = session.scalar(
        select(func.min(InboxMessage.received_at)).where(
            InboxMessage.conversation_id == report.conversation_id, InboxMessage.received_at > answered_at
        )
    )
    return (waits_since or database_now(session)) + settings.acknowledgement_lease
