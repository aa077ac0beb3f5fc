"""The cases a page names, as they stand at the moment it is sent: whoever was taken meanwhile is not among them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.database.session import database_now
from bot.database.states import OutboxState
from bot.database.tables import Alarm, OutboxMessage, Page, Report
from bot.errors import NotWantedError
from bot.messages.bundling import drop_unwanted, wanted_pages
from bot.messages.outbox_claims import MAY_HAVE_LEFT
from bot.messages.priorities import FIRST_PAGE
from bot.privacy.sealing import ServiceKeys
from bot.reports.urgency import Urgency

_MAY_HAVE_ARRIVED = (MAY_HAVE_LEFT, "uncertain")


@dataclass(frozen=True, kw_only=True)
class PageCase:
    """One case on a page: numbers and coded words only. `first`: nobody was told of it before."""

    alarm_id: int
    number: int
    urgency: Urgency
    language: str | None
    minutes: int
    code: str = field(repr=False)
    first: bool
    drill: bool
    may_be_repeat: bool

    @property
    def place(self) -> tuple[bool, int, bool, int, int]:
        """Its place on the page: tests last, the most urgent first, then what is new, then who waited longest."""
        return (self.drill, -self.urgency.rank, not self.first, -self.minutes, self.number)


def cases_of(session: Session, row: OutboxMessage, keys: ServiceKeys) -> tuple[PageCase, ...]:
    """The cases of a leased page and of what is bundled into it, each once, in the order in which they are told.
    NotWantedError when the page's own case was taken since it was leased: what is left is then looked at anew."""
    drop_unwanted(session, row.id)
    named = or_(
        OutboxMessage.id == row.id,
        and_(OutboxMessage.bundled_into == row.id, OutboxMessage.state == OutboxState.BUNDLED),
    )
    found = session.execute(
        select(OutboxMessage, Page.id, Alarm, Report)
        .join(Page, Page.id == OutboxMessage.page_id)
        .join(Alarm, Alarm.id == Page.alarm_id)
        .join(Report, Report.id == Alarm.report_id)
        .where(named)
        .order_by(Page.id)
    ).all()
    refuse_unwanted(session, row)
    now = database_now(session)
    cases = {
        alarm.id: PageCase(  # of two pages for one case the later one's code is told; both are good
            alarm_id=alarm.id,
            number=report.number,
            urgency=Urgency(alarm.urgency),
            language=report.language,
            minutes=int((now - alarm.raised_at).total_seconds() // 60),
            code=keys.page_code(page_id),
            first=each.priority == FIRST_PAGE,
            drill=alarm.drill,
            may_be_repeat=each.error_kind in _MAY_HAVE_ARRIVED,
        )
        for each, page_id, alarm, report in found
    }
    return tuple(sorted(cases.values(), key=lambda case: case.place))


def refuse_unwanted(session: Session, row: OutboxMessage) -> None:
    """NotWantedError for a page that somebody answered, or whose case was taken, since it was leased."""
    if row.page_id is None or session.scalar(wanted_pages([row.page_id])) is None:
        raise NotWantedError


def earlier_page(session: Session, row: OutboxMessage, cases: tuple[PageCase, ...]) -> str | None:
    """The provider's id of the last page on this telephone that named one of these cases: a page that replies to it
    sounds again, an edit would not (oncall.md rule 22)."""
    carrier = aliased(OutboxMessage)
    ref = func.coalesce(carrier.provider_ref, OutboxMessage.provider_ref)
    found: str | None = session.scalar(
        select(ref)
        .select_from(OutboxMessage)
        .join(Page, Page.id == OutboxMessage.page_id)
        .outerjoin(carrier, carrier.id == OutboxMessage.bundled_into)
        .where(
            Page.alarm_id.in_([case.alarm_id for case in cases]),
            Page.contact_id == row.staff_contact_id,
            OutboxMessage.id != row.id,
            ref.is_not(None),
        )
        .order_by(func.coalesce(carrier.sent_at, OutboxMessage.sent_at).desc())
        .limit(1)
    )
    return found
