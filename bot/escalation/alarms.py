"""Alarms as rows: raised, stood down, closed. How one moves on stands in stepping.py and sweeping.py, how it is taken
in acknowledging.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.session import database_now, wake
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Page, Report
from bot.escalation.calling import end_calls
from bot.escalation.handing_over import end_hand_overs
from bot.escalation.history import EventKind, note
from bot.escalation.page_writing import cancel_pages
from bot.escalation.policy import LAST_RESORT_STEP
from bot.escalation.policy_store import newest_id, policy_of
from bot.escalation.stepping import advance, owner_of, start_over
from bot.escalation.team import may_take
from bot.reports.urgency import Urgency, higher_of
from bot.settings import Settings

OFFICIAL = "official"
OPEN_STATES = (AlarmState.WAITING, AlarmState.PAGING, AlarmState.ACKNOWLEDGED)


def find_open_alarm(session: Session, report_id: int) -> Alarm | None:
    """The alarm of a report that still needs a human, if any; locked.

    The lock is FOR NO KEY UPDATE, here and wherever an alarm or a page is locked: the history that the database writes
    at each change of a page points at both, and must neither wait for whoever decides nor make two wait in a circle."""
    return session.scalar(
        select(Alarm)
        .where(Alarm.report_id == report_id, Alarm.state.in_(OPEN_STATES))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def raise_alarm(
    session: Session,
    report: Report,
    urgency: Urgency,
    reason: str,
    settings: Settings,
    *,
    anew: bool = False,
    about: Iterable[str] = (),
    drill: bool = False,
) -> Alarm:
    """Somebody must see this report now. Writes the first page in this transaction. An alarm that is already being
    paged goes on; one that is acknowledged starts over only when the urgency rose, or when it is to be heard `anew`:
    what happened is worse than what was known, although it is not more urgent. `about` are coded words on the case
    (`country:KH`) besides its reasons: who may not take such cases is not woken for it. A `drill` is a test: no
    reporter stands behind it, from the first page on."""
    alarm = find_open_alarm(session, report.id)
    if alarm is None:
        alarm = _new_alarm(session, report, urgency, reason)
        alarm.drill = drill
        _learn(alarm, report, about)
        note(session, alarm, EventKind.RAISED, urgency=urgency.value, reason=reason)
        advance(session, alarm, settings)
        return alarm
    _learn(alarm, report, about)
    _take_from_barred(session, alarm)
    rose = urgency.rank > Urgency(alarm.urgency).rank
    if rose and alarm.state is AlarmState.PAGING:
        _be_less_patient(session, alarm, urgency, settings)
    if rose or anew:
        alarm.urgency, alarm.reason = higher_of(urgency, Urgency(alarm.urgency)).value, reason
    if alarm.state is AlarmState.WAITING or (alarm.state is AlarmState.ACKNOWLEDGED and (rose or anew)):
        note(session, alarm, EventKind.ROSE, urgency=alarm.urgency, reason=reason)
        end_hand_overs(session, alarm)
        start_over(alarm)
        advance(session, alarm, settings, also=owner_of(alarm))  # who knows the case hears of it, on call or not
    return alarm


def _be_less_patient(session: Session, alarm: Alarm, urgency: Urgency, settings: Settings) -> None:
    """A step that waits for as long as a lower urgency allows, waits as long as this one does, from when it began."""
    if 0 < alarm.step_no < LAST_RESORT_STEP:
        policy = policy_of(session, alarm, settings)
        sooner = policy.wait_of(Urgency(alarm.urgency)) - policy.wait_of(urgency)
        alarm.next_action_at -= max(sooner, timedelta(0))
        wake(session, "alarms")


def learn_about(session: Session, report: Report, about: Iterable[str] = ()) -> None:
    """More became known of a case whose alarm is open: from the next step on it counts for who is woken."""
    alarm = find_open_alarm(session, report.id)
    if alarm is not None:
        _learn(alarm, report, about)
        _take_from_barred(session, alarm)


def _take_from_barred(session: Session, alarm: Alarm) -> None:
    """Whoever holds what they may not hold, as is known only now, holds it no more: it is paged for again at once."""
    if alarm.state is AlarmState.ACKNOWLEDGED and not all(may_take(session, alarm, each) for each in owner_of(alarm)):
        note(session, alarm, EventKind.LAPSED, staff_id=alarm.owner_id)
        end_hand_overs(session, alarm)
        start_over(alarm)
        alarm.next_action_at = database_now(session)
        wake(session, "alarms")


def _learn(alarm: Alarm, report: Report, about: Iterable[str]) -> None:
    official = {OFFICIAL} if report.official_named_at is not None else set()
    alarm.about = sorted({*alarm.about, *report.urgency_reasons, *about, *official})


def wait_for_danger_answer(session: Session, report: Report, settings: Settings) -> None:
    """The danger question was asked about something nobody could read: without an answer in time it pages."""
    if find_open_alarm(session, report.id) is None:
        alarm = _new_alarm(session, report, Urgency.URGENT, "no_answer_to_danger_question")
        alarm.state = AlarmState.WAITING
        alarm.next_action_at = database_now(session) + settings.unanswered_danger_question
        _learn(alarm, report, ())
        note(session, alarm, EventKind.RAISED, urgency=alarm.urgency, reason=alarm.reason)


def stand_down(session: Session, report: Report) -> None:
    """The danger question was answered with no, and nobody had been paged: nobody will be. The report stays."""
    alarm = find_open_alarm(session, report.id)
    if alarm is not None and alarm.state is AlarmState.WAITING:
        alarm.state = AlarmState.STOOD_DOWN
        note(session, alarm, EventKind.STOOD_DOWN)


def _new_alarm(session: Session, report: Report, urgency: Urgency, reason: str) -> Alarm:
    last_epoch = session.scalar(select(func.max(Alarm.epoch)).where(Alarm.report_id == report.id)) or 0
    alarm = Alarm(
        report_id=report.id,
        epoch=last_epoch + 1,
        state=AlarmState.PAGING,
        urgency=urgency.value,
        reason=reason,
        step_no=0,
        loop_no=0,
        next_action_at=database_now(session),
        policy_id=newest_id(session),
        about=[],
        drill=False,
    )
    session.add(alarm)
    session.flush()
    return alarm


def close_alarms(session: Session, report_id: int) -> None:
    """A named human closed the report: its alarm ends, and every page, call and hand-over of it with it."""
    alarm = find_open_alarm(session, report_id)
    if alarm is not None:
        alarm.state, alarm.closed_at = AlarmState.CLOSED, database_now(session)
        end_calls(session, alarm)
        end_hand_overs(session, alarm)
        cancel_pages(session, Page.alarm_id == alarm.id)
        note(session, alarm, EventKind.CLOSED)
