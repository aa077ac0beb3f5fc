"""What a turn says about whom we may tell: the choice among its facts, and whether an official is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func
from sqlalchemy.orm import Session

from bot.conversation.directives import Directive, RecordFacts
from bot.conversation.heard_facts import FACT
from bot.database.states import Choice
from bot.database.tables import Conversation, Report
from bot.privacy.sealing import ConversationOpener
from bot.reports.choices import last_closed_report, record_choice
from bot.reports.report_store import read_facts

OFFICIAL = FACT + "official"


def choice_in(facts: Mapping[str, str]) -> Choice | None:
    """The choice among these facts, if they tell one that this version knows."""
    told = facts.get("tell_whom")
    return Choice(told) if told in set(Choice) else None


def chose_for_a_closed_case(session: Session, conversation: Conversation, do: Sequence[Directive]) -> bool:
    """Whoever says anew whom we may tell, in a turn that does nothing else, opens no new case by it: the answer is kept
    with the last one. The question takes numbers only, so such a turn holds no words."""
    if len(do) != 1 or not isinstance(do[0], RecordFacts) or set(do[0].facts) != {"tell_whom"}:
        return False
    chosen, closed = choice_in(do[0].facts), last_closed_report(session, conversation)
    if chosen is None or closed is None:
        return False
    record_choice(session, closed, chosen)
    return True


def note_official(report: Report, heard: Mapping[str, str], opener: ConversationOpener) -> None:
    """An official is named, or another one than before: choices made until now did not know it. To be called before
    what was heard is recorded."""
    known = read_facts(report, opener).get(OFFICIAL, "").split("\n")
    if any(line not in known for line in heard.get(OFFICIAL, "").split("\n") if line):
        report.official_named_at = func.now()
