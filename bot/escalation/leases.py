"""How long an acknowledgement holds: a lease, extended by answering or by writing down that one is at work on it. What
nobody works on pages again, its owner and whoever is on call by then (rules 27 and 28)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import AlarmState, Author
from bot.database.tables import Alarm, AuditEntry, InboxMessage, OutboxMessage, Report, Staff
from bot.escalation.history import EventKind, note
from bot.escalation.policy_store import policy_of
from bot.reports.urgency import Urgency
from bot.settings import Settings

ANSWERED = "answered"  # by words or by a ready answer
NOTED = "noted"  # in the audit: somebody wrote down what they do, on a page of the console or from the phone


def begin_lease(session: Session, alarm: Alarm, settings: Settings) -> None:
    """It was taken now."""
    lease = policy_of(session, alarm, settings).lease_of(Urgency(alarm.urgency))
    alarm.next_action_at = database_now(session) + lease


def extend_lease(session: Session, report: Report, *, staff_id: int, by: str) -> None:
    """Somebody answered or noted on a case that is in hand: written down. How long it holds now is computed from the
    answers and notes themselves, when the lease would end."""
    alarm = session.scalar(select(Alarm).where(Alarm.report_id == report.id, Alarm.state == AlarmState.ACKNOWLEDGED))
    if alarm is not None:
        note(session, alarm, EventKind.EXTENDED, staff_id=staff_id, by=by)


def note_work(session: Session, report: Report, *, staff_id: int) -> None:
    """The owner writes down that they are at work on the case. Their own notes alone extend their lease."""
    session.add(AuditEntry(staff_id=staff_id, action=NOTED, report_id=report.id))
    extend_lease(session, report, staff_id=staff_id, by=NOTED)


def lapses_at(session: Session, alarm: Alarm, report: Report, settings: Settings) -> datetime:
    """When an acknowledged alarm pages again: a lease after it was taken or its owner last wrote down that they are at
    work; once a person has answered, a lease after the oldest word of the reporter's that nobody has answered. While
    nothing waits, it does not lapse. Whose account is disabled holds nothing."""
    assert alarm.acknowledged_at is not None
    if not session.scalar(select(Staff.active).where(Staff.id == alarm.owner_id)):
        return database_now(session)
    lease = policy_of(session, alarm, settings).lease_of(Urgency(alarm.urgency))
    answered_at: datetime | None = session.scalar(
        select(func.max(OutboxMessage.created_at)).where(
            OutboxMessage.conversation_id == report.conversation_id,
            OutboxMessage.author == Author.STAFF,
            OutboxMessage.created_at >= alarm.acknowledged_at,
        )
    )
    waits_since: datetime | None = alarm.acknowledged_at
    if answered_at is not None:
        waits_since = session.scalar(
            select(func.min(InboxMessage.received_at)).where(
                InboxMessage.conversation_id == report.conversation_id, InboxMessage.received_at > answered_at
            )
        )
    if waits_since is None:
        return database_now(session) + lease
    noted_at: datetime | None = session.scalar(
        select(func.max(AuditEntry.at)).where(
            AuditEntry.report_id == report.id,
            AuditEntry.action == NOTED,
            AuditEntry.staff_id == alarm.owner_id,
            AuditEntry.at >= alarm.acknowledged_at,
        )
    )
    return max(waits_since, noted_at or waits_since) + lease
