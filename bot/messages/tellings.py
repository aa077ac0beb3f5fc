"""Who took what, told to the others who were paged: the first at once, the next ones together. In a storm a responder
who clears a hundred cases would else make a hundred sounds on every other telephone."""

from __future__ import annotations

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import OutboxState
from bot.database.tables import OutboxMessage, StaffContact
from bot.messages.paging_limits import TELLINGS_APART

TAKEN_BY_OTHER = "taken_by_other"


def telling_verdict(session: Session, row: OutboxMessage) -> OutboxState | None:
    """What becomes of a status that is due: SENDING, with those of its kind for the same telephone BUNDLED into it;
    PENDING for later; None while another sender looks at the same telephone."""
    if row.template != TAKEN_BY_OTHER or row.staff_contact_id is None:
        return OutboxState.SENDING
    contact = select(StaffContact.id).where(StaffContact.id == row.staff_contact_id)
    if session.scalar(contact.with_for_update(key_share=True, skip_locked=True)) is None:
        return None
    kind = and_(
        OutboxMessage.staff_contact_id == row.staff_contact_id,
        OutboxMessage.template == TAKEN_BY_OTHER,
        OutboxMessage.id != row.id,
    )
    last = session.scalar(select(func.max(OutboxMessage.sent_at)).where(kind))
    now = database_now(session)
    if last is not None and (later := min(last, row.created_at) + TELLINGS_APART) > now:
        row.due_at = later
        return OutboxState.PENDING
    waiting = session.scalars(
        select(OutboxMessage.id)
        .where(kind, OutboxMessage.state == OutboxState.PENDING)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(waiting))
        .values(state=OutboxState.BUNDLED, bundled_into=row.id)
    )
    return OutboxState.SENDING


def told_with(session: Session, row: OutboxMessage) -> list[int]:
    """The numbers of all cases this status tells of."""
    bundled = select(OutboxMessage).where(
        OutboxMessage.bundled_into == row.id, OutboxMessage.state == OutboxState.BUNDLED
    )
    rows = [row, *session.scalars(bundled)] if row.template == TAKEN_BY_OTHER else [row]
    return [int((each.arguments or {}).get("number", 0)) for each in rows]
