"""Who may be told of a case, as staff see it: every answer of the person, what they had been told of the law, and every
release with the names of those who asked and agreed. Only shown; the acts are in release_desk.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from bot.conversation.handle_message import opener_of
from bot.conversation.release_desk import is_erased, standing_of
from bot.database.states import ReleaseState
from bot.database.tables import AuditEntry, Conversation, Release, Report, Staff
from bot.deployment import Deployment
from bot.privacy.sealing import ServiceKeys
from bot.reports.choices import choices_of
from bot.reports.queue_cards import CaseNotFoundError
from bot.reports.report_store import lock_conversation
from bot.reports.told_rules import duty_code


@dataclass(frozen=True, kw_only=True)
class ReleaseLine:
    """One release. `reason` is empty once they erased everything. An end without `ended_by` is their own word."""

    id: int
    number: int
    party: str
    duty: str | None
    other_authority: bool
    state: str
    why: str
    reason: str = field(repr=False)
    asked_by: str
    asked_by_id: int
    asked_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class WhoMayBeTold:
    """`chosen` is the answer that counts, None before any; `duties` are the codes of deployment.yml, with whether they
    had been told of each; `writer` is whose word it is."""

    chosen: str | None
    chosen_before_official: bool
    choices: tuple[tuple[datetime, str], ...]
    writer: str
    official_named_at: datetime | None
    duties: tuple[tuple[str, str, bool], ...]
    releases: tuple[ReleaseLine, ...]


def who_may_be_told(
    session: Session, report: Report, conversation: Conversation, keys: ServiceKeys, deployment: Deployment
) -> WhoMayBeTold:
    """All of it for one case that the caller has locked."""
    standing = standing_of(session, report, conversation, keys, deployment)
    told = {duty_code(*each) for each in standing.duties_told}
    return WhoMayBeTold(
        chosen=standing.chosen.value if standing.chosen else None,
        chosen_before_official=standing.official and standing.chosen is not None and not standing.chosen_after_official,
        choices=tuple((each.at, each.choice.value) for each in choices_of(session, report.id)),
        writer=standing.writer.value,
        official_named_at=report.official_named_at,
        duties=tuple(
            (duty.trigger.value, duty.to.value, duty_code(duty.trigger, duty.to) in told)
            for duty in deployment.duties_to_report
        ),
        releases=tuple(releases_of(session, report, conversation, keys)),
    )


def releases_of(
    session: Session, report: Report, conversation: Conversation, keys: ServiceKeys
) -> Sequence[ReleaseLine]:
    """The releases of one case, the oldest first."""
    opener = None if is_erased(conversation) else opener_of(conversation, keys)
    asked, approved, ended = aliased(Staff), aliased(Staff), aliased(Staff)
    rows = session.execute(
        select(Release, asked.name, approved.name, ended.name)
        .join(asked, asked.id == Release.asked_by)
        .outerjoin(approved, approved.id == Release.approved_by)
        .outerjoin(ended, ended.id == Release.ended_by)
        .where(Release.report_id == report.id)
        .order_by(Release.id)
    )
    return [
        ReleaseLine(
            id=row.id,
            number=report.number,
            party=row.party.value,
            duty=row.duty.value if row.duty else None,
            other_authority=row.other_authority,
            state=row.state.value,
            why=row.why,
            reason=opener.open(row.reason_sealed) if opener and row.reason_sealed else "",
            asked_by=asked_name,
            asked_by_id=row.asked_by,
            asked_at=row.asked_at,
            approved_by=approved_name,
            approved_at=row.approved_at,
            ended_by=ended_name,
            ended_at=row.ended_at,
        )
        for row, asked_name, approved_name, ended_name in rows
    ]


def read_releases(session: Session, number: int, *, staff_id: int, keys: ServiceKeys) -> Sequence[ReleaseLine]:
    """The same for a named person who did not open the case; it is in the audit. CaseNotFoundError."""
    report = session.scalar(select(Report).where(Report.number == number))
    if report is None:
        raise CaseNotFoundError("no such case")
    conversation = lock_conversation(session, report.conversation_id)
    session.add(AuditEntry(staff_id=staff_id, action="releases_read", report_id=report.id))
    return releases_of(session, report, conversation, keys)


def waiting_releases(session: Session) -> Sequence[tuple[int, int, str, str]]:
    """Case, release, party and who asked, of every release that waits for a second person; the oldest first."""
    rows = session.execute(
        select(Report.number, Release.id, Release.party, Staff.name)
        .join(Report, Report.id == Release.report_id)
        .join(Staff, Staff.id == Release.asked_by)
        .where(Release.state == ReleaseState.ASKED)
        .order_by(Release.id)
    )
    return [(number, release_id, party.value, name) for number, release_id, party, name in rows]
