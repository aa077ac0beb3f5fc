"""Alarms as rows: raised, moved to the next step, acknowledged, closed. Timers are rows and the clock is the
database's; nothing is sent from here, pages are written to the outbox in the transaction that decides them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.database.session import database_now, wake
from bot.database.states import AlarmState, Author, OutboxState
from bot.database.tables import Alarm, Conversation, InboxMessage, OutboxMessage, Page, Report, Staff, StaffContact
from bot.escalation.policy import LAST_RESORT_STEP, NOBODY_PAUSE, Position, next_plan
from bot.escalation.roster import OnCall, everybody_reachable, who_is_on_call
from bot.escalation.roster_store import load_shifts, load_ways
from bot.messages.outbox import FIRST_PAGE, REPEATED_PAGE, say_template, tell_responder
from bot.reports.report_store import raise_urgency
from bot.reports.urgency import Urgency, higher_of
from bot.settings import Settings

_OPEN_STATES = (AlarmState.WAITING, AlarmState.PAGING, AlarmState.ACKNOWLEDGED)
_SWEEP_LIMIT = 100


@dataclass(frozen=True, kw_only=True)
class AckOutcome:
    """What became of an acknowledgement: taken, or by whom and how long ago it had been taken before."""

    taken: bool
    by_name: str
    ago: timedelta


def find_open_alarm(session: Session, report_id: int) -> Alarm | None:
    """The alarm of a report that still needs a human, if any; locked."""
    return session.scalar(
        select(Alarm).where(Alarm.report_id == report_id, Alarm.state.in_(_OPEN_STATES)).with_for_update()
    )


def raise_alarm(
    session: Session, report: Report, urgency: Urgency, reason: str, settings: Settings, *, anew: bool = False
) -> Alarm:
    """Somebody must see this report now. Writes the first page in this transaction. An alarm that is already being
    paged goes on; one that is acknowledged starts over only when the urgency rose, or when it is to be heard `anew`:
    what happened is worse than what was known, although it is not more urgent."""
    alarm = find_open_alarm(session, report.id)
    if alarm is None:
        alarm = _new_alarm(session, report, urgency, reason)
        _advance(session, alarm, settings)
        return alarm
    rose = urgency.rank > Urgency(alarm.urgency).rank
    if rose or anew:
        alarm.urgency, alarm.reason = higher_of(urgency, Urgency(alarm.urgency)).value, reason
    if alarm.state is AlarmState.WAITING or (alarm.state is AlarmState.ACKNOWLEDGED and (rose or anew)):
        _start_over(alarm)
        _advance(session, alarm, settings)
    return alarm


def wait_for_danger_answer(session: Session, report: Report, settings: Settings) -> None:
    """The danger question was asked about something nobody could read: without an answer in time it pages."""
    if find_open_alarm(session, report.id) is None:
        alarm = _new_alarm(session, report, Urgency.URGENT, "no_answer_to_danger_question")
        alarm.state = AlarmState.WAITING
        alarm.next_action_at = database_now(session) + settings.unanswered_danger_question


def stand_down(session: Session, report: Report) -> None:
    """The danger question was answered with no, and nobody had been paged: nobody will be. The report stays."""
    alarm = find_open_alarm(session, report.id)
    if alarm is not None and alarm.state is AlarmState.WAITING:
        alarm.state = AlarmState.STOOD_DOWN


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
    )
    session.add(alarm)
    session.flush()
    return alarm


def _start_over(alarm: Alarm) -> None:
    alarm.state = AlarmState.PAGING
    if alarm.step_no > 0:
        alarm.step_no, alarm.loop_no = 0, alarm.loop_no + 1


def sweep(session: Session, settings: Settings) -> int:
    """Move every alarm whose time has come, one step each. Returns how many; call again while it is not zero. An alarm
    or a report that a turn is changing right now is left for the next sweep."""
    due = session.execute(
        select(Alarm, Report)
        .join(Report, Report.id == Alarm.report_id)
        .where(Alarm.state.in_(_OPEN_STATES), Alarm.next_action_at <= func.now())
        .order_by(Alarm.next_action_at)
        .limit(_SWEEP_LIMIT)
        .with_for_update(skip_locked=True)
    ).all()
    for alarm, report in due:
        if alarm.state is AlarmState.WAITING:
            raise_urgency(report, Urgency(alarm.urgency), [alarm.reason])
        elif alarm.state is AlarmState.ACKNOWLEDGED:
            lapses_at = _lapses_at(session, alarm, report, settings)
            if lapses_at > database_now(session):
                alarm.next_action_at = lapses_at
                continue
            _start_over(alarm)
        alarm.state = AlarmState.PAGING
        _advance(session, alarm, settings)
    return len(due)


def _lapses_at(session: Session, alarm: Alarm, report: Report, settings: Settings) -> datetime:
    """When an acknowledged alarm pages again: a lease after it was taken, and once its owner has answered, a lease
    after the oldest word of the reporter's that nobody has answered. While nothing waits, it does not lapse."""
    assert alarm.acknowledged_at is not None
    answered_at: datetime | None = session.scalar(
        select(func.max(OutboxMessage.created_at)).where(
            OutboxMessage.conversation_id == report.conversation_id,
            OutboxMessage.author == Author.STAFF,
            OutboxMessage.created_at >= alarm.acknowledged_at,
        )
    )
    if answered_at is None:
        return alarm.acknowledged_at + settings.acknowledgement_lease
    waits_since: datetime | None = session.scalar(
        select(func.min(InboxMessage.received_at)).where(
            InboxMessage.conversation_id == report.conversation_id, InboxMessage.received_at > answered_at
        )
    )
    return (waits_since or database_now(session)) + settings.acknowledgement_lease


def _advance(session: Session, alarm: Alarm, settings: Settings) -> None:
    """Page the next step that has anybody, and set when to look again."""
    now = database_now(session)
    ways = load_ways(session)
    plan = next_plan(
        Position(step_no=alarm.step_no, loop_no=alarm.loop_no),
        who_is_on_call(now, load_shifts(session), ways),
        everybody_reachable(ways),
        loops=settings.page_loops,
        step_timeout=settings.step_timeout,
    )
    alarm.step_no, alarm.loop_no = plan.position.step_no, plan.position.loop_no
    alarm.next_action_at = now + plan.wait
    for person in plan.targets:
        write_page(session, alarm, person)
    if plan.exhausted and alarm.exhausted_at is None:
        alarm.exhausted_at = now
        conversation = session.scalars(
            select(Conversation)
            .join(Report, Report.conversation_id == Conversation.id)
            .where(Report.id == alarm.report_id)
        ).one()
        if conversation.wipe_asked_at is None:
            key = f"nobody-yet:{alarm.id}"
            say_template(session, conversation, "utter_nobody_yet", key=key, author=Author.SYSTEM)
    wake(session, "alarms")


def write_page(session: Session, alarm: Alarm, person: OnCall) -> None:
    """One page to one responder: number, urgency and a code; what it says is rendered when it is sent."""
    page = Page(
        alarm_id=alarm.id,
        epoch=alarm.epoch,
        step_no=alarm.step_no,
        loop_no=alarm.loop_no,
        staff_id=person.staff_id,
        contact_id=person.way.contact_id,
    )
    session.add(page)
    session.flush()
    tell_responder(
        session,
        key=f"page:{page.id}",
        channel=person.way.channel,
        contact_id=person.way.contact_id,
        template="page",
        arguments={},
        priority=FIRST_PAGE if alarm.first_paged_at is None else REPEATED_PAGE,
        page_id=page.id,
    )


def page_left(session: Session, page_id: int) -> None:
    """A provider took a page: note the first one."""
    session.execute(
        update(Alarm)
        .where(Alarm.id == select(Page.alarm_id).where(Page.id == page_id).scalar_subquery())
        .where(Alarm.first_paged_at.is_(None))
        .values(first_paged_at=func.now())
    )


def page_undeliverable(session: Session, page_id: int) -> None:
    """A page will never arrive: that person's next way at once, and if there is none and nobody else of this step
    can still be reached, the next step at once."""
    page = session.scalars(select(Page).where(Page.id == page_id)).one()
    alarm = session.scalars(select(Alarm).where(Alarm.id == page.alarm_id).with_for_update()).one()
    if alarm.state is not AlarmState.PAGING or (alarm.epoch, alarm.step_no, alarm.loop_no) != (
        page.epoch,
        page.step_no,
        page.loop_no,
    ):
        return
    tried = set(
        session.scalars(
            select(Page.contact_id).where(
                Page.alarm_id == alarm.id, Page.step_no == page.step_no, Page.loop_no == page.loop_no
            )
        )
    )
    ways = [way for way in load_ways(session) if way.staff_id == page.staff_id and way.contact_id not in tried]
    if ways:
        way = min(ways, key=lambda each: each.rank)
        write_page(session, alarm, OnCall(staff_id=page.staff_id, step_no=page.step_no, way=way))
    elif not _somebody_may_still_see_it(session, alarm):
        # At the last resort there is no next step: going there at once, again and again, would only spin.
        pause = NOBODY_PAUSE if alarm.step_no >= LAST_RESORT_STEP else timedelta(0)
        alarm.next_action_at = database_now(session) + pause
        wake(session, "alarms")


def _somebody_may_still_see_it(session: Session, alarm: Alarm) -> bool:
    alive = (
        select(OutboxMessage.id)
        .join(Page, Page.id == OutboxMessage.page_id)
        .where(
            Page.alarm_id == alarm.id,
            Page.epoch == alarm.epoch,
            Page.step_no == alarm.step_no,
            Page.loop_no == alarm.loop_no,
            OutboxMessage.state.in_(
                [OutboxState.PENDING, OutboxState.SENDING, OutboxState.SENT, OutboxState.DELIVERED]
            ),
        )
    )
    return session.scalar(alive.limit(1)) is not None


def acknowledge(
    session: Session, number: int, *, staff_id: int, settings: Settings, epoch: int | None = None
) -> AckOutcome | None:
    """A responder takes the alarm of report `number`. One conditional update decides between two at once. None when
    the report has no such alarm, or `epoch` (of an old page) is over: a late tap re-opens nothing."""
    report = session.scalar(select(Report).where(Report.number == number))
    if report is None:
        return None
    current = select(func.max(Alarm.epoch)).where(Alarm.report_id == report.id).scalar_subquery()
    wanted = Alarm.epoch == (current if epoch is None else epoch)
    won = session.scalar(
        update(Alarm)
        .where(Alarm.report_id == report.id, wanted, Alarm.epoch == current)
        .where(Alarm.state.in_([AlarmState.PAGING, AlarmState.WAITING]))
        .values(
            state=AlarmState.ACKNOWLEDGED,
            owner_id=staff_id,
            acknowledged_at=func.now(),
            next_action_at=func.now() + settings.acknowledgement_lease,
        )
        .returning(Alarm.id)
    )
    alarm = session.scalar(
        select(Alarm).where(Alarm.report_id == report.id, wanted).execution_options(populate_existing=True)
    )
    if alarm is None or alarm.owner_id is None or alarm.acknowledged_at is None:
        return None
    name = session.scalars(select(Staff.name).where(Staff.id == alarm.owner_id)).one()
    if won is not None:
        _after_acknowledgement(session, report, alarm)
    elif alarm.state is not AlarmState.ACKNOWLEDGED:
        return None
    ago = database_now(session) - alarm.acknowledged_at
    return AckOutcome(taken=won is not None, by_name=name, ago=ago)


def _after_acknowledgement(session: Session, report: Report, alarm: Alarm) -> None:
    """Pages not yet sent are no longer wanted, others who were paged are told, the reporter may read the truth."""
    pages = select(Page.id).where(Page.alarm_id == alarm.id)
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.page_id.in_(pages), OutboxMessage.state == OutboxState.PENDING)
        .values(state=OutboxState.CANCELLED)
    )
    _tell_others(session, report, alarm)
    conversation = session.scalars(select(Conversation).where(Conversation.id == report.conversation_id)).one()
    if conversation.wipe_asked_at is None:
        key = f"reached:{alarm.id}"
        say_template(session, conversation, "utter_person_reached", key=key, author=Author.SYSTEM)


def _tell_others(session: Session, report: Report, alarm: Alarm) -> None:
    others = session.execute(
        select(StaffContact.id, StaffContact.channel)
        .join(Page, Page.contact_id == StaffContact.id)
        .join(OutboxMessage, OutboxMessage.page_id == Page.id)
        .where(Page.alarm_id == alarm.id, Page.epoch == alarm.epoch, Page.staff_id != alarm.owner_id)
        .where(OutboxMessage.state.in_([OutboxState.SENT, OutboxState.DELIVERED]))
        .distinct()
    )
    for contact_id, channel in others:
        tell_responder(
            session,
            key=f"taken:{alarm.id}:{alarm.loop_no}:{contact_id}",
            channel=channel,
            contact_id=contact_id,
            template="taken_by_other",
            arguments={"number": report.number, "staff_id": alarm.owner_id},
        )


def close_alarms(session: Session, report_id: int) -> None:
    """A named human closed the report: its alarm ends, whatever is still to be paged is cancelled."""
    session.execute(
        update(Alarm)
        .where(Alarm.report_id == report_id, Alarm.state.in_(_OPEN_STATES))
        .values(state=AlarmState.CLOSED, closed_at=func.now())
    )
