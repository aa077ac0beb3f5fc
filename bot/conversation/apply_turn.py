"""Commits what a turn caused, in one transaction of the caller: words to say, facts, urgency, alarm, the new state.

The conversation is locked meanwhile. If a human has taken it over during the turn, the bot's words carry the older
version and are cancelled by the outbox; facts and urgency count all the same."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.conversation import directives as want
from bot.conversation import received_files
from bot.conversation.case_marks import marks_in
from bot.conversation.choices_made import choice_in, chose_for_a_closed_case, note_official
from bot.conversation.heard_facts import deadline_of, heard_facts
from bot.conversation.room_to_say import make_room
from bot.conversation.say_turn import say_neutral, say_turn
from bot.conversation.turn import Rooms, Turn
from bot.conversation.when_to_write import note_when_to_write
from bot.conversation.wipe import wipe_conversation
from bot.database.states import ClosedBy, ReportKind, Safety
from bot.database.tables import ContactPoint, Conversation, Report
from bot.escalation.alarms import learn_about, raise_alarm, stand_down, wait_for_danger_answer
from bot.escalation.owner_notes import tell_owner_of_new_words
from bot.messages.cover import close, is_closed, trust
from bot.messages.inbox import Claimed
from bot.messages.message import MessageKind
from bot.messages.safe_windows import forget_window
from bot.messages.what_was_held import release_held
from bot.privacy.sealing import ConversationOpener, seal_to
from bot.reports.choices import record_choice
from bot.reports.report_store import find_open_report, lock_conversation, open_report, raise_urgency, record_facts
from bot.reports.triage import Verdict, judge
from bot.reports.urgency import Urgency
from bot.settings import Settings

_KINDS = {"help": ReportKind.HELP_REQUEST, "tip": ReportKind.TIP, "question": ReportKind.QUESTION}


def apply_turn(session: Session, turn: Turn, opener: ConversationOpener, rooms: Rooms) -> None:
    """Everything the message caused, but for marking its inbox row handled."""
    assert turn.claimed.conversation_id is not None
    conversation = lock_conversation(session, turn.claimed.conversation_id)
    _apply_opt_out(session, conversation, turn)
    if not turn.neutral:  # whose language it is, nobody knows then
        _apply_language(conversation, turn)
    _apply_safety(session, conversation, turn, rooms.settings)
    _apply_chat(conversation, turn)
    report = _apply_to_report(session, conversation, turn, opener, rooms)
    note_when_to_write(session, conversation, turn, rooms)
    if turn.answer is not None:
        answer, brings_more = make_room(session, conversation, turn, turn.answer)
        conversation.state_sealed = seal_to(conversation.public_key, json.dumps(dict(answer.state)))
        say_turn(session, conversation, turn, answer, report, opener, rooms, offers=not brings_more)
    elif turn.neutral and not turn.one_of_many:
        say_neutral(session, conversation, turn, rooms)
    if any(isinstance(each, want.Wipe) for each in turn.do):
        wipe_conversation(session, conversation, opener, rooms.keys, keep_reply_to=turn.claimed.id)


def _apply_opt_out(session: Session, conversation: Conversation, turn: Turn) -> None:
    """Whoever writes again after "stop" is answered again."""
    opted_out = func.now() if any(isinstance(each, want.OptOut) for each in turn.do) else None
    session.execute(
        update(ContactPoint)
        .where(ContactPoint.conversation_id == conversation.id)
        .values(opted_out_at=opted_out, broken_reason=None)
    )


def _apply_language(conversation: Conversation, turn: Turn) -> None:
    chosen = [each.language for each in turn.do if isinstance(each, want.ChooseLanguage)]
    if chosen:
        conversation.language = chosen[-1]
    elif turn.claimed.kind is MessageKind.TEXT and turn.language_known:
        conversation.language = turn.language
    if turn.writes_zawgyi is not None:
        conversation.writes_zawgyi = turn.writes_zawgyi


def _apply_safety(session: Session, conversation: Conversation, turn: Turn, settings: Settings) -> None:
    at = turn.claimed.received_at
    for each in turn.do:
        if isinstance(each, want.ConfirmSafe):
            if is_closed(session, conversation.id, at, settings.cover_after):
                continue  # whoever holds the phone can say "yes" as well
            conversation.safety = Safety.SAFE
            trust(session, conversation.id, at)
            release_held(session, conversation.id)
        elif isinstance(each, want.DeclareUnsafe):
            conversation.safety = Safety.UNSAFE
            close(session, conversation.id, ClosedBy.UNSAFE)
            forget_window(session, conversation.id)
        elif isinstance(each, want.OptOut) and conversation.safety is not Safety.UNSAFE:
            conversation.safety = Safety.RETURNED  # the next message begins with the safe question


def _apply_chat(conversation: Conversation, turn: Turn) -> None:
    """An SMS cannot be deleted by us, and nothing is promised to whoever writes one."""
    for each in turn.do:
        if isinstance(each, want.KeepChatEmpty):
            conversation.empties_chat = each.wanted and not turn.sms


def _apply_to_report(
    session: Session, conversation: Conversation, turn: Turn, opener: ConversationOpener, rooms: Rooms
) -> Report | None:
    report = find_open_report(session, conversation.id)
    if report is None and (not _tells_something(turn) or chose_for_a_closed_case(session, conversation, turn.do)):
        return None
    report = open_report(session, conversation)
    report.language = conversation.language
    _apply_facts(session, conversation, report, turn, opener)
    themes = [theme for theme, _ in turn.understanding.themes]
    received_files.note_what_was_told(session, conversation, report, turn.claimed, themes, opener)
    verdict = _judge(report, turn)
    raise_urgency(report, verdict.urgency, verdict.reasons)
    marks = marks_in(report, opener)
    if verdict.urgency.pages:
        raise_alarm(session, report, verdict.urgency, verdict.reasons[0], rooms.settings, about=marks)
    elif turn.unreadable:
        wait_for_danger_answer(session, report, rooms.settings)
    learn_about(session, report, marks)
    tell_owner_of_new_words(session, report)
    return report


def _tells_something(turn: Turn) -> bool:
    telling = want.RaiseUrgency | want.RecordFacts | want.FileReport | want.CallPerson
    if turn.answer is None and not turn.one_of_many:
        return True  # a human speaks, so whatever is written must be on a human's list
    heard = turn.understanding
    if turn.floor is not None or turn.unreadable or heard.themes or heard.perhaps_urgent:
        return True
    if turn.claimed.kind is MessageKind.CONTACT:
        return True
    return any(isinstance(each, telling) for each in turn.do)


def _apply_facts(
    session: Session, conversation: Conversation, report: Report, turn: Turn, opener: ConversationOpener
) -> None:
    if heard := heard_facts(turn.understanding):
        note_official(report, heard, opener)
        record_facts(report, heard, conversation=conversation, opener=opener)
    report.deadline_at = _earlier(report.deadline_at, deadline_of(turn.understanding))
    for each in turn.do:
        if isinstance(each, want.RecordFacts):
            record_facts(report, each.facts, conversation=conversation, opener=opener)
            _set_kind(report, each.facts.get("topic"))
            if (chosen := choice_in(each.facts)) is not None:
                record_choice(session, report, chosen)
            if each.facts.get("danger_now") == "no":
                stand_down(session, report)
        elif isinstance(each, want.FileReport):
            _set_kind(report, each.topic)
            report.filed_at = func.now()
        elif isinstance(each, want.CallPerson):
            report.person_wanted_at = func.now()


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _set_kind(report: Report, topic: str | None) -> None:
    """A help request stays one, whatever else is told later."""
    if topic in _KINDS and report.kind is not ReportKind.HELP_REQUEST:
        report.kind = _KINDS[topic]


def _judge(report: Report, turn: Turn) -> Verdict:
    raised = [(each.urgency, each.reason) for each in turn.do if isinstance(each, want.RaiseUrgency)]
    if any(isinstance(each, want.CallPerson) for each in turn.do):
        raised.append((Urgency.HIGH, "person_wanted"))
    return judge(
        floor=turn.floor,
        floor_reasons=turn.claimed.floor_reasons,
        raised=raised,
        kind=report.kind,
        message_kind=turn.claimed.kind,
        language_known=turn.language_known,
        themes=[theme for theme, _ in turn.understanding.themes],
        perhaps_urgent=turn.understanding.perhaps_urgent,
    )


def conversation_of(session: Session, claimed: Claimed) -> Conversation:
    """The conversation a claimed message belongs to, not locked."""
    return session.scalars(select(Conversation).where(Conversation.id == claimed.conversation_id)).one()
