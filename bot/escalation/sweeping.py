"""Every alarm whose time has come, one step each, in one transaction: claim, decide, write pages and the next time. The
same for calls by name, and for hand-overs that nobody answered."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.schema_gate import schema_is_ours
from bot.database.session import database_now
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Report
from bot.escalation.alarms import OPEN_STATES
from bot.escalation.calling import sweep_calls
from bot.escalation.guarding import Guard, no_guard
from bot.escalation.handing_over import end_hand_overs, sweep_hand_overs
from bot.escalation.history import EventKind, note
from bot.escalation.leases import lapses_at
from bot.escalation.stepping import advance, owner_of, start_over
from bot.reports.report_store import raise_urgency
from bot.reports.urgency import Urgency
from bot.settings import Settings

MOST_AT_ONCE = 100


def sweep(session: Session, settings: Settings, guard: Guard = no_guard, *, at_most: int = MOST_AT_ONCE) -> int:
    """Move every alarm whose time has come, one step each. Returns how many, with calls and hand-overs; call again
    while it is not zero. An alarm or a report that a turn is changing right now is left for the next sweep. `guard`
    stands around each row, so that one that cannot be moved does not hold up the others. `at_most` so many alarms are
    locked until the end of the transaction."""
    due = session.execute(
        select(Alarm, Report)
        .join(Report, Report.id == Alarm.report_id)
        .where(Alarm.state.in_(OPEN_STATES), Alarm.next_action_at <= func.now(), schema_is_ours())
        .order_by(Alarm.next_action_at)
        .limit(at_most)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for alarm, report in due:
        with guard(session, alarm):
            _move(session, alarm, report, settings)
    return len(due) + sweep_calls(session, settings, guard) + sweep_hand_overs(session, guard)


def _move(session: Session, alarm: Alarm, report: Report, settings: Settings) -> None:
    owner: tuple[int, ...] = ()
    if alarm.state is AlarmState.WAITING:
        raise_urgency(report, Urgency(alarm.urgency), [alarm.reason])
    elif alarm.state is AlarmState.ACKNOWLEDGED:
        until = lapses_at(session, alarm, report, settings)
        if until > database_now(session):
            alarm.next_action_at = until
            return
        owner = owner_of(alarm)
        _lapse(session, alarm)
    alarm.state = AlarmState.PAGING
    advance(session, alarm, settings, also=owner)


def _lapse(session: Session, alarm: Alarm) -> None:
    """Nobody worked on it for a whole lease: its owner and whoever is on call by now are paged, from the first step."""
    note(session, alarm, EventKind.LAPSED, staff_id=alarm.owner_id)
    end_hand_overs(session, alarm)
    start_over(alarm)
