"""Who may not take cases about something does not open one either: all that is known of it counts, also what stands in
its sealed facts, and what an earlier alarm of it was about."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.case_marks import marks_at_the_door
from bot.database.tables import Alarm, Conversation, Report, Staff
from bot.escalation.needs import OFFICIAL, Needs, Person
from bot.privacy.sealing import ServiceKeys


def may_open(session: Session, number: int, *, staff_id: int, keys: ServiceKeys) -> bool:
    """Whether nothing of this case is among what this person may not take; true for a case that does not exist."""
    conflicts = session.scalar(select(Staff.conflicts).where(Staff.id == staff_id))
    report = session.scalar(select(Report).where(Report.number == number))
    if not conflicts or report is None:
        return True
    about = {*report.urgency_reasons, *([OFFICIAL] if report.official_named_at is not None else [])}
    for alarm in session.scalars(select(Alarm).where(Alarm.report_id == report.id)):
        about |= {alarm.reason, *alarm.about}
    conversation = session.get_one(Conversation, report.conversation_id)
    about |= set(marks_at_the_door(report, conversation, keys))
    person = Person(staff_id=staff_id, conflicts=frozenset(conflicts))
    return person.may_take(Needs(about=frozenset(about)))
