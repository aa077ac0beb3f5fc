"""What a responder wants done with an alarm, from the phone or on a page of the console, and what they are told of it.
Whether they may want it, by the code of a page or by signing in, was asked before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.states import AlarmState
from bot.database.tables import Alarm, AuditEntry, Conversation, Page, Report
from bot.escalation.acknowledging import AckOutcome, acknowledge
from bot.escalation.asked_by_name import open_hand_over
from bot.escalation.calling import answer_calls, call_colleague
from bot.escalation.escalating import Escalated, escalate
from bot.escalation.handing_over import accept, ask_to_take_over, decline
from bot.escalation.leases import note_work
from bot.escalation.ownership import take_over
from bot.escalation.policy_store import policy_of
from bot.escalation.reply_words import Word
from bot.escalation.team import may_take
from bot.escalation.telling import find_colleague, name_of
from bot.reports.report_store import lock_conversation
from bot.reports.urgency import Urgency
from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ReplyOutcome:
    """What to tell the responder: a template's name and its arguments."""

    template: str
    arguments: dict[str, int | str]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """`who` wants something done with an alarm, which is locked; `page` is what they answered, None at the console;
    `name` is the colleague that is meant."""

    session: Session = field(repr=False)
    number: int
    who: int
    alarm: Alarm = field(repr=False)
    settings: Settings = field(repr=False)
    page: Page | None = field(repr=False, default=None)
    name: str = field(repr=False, default="")

    @property
    def over(self) -> bool:
        """Whether nothing can be done with this alarm any more."""
        return self.alarm.state not in (AlarmState.PAGING, AlarmState.ACKNOWLEDGED)

    @property
    def hand_over_id(self) -> int | None:
        """The request to take over that is answered: of the page, or at the console the open one."""
        if self.page is not None:
            return self.page.hand_over_id
        return open_hand_over(self.session, self.alarm.id, self.who)

    def is_yours(self) -> ReplyOutcome:
        """The answer to whoever has it now; the code of the page that was answered is good for ready answers."""
        return self.says("taken_by_you", **({"page_id": self.page.id} if self.page else {}))

    def says(self, template: str, **arguments: int | str) -> ReplyOutcome:
        """The answer to the responder."""
        return ReplyOutcome(template=template, arguments={"number": self.number, **arguments})


def wish_at_the_desk(
    session: Session, number: int, word: Word, *, staff_id: int, settings: Settings, name: str = ""
) -> ReplyOutcome:
    """The same for somebody who is signed in and has no page before them; only for words of AT_THE_DESK."""
    newest = (select(Alarm.id).join(Report, Report.id == Alarm.report_id).where(Report.number == number)).order_by(
        Alarm.epoch.desc()
    )
    alarm_id = session.scalar(newest.limit(1))
    if alarm_id is None or word not in AT_THE_DESK:
        return ReplyOutcome(template="page_is_over", arguments={"number": number})
    if word in (Word.YES, Word.NO):
        lock_conversation_of(session, alarm_id)
    alarm = lock_alarm(session, alarm_id)
    wish = Wish(session=session, number=number, who=staff_id, alarm=alarm, settings=settings, name=name)
    return carry_out(word, wish)


def carry_out(word: Word, wish: Wish) -> ReplyOutcome:
    """Do it. Who may not take such a case, as is known by now, can only say no to it, whatever page they have."""
    if word is not Word.NO and not may_take(wish.session, wish.alarm, wish.who):
        return wish.says("may_not_take", name=name_of(wish.session, wish.who))
    return DO[word](wish)


def lock_alarm(session: Session, alarm_id: int) -> Alarm:
    """The alarm as it stands once nobody else is deciding about it."""
    return session.scalars(
        select(Alarm)
        .where(Alarm.id == alarm_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def lock_conversation_of(session: Session, alarm_id: int) -> tuple[Report, Conversation]:
    """The conversation behind an alarm. Whoever locks both takes this one first, as doors and turns do."""
    report = session.scalars(select(Report).join(Alarm, Alarm.report_id == Report.id).where(Alarm.id == alarm_id)).one()
    return report, lock_conversation(session, report.conversation_id)


def _take(wish: Wish) -> ReplyOutcome:
    """Whoever was called by name answers the call, and takes the case only when nobody has it."""
    asked = wish.hand_over_id
    if asked is not None and not wish.over and wish.alarm.owner_id != wish.who:
        return _accept(wish, asked)
    called = answer_calls(wish.session, wish.alarm, staff_id=wish.who)
    if called and wish.alarm.state is AlarmState.ACKNOWLEDGED and wish.alarm.owner_id not in (None, wish.who):
        return wish.says("call_heard", owner=_owner_name(wish))
    return _acknowledge(wish)


def _acknowledge(wish: Wish) -> ReplyOutcome:
    session, number = wish.session, wish.number
    outcome = acknowledge(session, number, staff_id=wish.who, settings=wish.settings, epoch=wish.alarm.epoch)
    if outcome is None:
        return wish.says("page_is_over")
    if not outcome.taken and not outcome.yours:
        return _was_taken(wish, outcome)
    if outcome.taken:
        session.add(AuditEntry(staff_id=wish.who, action="acknowledged", report_id=wish.alarm.report_id))
    return wish.is_yours()


def _was_taken(wish: Wish, outcome: AckOutcome) -> ReplyOutcome:
    return wish.says("already_taken", name=outcome.by_name, seconds=int(outcome.ago.total_seconds()))


def _accept(wish: Wish, hand_over_id: int) -> ReplyOutcome:
    """A hand-over is accepted; where the alarm lapsed meanwhile, whoever says yes takes it like anybody else."""
    before = wish.alarm.owner_id
    if accept(wish.session, wish.alarm, hand_over_id, wish.settings):
        report, conversation = lock_conversation_of(wish.session, wish.alarm.id)
        if conversation.owner_id is not None and conversation.owner_id == before:
            take_over(wish.session, conversation, report, staff_id=wish.who)
        return wish.is_yours()
    if wish.alarm.state is AlarmState.PAGING:
        return _acknowledge(wish)
    return wish.says("hand_over_is_over")


def _no(wish: Wish) -> ReplyOutcome:
    asked = wish.hand_over_id
    if asked is not None:
        declined = decline(wish.session, wish.alarm, asked)
        return wish.says("declined_by_you" if declined else "hand_over_is_over")
    if answer_calls(wish.session, wish.alarm, staff_id=wish.who, comes=False):
        return wish.says("declined_by_you")
    return wish.says("page_is_over" if wish.over or wish.page is None or wish.page.call_id else "not_understood")


def _up(wish: Wish) -> ReplyOutcome:
    done = escalate(wish.session, wish.alarm, staff_id=wish.who, settings=wish.settings, page=wish.page)
    if done.what is Escalated.DONE:
        return wish.says(done.what.value, people=done.people)
    if done.what is Escalated.TAKEN:
        return wish.says(done.what.value, name=_owner_name(wish), seconds=_taken_seconds_ago(wish))
    return wish.says(done.what.value)


def _call(wish: Wish) -> ReplyOutcome:
    callee = find_colleague(wish.session, wish.name)
    if callee is None or callee.id == wish.who:
        return wish.says("nobody_of_that_name")
    called = call_colleague(wish.session, wish.alarm, callee_id=callee.id, caller_id=wish.who, settings=wish.settings)
    return wish.says(called.value, name=callee.name)


def _give(wish: Wish) -> ReplyOutcome:
    colleague = find_colleague(wish.session, wish.name)
    if colleague is None or colleague.id == wish.who:
        return wish.says("nobody_of_that_name")
    given = ask_to_take_over(wish.session, wish.alarm, from_id=wish.who, to_id=colleague.id)
    return wish.says(given.value, name=colleague.name)


def _busy(wish: Wish) -> ReplyOutcome:
    """At work on it, without an answer yet: the lease runs anew."""
    if wish.alarm.state is not AlarmState.ACKNOWLEDGED or wish.alarm.owner_id != wish.who:
        return wish.says("not_yours")
    report = wish.session.scalars(select(Report).where(Report.id == wish.alarm.report_id)).one()
    note_work(wish.session, report, staff_id=wish.who)
    policy = policy_of(wish.session, wish.alarm, wish.settings)
    lease = policy.lease_of(Urgency(wish.alarm.urgency))
    return wish.says("busy_noted", minutes=int(lease.total_seconds() // 60))


DO: Mapping[Word, Callable[[Wish], ReplyOutcome]] = {
    Word.ACK: _take,
    Word.YES: _take,
    Word.NO: _no,
    Word.UP: _up,
    Word.CALL: _call,
    Word.GIVE: _give,
    Word.BUSY: _busy,
}
AT_THE_DESK = frozenset({Word.UP, Word.CALL, Word.GIVE, Word.BUSY, Word.YES, Word.NO})


def _owner_name(wish: Wish) -> str:
    assert wish.alarm.owner_id is not None
    return name_of(wish.session, wish.alarm.owner_id)


def _taken_seconds_ago(wish: Wish) -> int:
    ago = select(func.extract("epoch", func.now() - Alarm.acknowledged_at)).where(Alarm.id == wish.alarm.id)
    return int(wish.session.scalar(ago) or 0)
