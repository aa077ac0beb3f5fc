"""The roster was gone through and nobody took it: the reporter is told the truth, once, and the operator's channel at
once and every hour while it lasts. The alarm itself goes on paging the last resort; no path ends in silence."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import Author
from bot.database.tables import Alarm, AlarmEvent, Conversation, Report
from bot.escalation.history import EventKind, note
from bot.escalation.telling import number_of, tell_supervisors
from bot.messages.outbox import say_template

_AGAIN_AFTER = timedelta(hours=1)


def exhausted(session: Session, alarm: Alarm) -> None:
    """Called each time the last resort is paged. A drill has no reporter, and tells of itself."""
    if alarm.exhausted_at is None:
        alarm.exhausted_at = database_now(session)
    if alarm.drill:
        return
    _tell_the_truth(session, alarm)
    _tell_the_operator(session, alarm, alarm.exhausted_at)


def _tell_the_truth(session: Session, alarm: Alarm) -> None:
    conversation = session.scalars(
        select(Conversation).join(Report, Report.conversation_id == Conversation.id).where(Report.id == alarm.report_id)
    ).one()
    if conversation.wipe_asked_at is None:
        key = f"nobody-yet:{alarm.id}"
        say_template(session, conversation, "utter_nobody_yet", key=key, author=Author.SYSTEM)


def _tell_the_operator(session: Session, alarm: Alarm, since: datetime) -> None:
    told = (AlarmEvent.alarm_id == alarm.id, AlarmEvent.kind == EventKind.OPERATOR_TOLD.value)
    hour_ago = func.clock_timestamp() - _AGAIN_AFTER
    lately = select(AlarmEvent.id).where(*told, AlarmEvent.at >= since, AlarmEvent.at > hour_ago)
    if session.scalar(lately.limit(1)) is not None:
        return
    times = session.scalar(select(func.count()).select_from(AlarmEvent).where(*told))
    ways = tell_supervisors(
        session, alarm, key=f"exhausted:{alarm.id}:{times}", template="exhausted", number=number_of(session, alarm)
    )
    if ways:
        note(session, alarm, EventKind.OPERATOR_TOLD, ways=ways)
