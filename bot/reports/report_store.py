"""Reports as rows: one open report per conversation, facts sealed to the conversation, urgency only ever raised."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.states import ReportKind, ReportState
from bot.database.tables import Conversation, Report
from bot.privacy.sealing import ConversationOpener, seal_to
from bot.reports.urgency import Urgency, higher_of

_CODED_FACTS = frozenset(
    {
        "topic",
        "danger_now",
        "whose",
        "children",
        "child",
        "write_back",
        "tell_whom",
        "info_topic",
        "aid_kind",
        "scam_kind",
    }
)


def lock_conversation(session: Session, conversation_id: UUID) -> Conversation:
    """The conversation's row, locked: door, turn, take-over and wipe of one conversation come one after another.

    The lock is FOR NO KEY UPDATE: rows that only point at the conversation can still be inserted meanwhile, and two
    doors that have inserted already do not wait for each other in a circle."""
    return session.scalars(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def find_open_report(session: Session, conversation_id: UUID) -> Report | None:
    """The report being told or worked on, if any."""
    return session.scalar(
        select(Report).where(Report.conversation_id == conversation_id, Report.state == ReportState.OPEN)
    )


def open_report(session: Session, conversation: Conversation) -> Report:
    """The open report of a locked conversation, begun when there is none."""
    report = find_open_report(session, conversation.id)
    if report is None:
        report = Report(
            conversation_id=conversation.id,
            kind=ReportKind.UNCLEAR,
            state=ReportState.OPEN,
            urgency=Urgency.INFO.value,
            urgency_reasons=[],
            language=conversation.language,
        )
        session.add(report)
        session.flush()
        session.refresh(report)
    report.last_word_at = func.now()
    return report


def raise_urgency(report: Report, urgency: Urgency, reasons: Iterable[str]) -> bool:
    """Raise, never lower; the reasons of all levels are kept. True when it rose."""
    before = Urgency(report.urgency)
    report.urgency_reasons = list(dict.fromkeys([*report.urgency_reasons, *reasons]))
    report.urgency = higher_of(before, urgency).value
    return urgency.rank > before.rank


def read_facts(report: Report, opener: ConversationOpener) -> dict[str, str]:
    """The facts told so far; empty when there are none."""
    if report.facts_sealed is None:
        return {}
    facts: dict[str, str] = json.loads(opener.open(report.facts_sealed))
    return facts


def record_facts(
    report: Report, facts: Mapping[str, str], *, conversation: Conversation, opener: ConversationOpener
) -> None:
    """Add facts. What was told in their own words stands beside what they told before; a coded answer replaces the
    earlier one (what it did to the urgency stays)."""
    known = read_facts(report, opener)
    for name, value in facts.items():
        told = known.get(name)
        if told is None or name in _CODED_FACTS:
            known[name] = value
        elif value not in told.split("\n"):
            known[name] = f"{told}\n{value}"
    report.facts_sealed = seal_to(conversation.public_key, json.dumps(known))
