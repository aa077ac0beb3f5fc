"""A responder sends an alarm on by hand: the next step now, once in an epoch. A tap on a page that the alarm has moved
on from does nothing, or two taps of two people would skip a step (rule 2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import AlarmState
from bot.database.tables import Alarm, AuditEntry, Page
from bot.escalation.handing_over import end_hand_overs
from bot.escalation.history import EventKind, note
from bot.escalation.policy import LAST_RESORT_STEP
from bot.escalation.stepping import advance
from bot.settings import Settings


class Escalated(StrEnum):
    """What became of the wish."""

    DONE = "escalated"  # the next step is paged
    STALE = "escalate_stale"  # it has moved on since that page
    ONCE = "escalate_once"  # somebody did so before, in this epoch
    NO_HIGHER = "escalate_no_higher"  # everybody who can be reached is being paged
    TAKEN = "already_taken"  # somebody else holds it
    OVER = "page_is_over"  # the alarm is over


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """What came of it; `people` are paged now."""

    what: Escalated
    people: int = 0


def escalate(
    session: Session, alarm: Alarm, *, staff_id: int, settings: Settings, page: Page | None = None
) -> Escalation:
    """Page the next step now. `page` is what was tapped or answered, None on a page of the console; `alarm` is locked
    by the caller. Whoever holds the alarm may send it on as well: then it is nobody's until somebody takes it."""
    if refused := _refusal(alarm, staff_id, page):
        return Escalation(what=refused)
    if alarm.state is AlarmState.ACKNOWLEDGED:
        end_hand_overs(session, alarm)
        alarm.state, alarm.exhausted_at = AlarmState.PAGING, None
    alarm.escalated_at = database_now(session)
    note(session, alarm, EventKind.ESCALATED, staff_id=staff_id)
    session.add(AuditEntry(staff_id=staff_id, action="escalated", report_id=alarm.report_id))
    return Escalation(what=Escalated.DONE, people=advance(session, alarm, settings))


def _refusal(alarm: Alarm, staff_id: int, page: Page | None) -> Escalated | None:
    if alarm.state not in (AlarmState.PAGING, AlarmState.ACKNOWLEDGED) or (page and page.epoch != alarm.epoch):
        return Escalated.OVER
    if alarm.state is AlarmState.ACKNOWLEDGED and alarm.owner_id != staff_id:
        return Escalated.TAKEN
    if alarm.escalated_at is not None:
        return Escalated.ONCE
    if alarm.state is AlarmState.PAGING:
        if page and (page.step_no, page.loop_no) != (alarm.step_no, alarm.loop_no):
            return Escalated.STALE
        if alarm.step_no >= LAST_RESORT_STEP:
            return Escalated.NO_HIGHER
    return None
