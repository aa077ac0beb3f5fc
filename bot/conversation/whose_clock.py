"""By whose clock a time is read that somebody writes, and by which it is shown to them: one and the same."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.conversation.hotline_words import countries_named
from bot.conversation.turn import Rooms
from bot.database.tables import Conversation
from bot.privacy.sealing import ConversationOpener
from bot.reports.report_store import find_open_report, read_facts

# English is written in every country: it tells nothing of where somebody is.
_COUNTRY_OF_LANGUAGE = {"th": "TH", "km": "KH", "vi": "VN", "my": "MM"}


def clock_of_writer(session: Session, conversation: Conversation, language: str, rooms: Rooms) -> ZoneInfo:
    """The zone of the country they named, else of their language's, else the deployment's own."""
    countries = [*_countries_named(session, conversation, rooms), _COUNTRY_OF_LANGUAGE.get(language, "")]
    deployment = rooms.wording.deployment
    return next((zone for code in countries if (zone := deployment.zone_in(code)) is not None), deployment.zone)


def _countries_named(session: Session, conversation: Conversation, rooms: Rooms) -> list[str]:
    report = find_open_report(session, conversation.id)
    if report is None or conversation.private_key_wrapped is None:
        return []
    return countries_named(read_facts(report, ConversationOpener(rooms.keys, conversation.private_key_wrapped)))
