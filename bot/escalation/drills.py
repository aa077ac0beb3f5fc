"""Test alarms: a report without a person behind it, raised, paged and acknowledged by exactly the code that real ones
go through. It ends by itself, and says how long each hop took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from uuid import uuid4

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.database.session import database_now, wake
from bot.database.states import AlarmState, ReportKind, ReportState, StaffRole
from bot.database.tables import Alarm, Conversation, Report, Staff
from bot.errors import SampanError
from bot.escalation.alarms import OPEN_STATES, close_alarms, raise_alarm
from bot.escalation.history import EventKind, HistoryLine, history, note
from bot.escalation.pages import write_page
from bot.escalation.policy_store import newest_id
from bot.escalation.roster import OnCall
from bot.escalation.roster_store import load_ways
from bot.messages.outbox import tell_responder
from bot.reports.urgency import Urgency
from bot.settings import Settings

REASON = "test_alarm"
LASTS = timedelta(minutes=10)
_ONE_AT_A_TIME = 5301  # an advisory lock: of several processes one raises the night's alarm
_LATE_BY_AT_MOST = timedelta(hours=1)  # a process that starts at noon does not make up for the night


class DrillError(SampanError):
    """A test alarm cannot be sent to this person."""


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One thing that happened on the way, this long after the alarm was raised."""

    name: str
    after: timedelta
    who: str | None
    channel: str | None


def begin_drill(session: Session, settings: Settings, *, staff_id: int | None = None) -> int:
    """Raise a test alarm for whoever is on call, or for one person by all their ways; the number of its report.
    DrillError when that person has no way that works."""
    report = _report_of_nobody(session)
    if staff_id is None:
        raise_alarm(session, report, Urgency.URGENT, REASON, settings, drill=True)
        return report.number
    ways = [way for way in load_ways(session) if way.staff_id == staff_id]
    if not ways:
        message = "nothing reaches this person: verify a contact with `sampan staff contact`"
        raise DrillError(message)
    alarm = _alarm_for_one(session, report)
    for way in ways:
        write_page(session, alarm, OnCall(staff_id=staff_id, step_no=1, way=way))
    wake(session, "outbox")
    return report.number


def _report_of_nobody(session: Session) -> Report:
    """Its conversation is born erased: no key, no address, nothing that could be said to anybody."""
    conversation = Conversation(
        id=uuid4(),
        pseudonym=f"test {uuid4().hex[:12]}",
        public_key=b"",
        wipe_asked_at=database_now(session),
        wiped_at=database_now(session),
    )
    session.add(conversation)
    session.flush()
    report = Report(
        conversation_id=conversation.id,
        kind=ReportKind.DRILL,
        urgency=Urgency.URGENT.value,
        urgency_reasons=[REASON],
    )
    session.add(report)
    session.flush()
    session.refresh(report)
    return report


def _alarm_for_one(session: Session, report: Report) -> Alarm:
    """It stays with them until it ends: nobody else is woken for it."""
    alarm = Alarm(
        report_id=report.id,
        epoch=1,
        state=AlarmState.PAGING,
        urgency=report.urgency,
        reason=REASON,
        drill=True,
        policy_id=newest_id(session),
        step_no=1,
        loop_no=0,
        next_action_at=database_now(session) + LASTS,
    )
    session.add(alarm)
    session.flush()
    note(session, alarm, EventKind.RAISED, urgency=alarm.urgency, reason=REASON)
    return alarm


def end_drills(session: Session) -> int:
    """Close every test alarm that somebody took, or that nobody took in ten minutes: then supervisors are told."""
    over = (
        select(Alarm, Report)
        .join(Report, Report.id == Alarm.report_id)
        .where(
            Alarm.drill,
            Alarm.state.in_(OPEN_STATES),
            (Alarm.state == AlarmState.ACKNOWLEDGED) | (Alarm.raised_at < func.now() - LASTS),
        )
    )
    ended = session.execute(over.with_for_update(skip_locked=True, key_share=True)).all()
    for alarm, report in ended:
        if alarm.state is not AlarmState.ACKNOWLEDGED:
            _tell_supervisors(session, report.number)
        close_alarms(session, report.id)
        report.state, report.closed_at = ReportState.CLOSED, database_now(session)
    return len(ended)


def _tell_supervisors(session: Session, number: int) -> None:
    wanted = set(session.scalars(select(Staff.id).where(Staff.active, Staff.role == StaffRole.SUPERVISOR)))
    for way in load_ways(session):
        if way.staff_id in wanted:
            tell_responder(
                session,
                key=f"drill-unanswered:{number}:{way.contact_id}",
                channel=way.channel,
                contact_id=way.contact_id,
                template="drill_unanswered",
                arguments={"number": number},
            )


def nightly_drill(session: Session, settings: Settings, zone: tzinfo) -> int | None:
    """The night's test alarm, when its time has come and none was raised since; its number."""
    if settings.nightly_drill is None:
        return None
    now = database_now(session)
    due = last_time(now, settings.nightly_drill, zone)
    if now - due > _LATE_BY_AT_MOST:
        return None
    if not session.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME}):
        return None
    if session.scalar(select(Alarm.id).where(Alarm.drill, Alarm.raised_at >= due).limit(1)) is not None:
        return None
    return begin_drill(session, settings)


def last_time(now: datetime, at: time, zone: tzinfo) -> datetime:
    """The last instant at which clocks of this zone showed `at`."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), at, zone)
    return today if today <= now else datetime.combine(local.date() - timedelta(days=1), at, zone)


def hops(session: Session, number: int) -> tuple[Hop, ...]:
    """What became of it so far, in order."""
    lines = history(session, number)
    alarm = session.scalar(select(Alarm).join(Report, Report.id == Alarm.report_id).where(Report.number == number))
    if alarm is None or not lines:
        return ()
    found = [_hop(line, lines[0].at) for line in lines if line.kind != EventKind.ACKNOWLEDGED]
    if alarm.acknowledged_at is not None:
        owner = session.scalar(select(Staff.name).where(Staff.id == alarm.owner_id))
        after = alarm.acknowledged_at - lines[0].at
        found.append(Hop(name=EventKind.ACKNOWLEDGED.value, after=after, who=owner, channel=None))
    return tuple(sorted(found, key=lambda hop: hop.after))


def _hop(line: HistoryLine, began: datetime) -> Hop:
    channel = line.detail.get("channel")
    return Hop(name=line.kind, after=line.at - began, who=line.who, channel=channel)


def is_over(session: Session, number: int) -> bool:
    """Whether it ended."""
    state = session.scalar(select(Report.state).where(Report.number == number))
    return state is ReportState.CLOSED
