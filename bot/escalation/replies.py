"""What a responder sends from the phone: "ACK 198 4F7K", "198 4F7K 2", or a tapped button. An SMS sender can be
forged, so each carries the code of the page it answers: its alarm, its epoch, the step it was written for, and nobody
else's. From a phone only numbered ready answers can be sent."""

from __future__ import annotations

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.states import AlarmState, Author
from bot.database.tables import Alarm, AuditEntry, Page, Report, StaffContact
from bot.errors import SealingError
from bot.escalation.leases import ANSWERED, extend_lease
from bot.escalation.ownership import take_over
from bot.escalation.reply_words import ResponderReply as ResponderReply
from bot.escalation.reply_words import parse_reply as parse_reply
from bot.escalation.wishes import ReplyOutcome as ReplyOutcome
from bot.escalation.wishes import Wish, carry_out, lock_alarm, lock_conversation_of
from bot.messages.outbox import say_template
from bot.privacy.sealing import ServiceKeys
from bot.reports.report_store import lock_conversation
from bot.settings import Settings

READY_ANSWERS = (1, 2, 3)
_MAX_WRONG_CODES = 5


def apply_reply(
    session: Session, reply: ResponderReply, contact: StaffContact, *, keys: ServiceKeys, settings: Settings
) -> ReplyOutcome:
    """Carry out what a known responder sent. Wrong codes are counted per page, and a page takes five at most."""
    page = _page_for(session, reply, contact, keys)
    if page is None:
        return ReplyOutcome(template="code_not_valid", arguments={"number": reply.number})
    if reply.ready is not None:
        return _ready_answer(session, reply, page)
    if page.hand_over_id is not None:
        lock_conversation_of(session, page.alarm_id)
    wish = Wish(
        session=session,
        number=reply.number,
        who=page.staff_id,
        alarm=lock_alarm(session, page.alarm_id),
        settings=settings,
        page=page,
        name=reply.name,
    )
    return carry_out(reply.word, wish)


def _page_for(session: Session, reply: ResponderReply, contact: StaffContact, keys: ServiceKeys) -> Page | None:
    pages = session.scalars(
        select(Page)
        .join(Alarm, Alarm.id == Page.alarm_id)
        .join(Report, Report.id == Alarm.report_id)
        .where(Report.number == reply.number, Page.staff_id == contact.staff_id)
        .order_by(Page.id.desc())
        .limit(20)
        .with_for_update(of=Page, key_share=True)
    ).all()
    for page in pages:
        right = hmac.compare_digest(keys.page_code(page.id).encode(), reply.code.encode())
        if right and page.wrong_codes < _MAX_WRONG_CODES:
            return page
    for page in pages:
        page.wrong_codes += 1
    return None


def _ready_answer(session: Session, reply: ResponderReply, page: Page) -> ReplyOutcome:
    """Only who holds the acknowledged alarm may speak, and only with a numbered answer."""
    if reply.ready not in READY_ANSWERS:
        return ReplyOutcome(template="code_not_valid", arguments={"number": reply.number})
    alarm = session.scalars(select(Alarm).where(Alarm.id == page.alarm_id)).one()
    if alarm.state is not AlarmState.ACKNOWLEDGED or alarm.owner_id != page.staff_id or alarm.epoch != page.epoch:
        return ReplyOutcome(template="take_it_first", arguments={"number": reply.number})
    report = session.scalars(select(Report).where(Report.id == alarm.report_id)).one()
    send_ready_answer(session, report, staff_id=page.staff_id, which=reply.ready, key=f"ready:{page.id}:{reply.ready}")
    return ReplyOutcome(template="answer_queued", arguments={"number": reply.number, "ready": reply.ready})


def send_ready_answer(session: Session, report: Report, *, staff_id: int, which: int, key: str) -> None:
    """Queue a numbered answer as a person's words, and take the conversation over. SealingError once it was wiped."""
    conversation = lock_conversation(session, report.conversation_id)
    if conversation.wipe_asked_at is not None:
        raise SealingError("the reporter erased this conversation")
    take_over(session, conversation, report, staff_id=staff_id)
    template = f"utter_ready_answer_{which}"
    say_template(session, conversation, template, key=key, author=Author.STAFF, author_id=staff_id)
    extend_lease(session, report, staff_id=staff_id, by=ANSWERED)
    session.add(AuditEntry(staff_id=staff_id, action="answered", report_id=report.id, detail=f"ready_{which}"))
