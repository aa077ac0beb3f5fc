"""Pages as rows: written in the transaction that decides them, and what follows when one left or never will."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.database.session import database_now, wake
from bot.database.states import AlarmState, OutboxState
from bot.database.tables import Alarm, OutboxMessage, Page
from bot.escalation.policy import LAST_RESORT_STEP, NOBODY_PAUSE
from bot.escalation.roster import OnCall
from bot.escalation.roster_store import load_ways
from bot.messages.outbox import FIRST_PAGE, REPEATED_PAGE, tell_responder


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
        priority=REPEATED_PAGE if _somebody_was_told(session, alarm) else FIRST_PAGE,
        page_id=page.id,
    )


def _somebody_was_told(session: Session, alarm: Alarm) -> bool:
    """Whether any page of this epoch left and was not reported lost: only then is the next one a page again. What
    nobody can have seen is as urgent as on the first day."""
    carrier = aliased(OutboxMessage)
    left = (OutboxState.SENT, OutboxState.DELIVERED)
    told = (
        select(OutboxMessage.id)
        .join(Page, Page.id == OutboxMessage.page_id)
        .outerjoin(carrier, carrier.id == OutboxMessage.bundled_into)
        .where(Page.alarm_id == alarm.id, Page.epoch == alarm.epoch)
        .where(
            or_(
                OutboxMessage.state.in_(left), and_(OutboxMessage.state == OutboxState.BUNDLED, carrier.state.in_(left))
            )
        )
    )
    return session.scalar(told.limit(1)) is not None


def pages_left(session: Session, page_ids: Collection[int]) -> None:
    """A provider took these pages: note the first one of each alarm. The alarms are locked in order, because two
    telephones are often told of the same ones at once."""
    unpaged = (
        select(Alarm.id)
        .where(Alarm.id.in_(select(Page.alarm_id).where(Page.id.in_(page_ids))), Alarm.first_paged_at.is_(None))
        .order_by(Alarm.id)
        .with_for_update()
    )
    alarms = session.scalars(unpaged).all()
    session.execute(update(Alarm).where(Alarm.id.in_(alarms)).values(first_paged_at=func.now()))


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
                [
                    OutboxState.PENDING,
                    OutboxState.SENDING,
                    OutboxState.SENT,
                    OutboxState.DELIVERED,
                    OutboxState.BUNDLED,  # a lost page has none: they fail with it
                ]
            ),
        )
    )
    return session.scalar(alive.limit(1)) is not None
