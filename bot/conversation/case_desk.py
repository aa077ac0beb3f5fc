"""What a signed-in person does with a case: open, answer, give back, close. Every act is in the audit.
Opening the text is what makes "a person has read this" true. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.case_files import FileView, list_files
from bot.conversation.cover_for_staff import CoverView, cover_view
from bot.conversation.duress import DURESS
from bot.conversation.handle_message import opener_of
from bot.conversation.hotline_words import NOBODY_YET, TOLD, nobody_yet_as_told
from bot.conversation.release_view import WhoMayBeTold, who_may_be_told
from bot.conversation.repeats import fold_repeats
from bot.conversation.wording import Wording
from bot.database.states import Author, OutboxState, ReportState
from bot.database.tables import (
    AuditEntry,
    ContactPoint,
    Conversation,
    InboxMessage,
    OutboxMessage,
    Report,
)
from bot.errors import SampanError
from bot.escalation import ownership, replies
from bot.escalation.alarms import close_alarms
from bot.escalation.leases import ANSWERED, extend_lease
from bot.messages import outbox
from bot.messages.chat_history import OFFERED_AGAIN
from bot.messages.message import MessageKind
from bot.messages.outbox import Words
from bot.privacy.sealing import ConversationOpener, ServiceKeys
from bot.reports.queue_cards import CaseNotFoundError, QueueCard, find_card
from bot.reports.report_store import lock_conversation, read_facts

LONGEST_ANSWER = 1000  # characters


class NewerMessagesError(SampanError):
    """The reporter wrote again since the page was opened: the newer words must be read before anything is done
    that they could change."""


class AnswerRefusedError(SampanError):
    """The words cannot be sent: empty, too long, or the reporter erased the conversation. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One message of a conversation as staff see it; `hidden` when nobody here may read it: a return code, or a word of
    the person's own; `duress` when it was the duress word."""

    at: datetime
    who: str  # reporter, bot, staff, system
    state: str
    outbox_id: int | None
    text: str = field(repr=False)
    hidden: bool = False
    times: int = 1  # how often the very same was written, the last time at `until` (repeats.py)
    until: datetime | None = None
    duress: bool = False
    offered_again: bool = False  # it left their chat unseen, and waits for their own word whatever they named


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """An opened case. `last_inbox_id` and `answers` go back with an answer, to notice newer words of the reporter, of
    a colleague, or of one's own thumb that tapped twice."""

    card: QueueCard
    last_inbox_id: int
    answers: int
    safety: str
    bot_silent: bool
    erased: bool
    cover: CoverView
    entries: tuple[Entry, ...] = field(repr=False)
    facts: Mapping[str, str] = field(repr=False)
    telling: WhoMayBeTold
    files: tuple[FileView, ...] = ()
    locked_files_route: str | None = None

    @property
    def files_locked(self) -> bool:
        """Whether any of them may not be opened by one person alone."""
        return any(each.locked for each in self.files)


def open_case(session: Session, number: int, *, staff_id: int, keys: ServiceKeys, wording: Wording) -> CaseView:
    """Unseal a case for one page. The view is in the audit; the first one is told to the reporter, once it is safe."""
    card = find_card(session, number)
    report, conversation = _locked(session, number)
    session.add(AuditEntry(staff_id=staff_id, action="opened", report_id=report.id))
    if conversation.private_key_wrapped is None or conversation.wipe_asked_at is not None:
        return CaseView(
            card=card,
            last_inbox_id=_last_inbox_id(session, conversation),
            answers=0,
            safety=conversation.safety.value,
            bot_silent=True,
            erased=True,
            cover=CoverView(),
            entries=(),
            facts={},
            telling=who_may_be_told(session, report, conversation, keys, wording.deployment),
        )
    opener = opener_of(conversation, keys)
    entries = _entries(session, conversation, opener, wording)
    if report.first_read_at is None and any(map(_tells, entries)):
        report.first_read_at = func.now()
        key = f"read:{report.id}"
        outbox.say_template(session, conversation, "utter_person_read", key=key, author=Author.SYSTEM)
        entries = _entries(session, conversation, opener, wording)
    return CaseView(
        card=card,
        last_inbox_id=_last_inbox_id(session, conversation),
        answers=_answers(session, conversation),
        safety=conversation.safety.value,
        bot_silent=conversation.owner_id is not None,
        erased=False,
        cover=cover_view(session, conversation),
        entries=entries,
        facts=read_facts(report, opener),
        telling=who_may_be_told(session, report, conversation, keys, wording.deployment),
        files=list_files(session, conversation, staff_id=staff_id),
        locked_files_route=wording.deployment.locked_files_route,
    )


def _tells(entry: Entry) -> bool:
    """Whether somebody wrote words: not /start, and not a number that chose something."""
    wrote = entry.who == "reporter" and entry.state != MessageKind.START.value
    return wrote and bool(entry.text) and not entry.text.strip().isdigit()


def _entries(
    session: Session, conversation: Conversation, opener: ConversationOpener, wording: Wording
) -> tuple[Entry, ...]:
    # What one transaction wrote has one time, so sorting by time keeps the order in which the rows come.
    theirs = select(InboxMessage).where(InboxMessage.conversation_id == conversation.id)
    received = session.scalars(theirs.order_by(InboxMessage.id))
    ours = select(OutboxMessage).where(OutboxMessage.conversation_id == conversation.id)
    sent = session.scalars(ours.order_by(OutboxMessage.id))
    entries = [
        Entry(
            at=row.received_at,
            who="reporter",
            state=row.kind,
            outbox_id=None,
            text=opener.open(row.text_sealed) if row.text_sealed else "",
            hidden=row.text_sealed is None,
            duress=DURESS in row.floor_reasons,
        )
        for row in received
    ]
    for out in sent:
        shown = out.body_sealed if not out.erase_once_sent else None
        text = outbox.Words.from_json(opener.open(shown)).text if shown else ""
        if out.template:
            text = template_words(session, out, conversation, wording, sms=True).text
        entries.append(
            Entry(
                at=out.created_at,
                who=out.author.value,
                state=out.state.value,
                outbox_id=out.id,
                text=text,
                hidden=out.erase_once_sent,
                offered_again=out.key.startswith(OFFERED_AGAIN),
            )
        )
    return fold_repeats(sorted(entries, key=lambda entry: entry.at))


def template_words(
    session: Session, row: OutboxMessage, conversation: Conversation, wording: Wording, *, sms: bool
) -> Words:
    """A template queued for a reporter, in the person's language of this moment; a human's is marked as one."""
    assert row.template is not None
    language = conversation.language or wording.deployment.default_language.value
    if row.template == NOBODY_YET:
        return nobody_yet_as_told(session, (row.arguments or {}).get(TOLD, []), wording, language, sms=sms)
    words = wording.render(row.template, language, sms=sms, arguments=row.arguments)
    return wording.as_person(words.text, language, sms=sms) if row.author is Author.STAFF else words


def answer_case(
    session: Session,
    number: int,
    *,
    staff_id: int,
    text: str,
    seen_inbox_id: int,
    wording: Wording,
    writes_as_sms: frozenset[str],
    seen_answers: int | None = None,
) -> None:
    """Send a person's words. NewerMessagesError when the reporter or a colleague wrote meanwhile, or the same words
    came twice; AnswerRefusedError when they cannot go; the caller keeps the draft in both cases. `seen_answers` is
    None where a repeat cannot happen."""
    words = text.strip()
    if not words or len(words) > LONGEST_ANSWER:
        raise AnswerRefusedError("empty" if not words else "too_long")
    report, conversation = _locked(session, number)
    _refuse_if_erased(conversation)
    _refuse_if_unseen(session, conversation, seen_inbox_id)
    _refuse_if_answered(session, conversation, seen_answers)
    ownership.take_over(session, conversation, report, staff_id=staff_id)
    channel = session.scalars(select(ContactPoint.channel).where(ContactPoint.conversation_id == conversation.id)).one()
    language = conversation.language or wording.deployment.default_language.value
    sent = wording.as_person(words, language, sms=channel in writes_as_sms)
    key = f"answer:{report.id}:{staff_id}:{_next_answer(session, conversation)}"
    outbox.say(session, conversation, [sent], key=key, author=Author.STAFF, author_id=staff_id)
    extend_lease(session, report, staff_id=staff_id, by=ANSWERED)
    _note_answer(session, report, staff_id, "words")


def send_ready_answer(
    session: Session, number: int, *, staff_id: int, which: int, seen_answers: int | None = None
) -> None:
    """Send one of the numbered answers. AnswerRefusedError when there is no such answer or everything was erased,
    NewerMessagesError when somebody answered since the page was shown."""
    if which not in replies.READY_ANSWERS:
        raise AnswerRefusedError("unknown_answer")
    report, conversation = _locked(session, number)
    _refuse_if_erased(conversation)
    _refuse_if_answered(session, conversation, seen_answers)
    key = f"answer:{report.id}:{staff_id}:{_next_answer(session, conversation)}"
    replies.send_ready_answer(session, report, staff_id=staff_id, which=which, key=key)
    _note_answer(session, report, staff_id, None)


def require_seen(session: Session, number: int, seen_inbox_id: int) -> None:
    """Lock the case before an act that newer words could forbid. NewerMessagesError when the reporter wrote since the
    page was shown."""
    _, conversation = _locked(session, number)
    _refuse_if_unseen(session, conversation, seen_inbox_id)


def give_back(session: Session, number: int, *, staff_id: int) -> None:
    """The bot answers this reporter again."""
    report, conversation = _locked(session, number)
    ownership.give_back(session, conversation, report, staff_id=staff_id)


def close_case(session: Session, number: int, *, staff_id: int) -> None:
    """A named human ends the case and its alarm. A later message opens a new report."""
    report, conversation = _locked(session, number)
    if report.state is ReportState.OPEN:
        report.state = ReportState.CLOSED
        report.closed_at = func.now()
        close_alarms(session, report.id)
        ownership.give_back(session, conversation, report, staff_id=staff_id)
        session.add(AuditEntry(staff_id=staff_id, action="closed", report_id=report.id))


def resend_uncertain(session: Session, number: int, outbox_id: int, *, staff_id: int) -> bool:
    """Send a message again that may not have arrived. False when it belongs elsewhere or is not uncertain any more."""
    report, conversation = _locked(session, number)
    row = session.get(OutboxMessage, outbox_id)
    if row is None or row.conversation_id != conversation.id or row.state is not OutboxState.UNCERTAIN:
        return False
    session.add(AuditEntry(staff_id=staff_id, action="resent", report_id=report.id))
    return outbox.resend(session, outbox_id)


def _locked(session: Session, number: int) -> tuple[Report, Conversation]:
    report = session.scalar(select(Report).where(Report.number == number))
    if report is None:
        raise CaseNotFoundError("no such case")
    conversation = lock_conversation(session, report.conversation_id)
    session.refresh(report)  # a colleague may have closed it while this waited for the lock
    return report, conversation


def _refuse_if_erased(conversation: Conversation) -> None:
    if conversation.wipe_asked_at is not None:
        raise AnswerRefusedError("erased")


def _refuse_if_unseen(session: Session, conversation: Conversation, seen_inbox_id: int) -> None:
    if _last_inbox_id(session, conversation) != seen_inbox_id:
        raise NewerMessagesError("the reporter wrote again")


def _refuse_if_answered(session: Session, conversation: Conversation, seen_answers: int | None) -> None:
    if seen_answers is not None and _answers(session, conversation) != seen_answers:
        raise NewerMessagesError("somebody answered meanwhile")


def _answers(session: Session, conversation: Conversation) -> int:
    """How often a person has answered in this conversation."""
    written = select(func.count()).where(
        OutboxMessage.conversation_id == conversation.id, OutboxMessage.author == Author.STAFF
    )
    return session.scalar(written) or 0


def _last_inbox_id(session: Session, conversation: Conversation) -> int:
    newest = select(func.max(InboxMessage.id)).where(InboxMessage.conversation_id == conversation.id)
    return session.scalar(newest) or 0


def _next_answer(session: Session, conversation: Conversation) -> int:
    written = select(func.count()).where(OutboxMessage.conversation_id == conversation.id)
    return session.scalar(written) or 0


def _note_answer(session: Session, report: Report, staff_id: int, detail: str | None) -> None:
    if report.first_answered_at is None:
        report.first_answered_at = func.now()
    if detail is not None:
        session.add(AuditEntry(staff_id=staff_id, action="answered", report_id=report.id, detail=detail))
