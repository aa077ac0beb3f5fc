"""Pages as rows, written and cancelled in the transaction that decides it. Nothing is sent from here."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.database.states import OutboxState
from bot.database.tables import Alarm, OutboxMessage, Page, ResponderCall
from bot.escalation.roster import OnCall, Way
from bot.messages.outbox import FIRST_PAGE, REPEATED_PAGE, tell_responder
from bot.messages.outbox_claims import MAY_HAVE_LEFT

BESIDE_THE_STEPS = 2000  # the step of pages that belong to none: somebody was asked by name
_ON_THE_PHONE = (OutboxState.SENT, OutboxState.DELIVERED)


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
    priority = REPEATED_PAGE if _somebody_was_told(session, alarm) else FIRST_PAGE
    _queue(session, page, person.way, template="page", priority=priority)


def _somebody_was_told(session: Session, alarm: Alarm) -> bool:
    """Whether any page of this alarm left, since somebody held it last, and was not reported lost: only then is the
    next one a page again. What nobody can have seen is as urgent as at the first moment; so is what rose, or was let
    go, after it had been taken."""
    told = (
        select(OutboxMessage.id)
        .join(Page, Page.id == OutboxMessage.page_id)
        .where(Page.alarm_id == alarm.id, of_the_steps(), lies_on_a_phone())
    )
    if alarm.acknowledged_at is not None:
        told = told.where(Page.created_at > alarm.acknowledged_at)
    return session.scalar(told.limit(1)) is not None


def write_page_by_name(
    session: Session, alarm: Alarm, way: Way, *, call_id: int | None = None, hand_over_id: int | None = None
) -> None:
    """One page to somebody who is asked for by name: to come, or to take the case over. Every try is a loop of its own,
    so that the unique key holds."""
    last = select(func.max(Page.loop_no)).where(Page.alarm_id == alarm.id, Page.step_no == BESIDE_THE_STEPS)
    page = Page(
        alarm_id=alarm.id,
        epoch=alarm.epoch,
        step_no=BESIDE_THE_STEPS,
        loop_no=(session.scalar(last) or 0) + 1,
        staff_id=way.staff_id,
        contact_id=way.contact_id,
        call_id=call_id,
        hand_over_id=hand_over_id,
    )
    _queue(session, page, way, template="page_call" if call_id else "page_hand_over", priority=REPEATED_PAGE)


def _queue(session: Session, page: Page, way: Way, *, template: str, priority: int) -> None:
    session.add(page)
    session.flush()
    tell_responder(
        session,
        key=f"page:{page.id}",
        channel=way.channel,
        contact_id=way.contact_id,
        template=template,
        arguments={},
        priority=priority,
        page_id=page.id,
    )


def of_the_steps() -> ColumnElement[bool]:
    """Pages of the policy, which one acknowledgement ends for all."""
    return and_(Page.call_id.is_(None), Page.hand_over_id.is_(None))


def cancel_pages(session: Session, *which: ColumnElement[bool]) -> None:
    """Those that nobody has begun to send. What is on the wire right now is looked at when it comes back."""
    pages = select(Page.id).where(*which)
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.page_id.in_(pages), OutboxMessage.state == OutboxState.PENDING)
        .values(state=OutboxState.CANCELLED)
        .execution_options(synchronize_session=False)
    )


def lies_on_a_phone() -> ColumnElement[bool]:
    """Of an outbox row: it was handed over, by itself or named in the page that carried it."""
    return or_(OutboxMessage.state.in_(_ON_THE_PHONE), _carried_by(_ON_THE_PHONE))


def may_still_be_seen() -> ColumnElement[bool]:
    """Of an outbox row: it is on a phone, or on its way to one, and did not fail on that way so far."""
    alive = (OutboxState.SENDING, *_ON_THE_PHONE)
    did_not_fail = or_(OutboxMessage.error_kind.is_(None), OutboxMessage.error_kind == MAY_HAVE_LEFT)
    waits = and_(OutboxMessage.state == OutboxState.PENDING, did_not_fail)
    return or_(OutboxMessage.state.in_(alive), waits, _carried_by(alive))


def _carried_by(states: tuple[OutboxState, ...]) -> ColumnElement[bool]:
    carrier = aliased(OutboxMessage)
    return and_(
        OutboxMessage.state == OutboxState.BUNDLED,
        select(carrier.id).where(carrier.id == OutboxMessage.bundled_into, carrier.state.in_(states)).exists(),
    )


def uses_of_ways(session: Session, call: ResponderCall) -> dict[int, int]:
    """How often each way was tried for a call."""
    rows = select(Page.contact_id, func.count()).where(Page.call_id == call.id).group_by(Page.contact_id)
    return {row[0]: row[1] for row in session.execute(rows)}
