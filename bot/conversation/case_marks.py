"""The coded marks of a case that decide who may not take it, beside its reasons: the countries its facts name."""

from __future__ import annotations

from bot.conversation.hotline_words import countries_named
from bot.database.tables import Conversation, Report
from bot.errors import SealingError
from bot.privacy.sealing import ConversationOpener, ServiceKeys
from bot.reports.report_store import read_facts


def marks_in(report: Report, opener: ConversationOpener) -> list[str]:
    """Of the facts told so far: `country:KH`. Facts that cannot be opened must not delay an alarm: none then."""
    try:
        return [f"country:{code}" for code in countries_named(read_facts(report, opener))]
    except SealingError:
        return []


def marks_at_the_door(report: Report, conversation: Conversation, keys: ServiceKeys) -> list[str]:
    """The same before the message is handled."""
    if report.facts_sealed is None or conversation.private_key_wrapped is None:
        return []
    return marks_in(report, ConversationOpener(keys, conversation.private_key_wrapped))
