"""Moves an alarm to its next step. Timers are rows and the clock is the database's; nothing is sent from here, pages
are written to the outbox in the transaction that decides them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.session import database_now, wake
from bot.database.states import AlarmState, Author
from bot.database.tables import Alarm, Conversation, Report
from bot.escalation.history import EventKind, note
from bot.escalation.needs import Needs
from bot.escalation.pages import write_page
from bot.escalation.policy import Plan, Policy, Position, next_plan
from bot.escalation.policy_store import policy_of
from bot.escalation.roster import everybody_reachable, to_wake, who_is_on_call
from bot.escalation.roster_store import load_roster, load_ways
from bot.messages.outbox import say_template
from bot.reports.urgency import Urgency
from bot.settings import Settings


def start_over(alarm: Alarm) -> None:
    """From the first step again, in a loop of its own: each place is paged once."""
    alarm.state = AlarmState.PAGING
    if alarm.step_no > 0:
        alarm.step_no, alarm.loop_no = 0, alarm.loop_no + 1


def advance(session: Session, alarm: Alarm, settings: Settings) -> None:
    """Page the next step that has anybody, and set when to look again."""
    now = database_now(session)
    plan = _plan(session, alarm, now, policy_of(session, alarm, settings))
    alarm.step_no, alarm.loop_no = plan.position.step_no, plan.position.loop_no
    alarm.next_action_at = now + plan.wait
    kind = EventKind.NOBODY if not plan.targets else EventKind.EXHAUSTED if plan.exhausted else EventKind.STEP
    note(session, alarm, kind, step=alarm.step_no, loop=alarm.loop_no)
    for person in plan.targets:
        write_page(session, alarm, person)
    if plan.exhausted and alarm.exhausted_at is None:
        alarm.exhausted_at = now
        _tell_the_truth(session, alarm)
    wake(session, "alarms")


def _plan(session: Session, alarm: Alarm, now: datetime, policy: Policy) -> Plan:
    """The policy is that of the alarm, the people are those of this moment (rule 11)."""
    roster, ways, needs = load_roster(session), load_ways(session), needs_of(session, alarm)
    on_call = who_is_on_call(now, roster, ways, needs)
    resort = everybody_reachable(roster, ways, needs)
    plan = next_plan(
        Position(step_no=alarm.step_no, loop_no=alarm.loop_no),
        on_call,
        [each for each in resort if each.staff_id in policy.last_resort] or resort,
        loops=policy.loops,
        step_timeout=policy.wait_of(Urgency(alarm.urgency)),
    )
    if plan.exhausted:
        return plan
    return replace(plan, targets=to_wake(plan.position.step_no, on_call, roster, needs))


def _tell_the_truth(session: Session, alarm: Alarm) -> None:
    """Everybody was tried: the reporter is told that nobody has read it yet."""
    conversation = session.scalars(
        select(Conversation).join(Report, Report.conversation_id == Conversation.id).where(Report.id == alarm.report_id)
    ).one()
    if conversation.wipe_asked_at is None:
        key = f"nobody-yet:{alarm.id}"
        say_template(session, conversation, "utter_nobody_yet", key=key, author=Author.SYSTEM)


def needs_of(session: Session, alarm: Alarm) -> Needs:
    """What the alarm asks of who takes it, as far as it is known by now."""
    language = session.scalar(select(Report.language).where(Report.id == alarm.report_id))
    return Needs(language=language, about=frozenset({alarm.reason, *alarm.about}))
