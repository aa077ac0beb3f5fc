"""A responder takes an alarm: one conditional update decides between two at once, and the loser learns who won."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from bot.database.session import database_now
from bot.database.states import AlarmState, Author, OutboxState
from bot.database.tables import Alarm, Conversation, OutboxMessage, Page, Report, Staff, StaffContact
from bot.messages.outbox import say_template, tell_responder
from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class AckOutcome:
    """What became of an acknowledgement: taken, or by whom and how long ago it had been taken before."""

    taken: bool
    by_name: str
    ago: timedelta


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
    carrier = aliased(OutboxMessage)  # the page that named the case, where it was not a page of its own
    others = session.execute(
        select(StaffContact.id, StaffContact.channel)
        .join(Page, Page.contact_id == StaffContact.id)
        .join(OutboxMessage, OutboxMessage.page_id == Page.id)
        .where(Page.alarm_id == alarm.id, Page.epoch == alarm.epoch, Page.staff_id != alarm.owner_id)
        .outerjoin(carrier, carrier.id == OutboxMessage.bundled_into)
        .where(func.coalesce(carrier.state, OutboxMessage.state).in_([OutboxState.SENT, OutboxState.DELIVERED]))
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
