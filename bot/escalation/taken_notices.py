"""Those on whose phones a page of an alarm lies are told who took it (rule 4)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.tables import Alarm, AlarmEvent, OutboxMessage, Page, StaffContact
from bot.escalation.history import EventKind
from bot.escalation.page_writing import lies_on_a_phone, of_the_steps
from bot.escalation.telling import number_of
from bot.messages.outbox import tell_responder


def tell_that_it_was_taken(session: Session, alarm: Alarm, *, page_id: int | None = None) -> None:
    """Everybody but the owner, once each time it is taken; `page_id` when only its phone is asked about. Who was asked
    by name is not told: they are still wanted."""
    phones = (
        select(StaffContact.id, StaffContact.channel)
        .join(Page, Page.contact_id == StaffContact.id)
        .join(OutboxMessage, OutboxMessage.page_id == Page.id)
        .where(Page.alarm_id == alarm.id, Page.staff_id != alarm.owner_id, of_the_steps(), lies_on_a_phone())
        .distinct()
    )
    if page_id is not None:
        phones = phones.where(Page.id == page_id)
    times_taken = session.scalar(
        select(func.count()).where(AlarmEvent.alarm_id == alarm.id, AlarmEvent.kind == EventKind.ACKNOWLEDGED.value)
    )
    for contact_id, channel in session.execute(phones).all():
        tell_responder(
            session,
            key=f"taken:{alarm.id}:{times_taken}:{contact_id}",
            channel=channel,
            contact_id=contact_id,
            template="taken_by_other",
            arguments={"number": number_of(session, alarm), "staff_id": alarm.owner_id},
        )
