"""A responder takes an alarm: one conditional update decides between two at once, and the loser learns who won."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import AlarmState, Author
from bot.database.tables import Alarm, Conversation, Page, Report
from bot.escalation.calling import answer_calls
from bot.escalation.history import EventKind, note
from bot.escalation.leases import begin_lease
from bot.escalation.page_writing import cancel_pages, of_the_steps
from bot.escalation.taken_notices import tell_that_it_was_taken
from bot.escalation.telling import name_of
from bot.messages.outbox import say_template
from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class AckOutcome:
    """What became of an acknowledgement: taken, or by whom and how long ago it had been taken before; `yours` when that
    was the same person."""

    taken: bool
    by_name: str
    ago: timedelta
    yours: bool = False


def acknowledge(
    session: Session, number: int, *, staff_id: int, settings: Settings, epoch: int | None = None
) -> AckOutcome | None:
    """A responder takes the alarm of report `number`. One conditional update decides between two at once. None when
    the report has no such alarm, or `epoch` (of an old page) is over: a late tap re-opens nothing, and is noted."""
    report = session.scalar(select(Report).where(Report.number == number))
    if report is None:
        return None
    current = select(func.max(Alarm.epoch)).where(Alarm.report_id == report.id).scalar_subquery()
    wanted = Alarm.epoch == (current if epoch is None else epoch)
    won = session.scalar(
        update(Alarm)
        .where(Alarm.report_id == report.id, wanted, Alarm.epoch == current)
        .where(Alarm.state.in_([AlarmState.PAGING, AlarmState.WAITING]))
        .values(state=AlarmState.ACKNOWLEDGED, owner_id=staff_id, acknowledged_at=func.now())
        .returning(Alarm.id)
    )
    alarm = session.scalar(
        select(Alarm).where(Alarm.report_id == report.id, wanted).execution_options(populate_existing=True)
    )
    if alarm is None:
        return None
    if won is not None:
        _after_acknowledgement(session, report, alarm, staff_id, settings)
    elif alarm.owner_id != staff_id or alarm.state is not AlarmState.ACKNOWLEDGED:
        note(session, alarm, EventKind.LATE, staff_id=staff_id, state=alarm.state.value)
    if alarm.state is not AlarmState.ACKNOWLEDGED or alarm.owner_id is None or alarm.acknowledged_at is None:
        return None
    return AckOutcome(
        taken=won is not None,
        by_name=name_of(session, alarm.owner_id),
        ago=database_now(session) - alarm.acknowledged_at,
        yours=alarm.owner_id == staff_id,
    )


def _after_acknowledgement(session: Session, report: Report, alarm: Alarm, staff_id: int, settings: Settings) -> None:
    """Pages of the policy that are not yet sent are no longer wanted, others who were paged are told, the reporter may
    read the truth. Who was called by name is paged until they answer, unless it is they who took it."""
    begin_lease(session, alarm, settings)
    note(session, alarm, EventKind.ACKNOWLEDGED, staff_id=staff_id)
    cancel_pages(session, Page.alarm_id == alarm.id, of_the_steps())
    answer_calls(session, alarm, staff_id=staff_id)
    session.flush()
    tell_that_it_was_taken(session, alarm)
    if alarm.drill:
        return
    conversation = session.scalars(select(Conversation).where(Conversation.id == report.conversation_id)).one()
    if conversation.wipe_asked_at is None:
        key = f"reached:{alarm.id}"
        say_template(session, conversation, "utter_person_reached", key=key, author=Author.SYSTEM)
