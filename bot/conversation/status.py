"""How far somebody's words have come, as the one response that is true. States are told, never a word of theirs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.states import ReportState
from bot.database.tables import Alarm, Conversation, Report

ASKED = "utter_status"


def status_response(session: Session, conversation: Conversation) -> str:
    """The name of the response. "Read" after a named person opened the text, "reached" after an acknowledgement."""
    report = session.scalars(
        select(Report).where(Report.conversation_id == conversation.id).order_by(Report.id.desc()).limit(1)
    ).one_or_none()
    if report is None:
        return f"{ASKED}_nothing"
    if report.state is ReportState.CLOSED:
        return f"{ASKED}_closed"
    if report.first_answered_at is not None:
        return f"{ASKED}_answered"
    if report.first_read_at is not None:
        return f"{ASKED}_read"
    reached = select(Alarm.id).where(Alarm.report_id == report.id, Alarm.acknowledged_at.is_not(None)).limit(1)
    return f"{ASKED}_reached" if session.scalar(reached) is not None else f"{ASKED}_arrived"
