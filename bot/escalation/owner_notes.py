"""What the one who took an alarm is told meanwhile: that the reporter wrote again. Quietly, and at most once a minute,
however much is written: a flood of words is no flood of notes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Report
from bot.escalation.roster_store import load_ways
from bot.messages.outbox import tell_responder
from bot.messages.read_aloud import READ_ALOUD

_A_MINUTE = timedelta(minutes=1)


def tell_owner_of_new_words(session: Session, report: Report) -> None:
    """The reporter wrote on an alarm somebody has taken: that one person is told. Words that come in the minute of a
    note are told of with the next minute's, so that no word stays unannounced."""
    alarm = session.scalar(select(Alarm).where(Alarm.report_id == report.id, Alarm.state == AlarmState.ACKNOWLEDGED))
    if alarm is None:
        return
    ways = [way for way in load_ways(session) if way.staff_id == alarm.owner_id]
    ways = [way for way in ways if way.channel not in READ_ALOUD] or ways  # quietly, where that is possible
    if not ways:
        return
    way = min(ways, key=lambda each: each.rank)
    minute = int(database_now(session).timestamp() // _A_MINUTE.total_seconds())
    for which, due_at in ((minute, None), (minute + 1, _beginning_of(minute + 1))):
        told = tell_responder(
            session,
            key=f"new-words:{alarm.id}:{alarm.owner_id}:{which}",
            channel=way.channel,
            contact_id=way.contact_id,
            template="new_words",
            arguments={"number": report.number},
            due_at=due_at,
        )
        if told is not None:
            return


def _beginning_of(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * _A_MINUTE.total_seconds(), UTC)
