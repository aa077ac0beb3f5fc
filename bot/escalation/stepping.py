"""Moves an alarm to its next step. Timers are rows and the clock is the database's; nothing is sent from here, pages
are written to the outbox in the transaction that decides them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.database.session import database_now, wake
from bot.database.states import AlarmState
from bot.database.tables import Alarm
from bot.escalation.exhausting import exhausted
from bot.escalation.history import EventKind, note
from bot.escalation.page_writing import write_page
from bot.escalation.policy import Plan, Policy, Position, next_plan
from bot.escalation.policy_store import policy_of
from bot.escalation.team import Team, team_for
from bot.reports.urgency import Urgency
from bot.settings import Settings


def start_over(alarm: Alarm) -> None:
    """From the first step again, in a loop of its own: each place is paged once."""
    alarm.state = AlarmState.PAGING
    alarm.exhausted_at = None
    if alarm.step_no > 0:
        alarm.step_no, alarm.loop_no = 0, alarm.loop_no + 1


def owner_of(alarm: Alarm) -> tuple[int, ...]:
    """Who holds it, or held it last; nobody for one that was never taken."""
    return () if alarm.owner_id is None else (alarm.owner_id,)


def advance(session: Session, alarm: Alarm, settings: Settings, *, also: Collection[int] = ()) -> int:
    """Page the next step that has anybody, and set when to look again. `also` are staff who are woken in any case.
    Returns how many people are paged."""
    now, team = database_now(session), team_for(session, alarm)
    plan = _plan(alarm, team, policy_of(session, alarm, settings))
    woken = {person.staff_id for person in plan.targets}
    targets = plan.targets + tuple(each for each in team.by_name(also) if each.staff_id not in woken)
    alarm.step_no, alarm.loop_no = plan.position.step_no, plan.position.loop_no
    alarm.next_action_at = now + plan.wait
    kind = EventKind.NOBODY if not targets else EventKind.EXHAUSTED if plan.exhausted else EventKind.STEP
    note(session, alarm, kind, step=alarm.step_no, loop=alarm.loop_no)
    for person in targets:
        write_page(session, alarm, person)
    if plan.exhausted:
        exhausted(session, alarm)
    wake(session, "alarms")
    return len(targets)


def _plan(alarm: Alarm, team: Team, policy: Policy) -> Plan:
    plan = next_plan(
        Position(step_no=alarm.step_no, loop_no=alarm.loop_no),
        team.on_call,
        team.by_name(policy.last_resort) or team.anybody,
        loops=policy.loops,
        step_timeout=policy.wait_of(Urgency(alarm.urgency)),
    )
    return plan if plan.exhausted else replace(plan, targets=team.of_step(plan.position.step_no))
