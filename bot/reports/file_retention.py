"""Which files have outlived their case. Words have no such end yet; files have one, because they show faces."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, exists, func

from bot.database.states import ReportState
from bot.database.tables import Attachment, Report


def of_a_case_closed_for(time: timedelta) -> ColumnElement[bool]:
    """A file that came before its case was closed, when that is so long ago. What the same person sent later belongs to
    a later case, and waits for that one's end."""
    return exists().where(
        Report.conversation_id == Attachment.conversation_id,
        Report.state == ReportState.CLOSED,
        Report.closed_at >= Attachment.created_at,
        Report.closed_at < func.now() - time,
    )
