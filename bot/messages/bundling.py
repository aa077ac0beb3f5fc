"""Pages to one telephone are one page where they can be. Whoever claims a page looks, in the same transaction, at all
that waits for that telephone: what is still wanted goes with it (BUNDLED), what is not is cancelled, and what would
come too soon after the last page waits. A bundled page stands or falls with the page that names its case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import AlarmState, CallState, HandOverState, OutboxState
from bot.database.tables import Alarm, HandOver, OutboxMessage, Page, ResponderCall, Staff, StaffContact
from bot.messages.paging_limits import may_leave_at
from bot.messages.priorities import BUNDLE, FIRST_PAGE

PAGE = "page"  # the template of what may stand beside others


def wanted_pages(page_ids: Collection[int]) -> Select[int]:
    """Those of these pages that somebody should still see. A page is wanted while its alarm is paged for, one that was
    asked for by name until that person answers, one that asks to take over until it is decided; and none for somebody
    whose account is disabled."""
    by_step = and_(Page.call_id.is_(None), Page.hand_over_id.is_(None), Alarm.state == AlarmState.PAGING)
    by_name = ResponderCall.state == CallState.PAGING
    to_take_over = HandOver.state == HandOverState.ASKED
    return (
        select(Page.id)
        .join(Alarm, and_(Alarm.id == Page.alarm_id, Alarm.epoch == Page.epoch))
        .join(Staff, and_(Staff.id == Page.staff_id, Staff.active))
        .outerjoin(ResponderCall, ResponderCall.id == Page.call_id)
        .outerjoin(HandOver, HandOver.id == Page.hand_over_id)
        .where(Page.id.in_(page_ids), or_(by_step, by_name, to_take_over))
    )


def page_verdict(session: Session, row: OutboxMessage, *, lease: timedelta) -> OutboxState | None:
    """What becomes of a page that is due: SENDING, with everything else that waits for this telephone BUNDLED into it;
    PENDING with a later time; CANCELLED; None while another sender looks at the same telephone."""
    assert row.page_id is not None
    if session.scalar(wanted_pages([row.page_id])) is None:
        return OutboxState.CANCELLED
    if row.staff_contact_id is None or row.template != PAGE:
        return OutboxState.SENDING  # who is asked for by name is asked in a page of its own
    if not _lock(session, row.staff_contact_id):
        return None
    now, last = database_now(session), _last_left_at(session, row, lease)
    if _earliest(row, last) > now:
        for each in (row, *_waiting(session, row)):
            if each.due_at <= now < (later := _earliest(each, last)):
                each.due_at = later
                each.priority = each.priority if each.priority == FIRST_PAGE else BUNDLE
        return OutboxState.PENDING
    _bundle(session, row, _waiting(session, row))
    return OutboxState.SENDING


def _lock(session: Session, contact_id: int) -> bool:
    """One sender at a time looks at a telephone; nobody waits for it, they go on to the next one."""
    wanted = select(StaffContact.id).where(StaffContact.id == contact_id)
    return session.scalar(wanted.with_for_update(key_share=True, skip_locked=True)) is not None


def _last_left_at(session: Session, row: OutboxMessage, lease: timedelta) -> datetime | None:
    """When the last page left for this telephone; one that is on its way left when it was leased."""
    pages = and_(
        OutboxMessage.staff_contact_id == row.staff_contact_id,
        OutboxMessage.page_id.is_not(None),
        OutboxMessage.id != row.id,
    )
    sent = select(func.max(OutboxMessage.sent_at)).where(pages, OutboxMessage.sent_at.is_not(None))
    sending = select(func.max(OutboxMessage.lease_until)).where(pages, OutboxMessage.state == OutboxState.SENDING)
    left = [session.scalar(sent), until - lease if (until := session.scalar(sending)) is not None else None]
    return max((each for each in left if each is not None), default=None)


def _earliest(row: OutboxMessage, last_left_at: datetime | None) -> datetime:
    return may_leave_at(first=row.priority == FIRST_PAGE, written_at=row.created_at, last_left_at=last_left_at)


def _waiting(session: Session, row: OutboxMessage) -> list[OutboxMessage]:
    """The other pages for this telephone: those that are due, every first one, whatever it waits for, and as soon as
    one page again leaves, all that wait with it: else each would come on its own when its own half minute is over."""
    due = or_(OutboxMessage.due_at <= func.now(), OutboxMessage.priority.in_([FIRST_PAGE, BUNDLE]))
    found = list(
        session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.staff_contact_id == row.staff_contact_id, OutboxMessage.id != row.id)
            .where(OutboxMessage.template == PAGE, OutboxMessage.state == OutboxState.PENDING, due)
            .order_by(OutboxMessage.id)
            .with_for_update(key_share=True, skip_locked=True)
        )
    )
    now = database_now(session)
    if any(each.priority != FIRST_PAGE and each.due_at <= now for each in (row, *found)):
        return found
    return [each for each in found if each.priority == FIRST_PAGE]


def _bundle(session: Session, row: OutboxMessage, waiting: list[OutboxMessage]) -> None:
    pages = [each.page_id for each in waiting if each.page_id is not None]
    wanted = set(session.scalars(wanted_pages(pages))) if pages else set()
    together = [each.id for each in waiting if each.page_id in wanted]
    over = [each.id for each in waiting if each.page_id not in wanted]
    _set(session, together, state=OutboxState.BUNDLED, bundled_into=row.id)
    _set(session, over, state=OutboxState.CANCELLED)


def _set(session: Session, ids: Collection[int], **values: object) -> None:
    if ids:
        session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(**values))


def put_back(session: Session, carrier_ids: Collection[int], *, due_at: datetime, error_kind: str | None) -> None:
    """The page that named them did not leave, or may not have: they wait on their own again. What they have in common
    with it is why: whoever reads it next is told that it may be a repeat."""
    back = {"state": OutboxState.PENDING, "bundled_into": None, "due_at": due_at, "error_kind": error_kind}
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.bundled_into.in_(carrier_ids), OutboxMessage.state == OutboxState.BUNDLED)
        .values(**back)
    )


def fail_bundled(session: Session, carrier_id: int, *, error_kind: str) -> None:
    """The page that named them will never arrive, and so will none of them."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.bundled_into == carrier_id, OutboxMessage.state == OutboxState.BUNDLED)
        .values(state=OutboxState.FAILED, error_kind=error_kind)
    )


def drop_unwanted(session: Session, carrier_id: int) -> None:
    """Somebody took these cases since they were bundled: the page does not name them."""
    bundled = session.execute(
        select(OutboxMessage.page_id, OutboxMessage.id).where(
            OutboxMessage.bundled_into == carrier_id, OutboxMessage.state == OutboxState.BUNDLED
        )
    ).all()
    pages = [page_id for page_id, _ in bundled if page_id is not None]
    wanted = set(session.scalars(wanted_pages(pages))) if pages else set()
    _set(session, [row_id for page_id, row_id in bundled if page_id not in wanted], state=OutboxState.CANCELLED)


def pages_named_in(session: Session, row: OutboxMessage) -> list[int]:
    """The pages that leave with this row: its own, and those bundled into it. In the order of their alarms, so that
    two who lock those never wait for each other."""
    if row.page_id is None:
        return []
    named = or_(
        OutboxMessage.id == row.id,
        and_(OutboxMessage.bundled_into == row.id, OutboxMessage.state == OutboxState.BUNDLED),
    )
    return list(
        session.scalars(
            select(Page.id)
            .join(OutboxMessage, OutboxMessage.page_id == Page.id)
            .where(named)
            .order_by(Page.alarm_id, Page.id)
        )
    )


def patience_of(session: Session, row: OutboxMessage) -> timedelta | None:
    """How long the pages of this row may still wait before one of their alarms moves on; None when none is wanted."""
    next_at: datetime | None = session.scalar(
        select(func.min(func.coalesce(ResponderCall.next_action_at, Alarm.next_action_at)))
        .select_from(Page)
        .join(Alarm, Alarm.id == Page.alarm_id)
        .outerjoin(ResponderCall, ResponderCall.id == Page.call_id)
        .where(Page.id.in_(wanted_pages(pages_named_in(session, row))))
    )
    return None if next_at is None else max(next_at - database_now(session), timedelta(0))
