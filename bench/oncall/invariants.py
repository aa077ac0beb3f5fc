"""What must hold at every instant, asked of the rows: no urgent alarm without a future action or a human owner."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.states import AlarmState, OutboxState
from bot.database.tables import Alarm, OutboxMessage, Page, Report
from bot.escalation.policy import LAST_RESORT_PAUSE
from bot.escalation.policy_store import policy_of
from bot.reports.urgency import Urgency
from bot.settings import Settings

_A_MOMENT = timedelta(seconds=1)


def broken_promises(session: Session, now: datetime, settings: Settings, *, overdue_after: timedelta) -> list[str]:
    """One line for each alarm that nobody would come back to: an open one that waits longer than its policy says, one
    that is overdue although it should have been moved, one that is taken by nobody. `overdue_after` is how late a
    living engine may be."""
    found = []
    open_states = (AlarmState.WAITING, AlarmState.PAGING, AlarmState.ACKNOWLEDGED)
    alarms = session.execute(
        select(Alarm, Report.number).join(Report).where(Alarm.state.in_(open_states)).order_by(Alarm.id)
    )
    for alarm, number in alarms.all():
        if alarm.state is AlarmState.ACKNOWLEDGED and alarm.owner_id is None:
            found.append(f"{number}: taken by nobody")
        if alarm.next_action_at > now + _longest_wait(session, alarm, settings) + _A_MOMENT:
            found.append(f"{number}: {alarm.state.value}, looked at again only in {alarm.next_action_at - now}")
        if alarm.next_action_at < now - overdue_after:
            found.append(f"{number}: {alarm.state.value}, overdue since {now - alarm.next_action_at}")
    return found


def _longest_wait(session: Session, alarm: Alarm, settings: Settings) -> timedelta:
    policy = policy_of(session, alarm, settings)
    if alarm.state is AlarmState.WAITING:
        return settings.unanswered_danger_question
    if alarm.state is AlarmState.ACKNOWLEDGED:
        return max(policy.lease_of(Urgency(alarm.urgency)), settings.acknowledgement_lease)
    return max(policy.wait_of(Urgency(alarm.urgency)), LAST_RESORT_PAUSE)


def stuck_pages(session: Session, now: datetime, *, overdue_after: timedelta) -> list[str]:
    """Pages of alarms nobody has taken that are due and not sent, or leased by somebody who is dead."""
    rows = session.execute(
        select(OutboxMessage.id, OutboxMessage.state)
        .join(Page, Page.id == OutboxMessage.page_id)
        .join(Alarm, Alarm.id == Page.alarm_id)
        .where(Alarm.state == AlarmState.PAGING, Alarm.epoch == Page.epoch)
        .where(
            ((OutboxMessage.state == OutboxState.PENDING) & (OutboxMessage.due_at < now - overdue_after))
            | ((OutboxMessage.state == OutboxState.SENDING) & (OutboxMessage.lease_until < now - overdue_after))
        )
    )
    return [f"outbox row {row_id}: {state.value}, and nobody sends it" for row_id, state in rows]
