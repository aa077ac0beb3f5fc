"""What became of an alarm, in order, for whoever asks later. Events of pages are written by the database itself, at
every change of a page's row (migration 0011); the others are written here, in the transaction that caused them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.tables import Alarm, AlarmEvent, Report, Staff


class EventKind(StrEnum):
    """What can become of an alarm, besides its pages (`page_` and the state of their row)."""

    RAISED = "raised"  # somebody must see this report
    ROSE = "rose"  # it is worse than was known: the policy starts over
    STEP = "step"  # whoever stands at this step is paged
    NOBODY = "nobody"  # nobody can be reached at all; looked at again in seconds
    EXHAUSTED = "exhausted"  # the roster was gone through: the last resort
    OPERATOR_TOLD = "operator_told"  # every supervisor was told that nobody takes it
    ACKNOWLEDGED = "acknowledged"  # a named responder took it
    LATE = "late"  # somebody acknowledged what another had taken
    EXTENDED = "extended"  # the owner answered or noted: the lease runs anew
    LAPSED = "lapsed"  # the lease ran out with nothing done
    ESCALATED = "escalated"  # a named responder sent it on by hand
    CALLED = "called"  # somebody was asked for by name
    CALL_ANSWERED = "call_answered"  # and said that they saw it
    CALL_DECLINED = "call_declined"  # and said that they cannot come
    CALL_UNANSWERED = "call_unanswered"  # every try was used up, or no way to them was left
    HAND_OVER_ASKED = "hand_over_asked"  # the owner asked a colleague to take it
    HANDED_OVER = "handed_over"  # the colleague accepted
    HAND_OVER_DECLINED = "hand_over_declined"  # the colleague did not
    HAND_OVER_UNANSWERED = "hand_over_unanswered"  # the colleague said nothing in time, or could not be reached
    CLOSED = "closed"  # a named human ended it
    STOOD_DOWN = "stood_down"  # the danger question was answered with no


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One thing that happened. `who` is a staff name: who did it, or whom the page was for."""

    at: datetime
    epoch: int
    kind: str
    page_id: int | None
    who: str | None
    detail: dict[str, Any]


def note(session: Session, alarm: Alarm, kind: EventKind, *, staff_id: int | None = None, **detail: object) -> None:
    """Write it down. Coded words and numbers only."""
    session.add(
        AlarmEvent(alarm_id=alarm.id, epoch=alarm.epoch, kind=kind.value, staff_id=staff_id, detail=detail or None)
    )


def history(session: Session, number: int) -> tuple[HistoryLine, ...]:
    """Everything that became of the alarms of report `number`, all epochs, in order."""
    rows = session.execute(
        select(AlarmEvent, Staff.name)
        .join(Alarm, Alarm.id == AlarmEvent.alarm_id)
        .join(Report, Report.id == Alarm.report_id)
        .outerjoin(Staff, Staff.id == AlarmEvent.staff_id)
        .where(Report.number == number)
        .order_by(AlarmEvent.id)
    )
    return tuple(
        HistoryLine(
            at=event.at, epoch=event.epoch, kind=event.kind, page_id=event.page_id, who=name, detail=event.detail or {}
        )
        for event, name in rows
    )
