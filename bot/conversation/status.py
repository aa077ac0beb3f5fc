"""How far somebody's words have come, and what could be erased, as the one response that is true. States are told,
never a word of theirs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.states import AlarmState, ReleaseState, ReportState
from bot.database.tables import Alarm, Conversation, Release, Report

ASKED = "utter_status"
_RECEIVED, _REACHED = "utter_urgent_received", "utter_person_reached"
_WIPED, _WIPED_MOVED = "utter_wiped", "utter_wiped_moved"


def true_response(session: Session, conversation: Conversation, response: str) -> str:
    """The engine knows what is to be told; which words are true at this moment is known here. Whoever cries out again
    when a person has been reached is not told that one is looked for; and whoever came from another phone is told that
    what it shows cannot be deleted from here."""
    if response == ASKED:
        return status_response(session, conversation)
    if response == _WIPED:
        return _WIPED_MOVED if _came_from_another_phone(session, conversation) else _WIPED
    return _REACHED if response == _RECEIVED and _is_taken(session, conversation) else response


def status_response(session: Session, conversation: Conversation) -> str:
    """The name of the response. "Acted" after a named person said that somebody outside was told, "read" after one
    opened the text, "reached" after an acknowledgement."""
    report = session.scalars(
        select(Report).where(Report.conversation_id == conversation.id).order_by(Report.id.desc()).limit(1)
    ).one_or_none()
    if report is None:
        return f"{ASKED}_nothing"
    if report.state is ReportState.CLOSED:
        return f"{ASKED}_closed"
    done = select(Release.id).where(Release.report_id == report.id, Release.state == ReleaseState.DONE).limit(1)
    if session.scalar(done) is not None:
        return f"{ASKED}_acted"
    if report.first_answered_at is not None:
        return f"{ASKED}_answered"
    if report.first_read_at is not None:
        return f"{ASKED}_read"
    reached = select(Alarm.id).where(Alarm.report_id == report.id, Alarm.acknowledged_at.is_not(None)).limit(1)
    return f"{ASKED}_reached" if session.scalar(reached) is not None else f"{ASKED}_arrived"


def _is_taken(session: Session, conversation: Conversation) -> bool:
    taken = (
        select(Alarm.id)
        .join(Report, Report.id == Alarm.report_id)
        .where(Report.conversation_id == conversation.id, Alarm.state == AlarmState.ACKNOWLEDGED)
    )
    return session.scalar(taken.limit(1)) is not None


def _came_from_another_phone(session: Session, conversation: Conversation) -> bool:
    """By a return code: what a phone had begun before it wrote the code still names where it goes on."""
    left = select(Conversation.id).where(Conversation.continued_in == conversation.id)
    return session.scalar(left.limit(1)) is not None
