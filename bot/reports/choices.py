"""Whom a person lets us tell: kept answer by answer, for each case. The newest counts; before any answer it is nobody
outside. A choice that takes a permission back ends what was permitted by the one before."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from bot.database.states import Choice, ReleaseState, ReportState
from bot.database.tables import Conversation, Release, Report, TellChoice

LIVE = (ReleaseState.ASKED, ReleaseState.APPROVED)


def record_choice(session: Session, report: Report, choice: Choice) -> None:
    """Keep the answer. Permissions that rested on another one end with it, in their earlier cases too; what a law
    demands does not rest on any."""
    session.add(TellChoice(report_id=report.id, choice=choice))
    session.execute(
        update(Release)
        .where(Release.report_id.in_(_cases_of(report.conversation_id)))
        .where(Release.state.in_(LIVE), Release.duty.is_(None), Release.party != choice.value)
        .values(state=ReleaseState.WITHDRAWN, ended_at=func.now(), ended_by=None)
    )


def choices_of(session: Session, report_id: int) -> Sequence[TellChoice]:
    """Every answer for this case, the oldest first."""
    return session.scalars(select(TellChoice).where(TellChoice.report_id == report_id).order_by(TellChoice.id)).all()


def choice_that_counts(session: Session, report: Report) -> TellChoice | None:
    """The newest answer for this case. Where they chose otherwise since, for a later case, it is that one if it lets us
    tell nobody, and none otherwise: a yes is never carried from one case to another."""
    own = session.scalar(
        select(TellChoice).where(TellChoice.report_id == report.id).order_by(TellChoice.id.desc()).limit(1)
    )
    later = session.scalar(
        select(TellChoice)
        .where(TellChoice.report_id.in_(_cases_of(report.conversation_id)))
        .order_by(TellChoice.id.desc())
        .limit(1)
    )
    if own is None or later is None or later.choice is own.choice:
        return own
    return later if later.choice is Choice.OURS else None


def _cases_of(conversation_id: UUID) -> Select[int]:
    return select(Report.id).where(Report.conversation_id == conversation_id)


def last_closed_report(session: Session, conversation: Conversation) -> Report | None:
    """The case that a choice belongs to when none is open."""
    return session.scalar(
        select(Report)
        .where(Report.conversation_id == conversation.id, Report.state == ReportState.CLOSED)
        .order_by(Report.id.desc())
        .limit(1)
    )


def end_releases_of_erased(session: Session, conversation: Conversation) -> None:
    """They erased everything: what was only permitted is permitted no more, and staff's reasons go with the words."""
    theirs = Release.report_id.in_(_cases_of(conversation.id))
    session.execute(
        update(Release)
        .where(theirs, Release.state.in_(LIVE))
        .values(state=ReleaseState.WITHDRAWN, ended_at=func.now(), ended_by=None)
    )
    session.execute(update(Release).where(theirs).values(reason_sealed=None))
