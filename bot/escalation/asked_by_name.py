"""Whether somebody is asked for by name in a case, for the page of the console: who has no way that can be answered
says yes or no there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.states import CallState, HandOverState
from bot.database.tables import Alarm, HandOver, Report, ResponderCall, Staff


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asks, and whether to take the case over; else to come."""

    by_name: str
    to_take_over: bool


def open_hand_over(session: Session, alarm_id: int, staff_id: int) -> int | None:
    """The request to take this alarm over that this person has not answered yet."""
    asked = select(HandOver.id).where(HandOver.alarm_id == alarm_id, HandOver.to_id == staff_id)
    return session.scalar(asked.where(HandOver.state == HandOverState.ASKED))


def asked_in(session: Session, number: int, staff_id: int) -> Asked | None:
    """What this person is asked in case `number` and has not answered; to take it over goes first."""
    of_case = select(Alarm.id).join(Report, Report.id == Alarm.report_id).where(Report.number == number)
    over = select(Staff.name).join(HandOver, HandOver.from_id == Staff.id)
    by = session.scalar(
        over.where(HandOver.alarm_id.in_(of_case), HandOver.to_id == staff_id, HandOver.state == HandOverState.ASKED)
    )
    if by is not None:
        return Asked(by_name=by, to_take_over=True)
    call = select(Staff.name).join(ResponderCall, ResponderCall.called_by == Staff.id)
    mine = (ResponderCall.staff_id == staff_id, ResponderCall.state == CallState.PAGING)
    by = session.scalar(call.where(ResponderCall.alarm_id.in_(of_case), *mine).limit(1))
    return None if by is None else Asked(by_name=by, to_take_over=False)
