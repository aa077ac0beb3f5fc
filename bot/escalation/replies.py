"""What a responder sends from the phone: "ACK 198 4F7K", "198 4F7K 2", or a tapped button. An SMS sender can be
forged, so each carries the code of the page it answers: its alarm, its epoch, the step it was written for, and nobody
else's. From a phone only numbered ready answers can be sent."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.states import AlarmState, Author
from bot.database.tables import Alarm, AuditEntry, Conversation, Page, Report, StaffContact
from bot.errors import SealingError
from bot.escalation.acknowledging import AckOutcome, acknowledge
from bot.escalation.calling import answer_calls, call_colleague
from bot.escalation.escalating import Escalated, escalate
from bot.escalation.handing_over import accept, ask_to_take_over, decline
from bot.escalation.leases import ANSWERED, extend_lease, note_work
from bot.escalation.ownership import take_over
from bot.escalation.policy_store import policy_of
from bot.escalation.reply_words import ResponderReply as ResponderReply
from bot.escalation.reply_words import Word
from bot.escalation.reply_words import parse_reply as parse_reply
from bot.escalation.telling import find_colleague, name_of
from bot.messages.outbox import say_template
from bot.privacy.sealing import ServiceKeys
from bot.reports.report_store import lock_conversation
from bot.reports.urgency import Urgency
from bot.settings import Settings

READY_ANSWERS = (1, 2, 3)
_MAX_WRONG_CODES = 5


@dataclass(frozen=True, kw_only=True)
class ReplyOutcome:
    """What to tell the responder: a template's name and its arguments."""

    template: str
    arguments: dict[str, int | str]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A reply whose code is right: the page it answers, and its alarm, locked."""

    session: Session = field(repr=False)
    reply: ResponderReply
    page: Page = field(repr=False)
    alarm: Alarm = field(repr=False)
    settings: Settings = field(repr=False)

    @property
    def who(self) -> int:
        """The account that was paged, and answers."""
        return self.page.staff_id

    @property
    def over(self) -> bool:
        """Whether nothing can be done with this alarm any more, or it is of another epoch than the page."""
        return self.alarm.state not in (AlarmState.PAGING, AlarmState.ACKNOWLEDGED)

    def says(self, template: str, **arguments: int | str) -> ReplyOutcome:
        """The answer to the responder."""
        return ReplyOutcome(template=template, arguments={"number": self.reply.number, **arguments})


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
        _lock_conversation_of(session, page)  # before the alarm, as doors and turns do
    alarm = session.scalars(
        select(Alarm)
        .where(Alarm.id == page.alarm_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    asked = _Asked(session=session, reply=reply, page=page, alarm=alarm, settings=settings)
    return _DO[reply.word](asked)


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


def _lock_conversation_of(session: Session, page: Page) -> tuple[Report, Conversation]:
    report = session.scalars(
        select(Report).join(Alarm, Alarm.report_id == Report.id).where(Alarm.id == page.alarm_id)
    ).one()
    return report, lock_conversation(session, report.conversation_id)


def _take(asked: _Asked) -> ReplyOutcome:
    """Whoever was called by name answers the call, and takes the case only when nobody has it."""
    if asked.page.hand_over_id is not None and not asked.over and asked.alarm.owner_id != asked.who:
        return _accept(asked)
    called = answer_calls(asked.session, asked.alarm, staff_id=asked.who)
    if called and asked.alarm.state is AlarmState.ACKNOWLEDGED and asked.alarm.owner_id not in (None, asked.who):
        return asked.says("call_heard", owner=_owner_name(asked))
    return _acknowledge(asked)


def _acknowledge(asked: _Asked) -> ReplyOutcome:
    session, number = asked.session, asked.reply.number
    outcome = acknowledge(session, number, staff_id=asked.who, settings=asked.settings, epoch=asked.page.epoch)
    if outcome is None:
        return asked.says("page_is_over")
    if not outcome.taken and not outcome.yours:
        return _was_taken(asked, outcome)
    if outcome.taken:
        session.add(AuditEntry(staff_id=asked.who, action="acknowledged", report_id=asked.alarm.report_id))
    return asked.says("taken_by_you", page_id=asked.page.id)


def _was_taken(asked: _Asked, outcome: AckOutcome) -> ReplyOutcome:
    return asked.says("already_taken", name=outcome.by_name, seconds=int(outcome.ago.total_seconds()))


def _accept(asked: _Asked) -> ReplyOutcome:
    """A hand-over is accepted; where the alarm lapsed meanwhile, whoever says yes takes it like anybody else."""
    assert asked.page.hand_over_id is not None
    before = asked.alarm.owner_id
    if accept(asked.session, asked.alarm, asked.page.hand_over_id, asked.settings):
        report, conversation = _lock_conversation_of(asked.session, asked.page)
        if conversation.owner_id is not None and conversation.owner_id == before:
            take_over(asked.session, conversation, report, staff_id=asked.who)
        return asked.says("taken_by_you", page_id=asked.page.id)
    if asked.alarm.state is AlarmState.PAGING:
        return _acknowledge(asked)
    return asked.says("hand_over_is_over")


def _no(asked: _Asked) -> ReplyOutcome:
    if asked.page.hand_over_id is not None:
        declined = decline(asked.session, asked.alarm, asked.page.hand_over_id)
        return asked.says("declined_by_you" if declined else "hand_over_is_over")
    if answer_calls(asked.session, asked.alarm, staff_id=asked.who, comes=False):
        return asked.says("declined_by_you")
    return asked.says("page_is_over" if asked.over or asked.page.call_id else "not_understood")


def _up(asked: _Asked) -> ReplyOutcome:
    done = escalate(asked.session, asked.alarm, staff_id=asked.who, settings=asked.settings, page=asked.page)
    if done.what is Escalated.DONE:
        return asked.says(done.what.value, people=done.people)
    if done.what is Escalated.TAKEN:
        return asked.says(done.what.value, name=_owner_name(asked), seconds=_taken_seconds_ago(asked))
    return asked.says(done.what.value)


def _call(asked: _Asked) -> ReplyOutcome:
    callee = find_colleague(asked.session, asked.reply.name)
    if callee is None or callee.id == asked.who:
        return asked.says("nobody_of_that_name")
    called = call_colleague(
        asked.session, asked.alarm, callee_id=callee.id, caller_id=asked.who, settings=asked.settings
    )
    return asked.says(called.value, name=callee.name)


def _give(asked: _Asked) -> ReplyOutcome:
    colleague = find_colleague(asked.session, asked.reply.name)
    if colleague is None or colleague.id == asked.who:
        return asked.says("nobody_of_that_name")
    given = ask_to_take_over(asked.session, asked.alarm, from_id=asked.who, to_id=colleague.id)
    return asked.says(given.value, name=colleague.name)


def _busy(asked: _Asked) -> ReplyOutcome:
    """At work on it, without an answer yet: the lease runs anew."""
    if asked.alarm.state is not AlarmState.ACKNOWLEDGED or asked.alarm.owner_id != asked.who:
        return asked.says("not_yours")
    report = asked.session.scalars(select(Report).where(Report.id == asked.alarm.report_id)).one()
    note_work(asked.session, report, staff_id=asked.who)
    policy = policy_of(asked.session, asked.alarm, asked.settings)
    lease = policy.lease_of(Urgency(asked.alarm.urgency))
    return asked.says("busy_noted", minutes=int(lease.total_seconds() // 60))


_DO: Mapping[Word, Callable[[_Asked], ReplyOutcome]] = {
    Word.ACK: _take,
    Word.YES: _take,
    Word.NO: _no,
    Word.UP: _up,
    Word.CALL: _call,
    Word.GIVE: _give,
    Word.BUSY: _busy,
}


def _owner_name(asked: _Asked) -> str:
    assert asked.alarm.owner_id is not None
    return name_of(asked.session, asked.alarm.owner_id)


def _taken_seconds_ago(asked: _Asked) -> int:
    ago = select(func.extract("epoch", func.now() - Alarm.acknowledged_at)).where(Alarm.id == asked.alarm.id)
    return int(asked.session.scalar(ago) or 0)


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
