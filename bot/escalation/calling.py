"""A colleague is asked for by name, also on an alarm that somebody has taken: paged until they themselves answer, a
bounded number of times, and whoever asked is told what came of it (rule 5)."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.schema_gate import schema_is_ours
from bot.database.session import database_now, wake
from bot.database.states import AlarmState, CallState
from bot.database.tables import Alarm, AuditEntry, Page, ResponderCall
from bot.escalation.guarding import Guard, no_guard
from bot.escalation.history import EventKind, note
from bot.escalation.page_writing import cancel_pages, uses_of_ways, write_page_by_name
from bot.escalation.policy_store import policy_of
from bot.escalation.team import team_for
from bot.escalation.telling import number_of, tell_person
from bot.reports.urgency import Urgency
from bot.settings import Settings

MOST_TRIES = 6
_CALL_LIMIT = 100


class CallAsked(StrEnum):
    """What became of the wish to call somebody."""

    CALLING = "calling"  # the first page is written
    UNDER_WAY = "call_under_way"  # they are being called already
    UNREACHABLE = "cannot_be_reached"  # no working way to them
    BARRED = "may_not_take"  # the case is of a kind they may not take
    OVER = "page_is_over"  # the alarm is over


def call_colleague(session: Session, alarm: Alarm, *, callee_id: int, caller_id: int, settings: Settings) -> CallAsked:
    """Page this person now and again until they answer. `alarm` is locked by the caller."""
    if alarm.state not in (AlarmState.PAGING, AlarmState.ACKNOWLEDGED):
        return CallAsked.OVER
    team = team_for(session, alarm)
    if not team.may_take(callee_id):
        return CallAsked.BARRED
    if not team.by_name([callee_id]):
        return CallAsked.UNREACHABLE
    if any(call.staff_id == callee_id for call in _open_calls(session, alarm)):
        return CallAsked.UNDER_WAY
    call = ResponderCall(
        alarm_id=alarm.id, epoch=alarm.epoch, staff_id=callee_id, called_by=caller_id, state=CallState.PAGING, tries=0
    )
    session.add(call)
    session.flush()
    note(session, alarm, EventKind.CALLED, staff_id=callee_id, by=caller_id)
    session.add(AuditEntry(staff_id=caller_id, action="called_by_name", report_id=alarm.report_id))
    _try(session, call, alarm, settings)
    return CallAsked.CALLING


def sweep_calls(session: Session, settings: Settings, guard: Guard = no_guard) -> int:
    """Every call whose time has come, one try each. How many could be."""
    tried = 0
    due = session.execute(
        select(ResponderCall, Alarm)
        .join(Alarm, Alarm.id == ResponderCall.alarm_id)
        .where(ResponderCall.state == CallState.PAGING, ResponderCall.next_action_at <= func.now(), schema_is_ours())
        .order_by(ResponderCall.next_action_at)
        .limit(_CALL_LIMIT)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for call, alarm in due:
        with guard(session, call):
            _try(session, call, alarm, settings)
            tried += 1
    return tried


def call_again_now(session: Session, call_id: int, alarm: Alarm, settings: Settings) -> None:
    """A page of this call will never arrive: the next way now. `alarm` is locked by the caller."""
    call = session.scalars(select(ResponderCall).where(ResponderCall.id == call_id).with_for_update()).one()
    if call.state is CallState.PAGING:
        _try(session, call, alarm, settings)


def answer_calls(session: Session, alarm: Alarm, *, staff_id: int, comes: bool = True) -> bool:
    """This person answered: they are paged no more, and whoever called is told. False when nobody called them."""
    mine = [call for call in _open_calls(session, alarm) if call.staff_id == staff_id]
    for call in mine:
        _end(session, call, CallState.ANSWERED)
        note(session, alarm, EventKind.CALL_ANSWERED if comes else EventKind.CALL_DECLINED, staff_id=staff_id)
        _tell_caller(session, call, alarm, "call_answered" if comes else "call_declined")
    return bool(mine)


def end_calls(session: Session, alarm: Alarm) -> None:
    """The alarm is over, and so is every call on it."""
    for call in _open_calls(session, alarm):
        _end(session, call, CallState.ENDED)


def _open_calls(session: Session, alarm: Alarm) -> list[ResponderCall]:
    return list(
        session.scalars(
            select(ResponderCall)
            .where(ResponderCall.alarm_id == alarm.id, ResponderCall.state == CallState.PAGING)
            .order_by(ResponderCall.id)
            .with_for_update()
        )
    )


def _try(session: Session, call: ResponderCall, alarm: Alarm, settings: Settings) -> None:
    """By the way that was tried least, so that a telephone without sound is not rung six times."""
    team = team_for(session, alarm)
    uses = uses_of_ways(session, call)
    ways = [way for way in team.ways if way.staff_id == call.staff_id and team.may_take(call.staff_id)]
    if not ways or call.tries >= MOST_TRIES or alarm.state not in (AlarmState.PAGING, AlarmState.ACKNOWLEDGED):
        _end(session, call, CallState.ENDED)
        note(session, alarm, EventKind.CALL_UNANSWERED, staff_id=call.staff_id, tries=call.tries)
        _tell_caller(session, call, alarm, "call_unanswered")
        return
    way = min(ways, key=lambda each: (uses.get(each.contact_id, 0), each.rank, each.contact_id))
    call.tries += 1
    call.next_action_at = database_now(session) + policy_of(session, alarm, settings).wait_of(Urgency(alarm.urgency))
    write_page_by_name(session, alarm, way, call_id=call.id)
    wake(session, "alarms")


def _end(session: Session, call: ResponderCall, state: CallState) -> None:
    call.state, call.ended_at = state, database_now(session)
    cancel_pages(session, Page.call_id == call.id)


def _tell_caller(session: Session, call: ResponderCall, alarm: Alarm, template: str) -> None:
    tell_person(
        session,
        call.called_by,
        key=f"call:{call.id}:{template}",
        template=template,
        number=number_of(session, alarm),
        staff_id=call.staff_id,
    )
