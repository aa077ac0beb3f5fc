"""What a responder is told when their place on the roster begins: how many cases are open, in numbers only. And how
often each of them is woken, so that nobody is worn out unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import AlarmState, ReportKind, ReportState
from bot.database.tables import Alarm, Report
from bot.escalation.roster import Roster, first_ways, places
from bot.escalation.roster_store import load_roster, load_ways
from bot.messages.outbox import NOTICE, tell_responder

_LOOKED_BACK = 15  # minutes: a restart at the hour of the hand-over forgets nobody
_A_MINUTE = timedelta(minutes=1)
REVIEWED = timedelta(days=30)


def tell_whose_shift_began(session: Session) -> int:
    """A digest for everybody whose place began in the last quarter of an hour, once; how many were written."""
    now, roster = database_now(session), load_roster(session)
    began = shifts_begun(now, roster)
    if not began:
        return 0
    ways, numbers = first_ways(load_ways(session)), _numbers(session)
    told = 0
    for staff_id, since in began:
        way = ways.get(staff_id)
        if way is None:
            continue
        told += None is not tell_responder(
            session,
            key=f"shift:{staff_id}:{int(since.timestamp())}",
            channel=way.channel,
            contact_id=way.contact_id,
            template="shift_begins",
            arguments=numbers,
            priority=NOTICE,
        )
    return told


def shifts_begun(now: datetime, roster: Roster) -> tuple[tuple[int, datetime], ...]:
    """Who stands on the roster now and did not a quarter of an hour ago, and the minute in which that began. Who only
    changes from one step to another goes on."""
    minute = now.replace(second=0, microsecond=0)
    before = _standing(minute - _LOOKED_BACK * _A_MINUTE, roster)
    began = []
    for staff_id in sorted(_standing(now, roster) - before):
        since = minute
        while staff_id in _standing(since - _A_MINUTE, roster):
            since -= _A_MINUTE
        began.append((staff_id, since))
    return tuple(began)


def _standing(at: datetime, roster: Roster) -> frozenset[int]:
    return frozenset(staff_id for _, staff_id in places(at, roster))


def _numbers(session: Session) -> dict[str, int]:
    real = Report.kind != ReportKind.DRILL
    cases = select(func.count()).select_from(Report).where(Report.state == ReportState.OPEN, real)
    untaken = (
        select(func.count())
        .select_from(Alarm)
        .join(Report, Report.id == Alarm.report_id)
        .where(Alarm.state == AlarmState.PAGING, real)
    )
    return {"cases": session.scalar(cases) or 0, "untaken": session.scalar(untaken) or 0}


@dataclass(frozen=True, kw_only=True)
class Review:
    """How often one responder was woken in 30 days. A night is 22 to 6 by local time, and belongs to its evening."""

    name: str
    pages: int
    at_night: int
    nights: int
    worst_night: int


_REVIEW = text("""
with left_us as (
    select page.staff_id, alarm_id, min(outbox.sent_at) at time zone :zone as local
    from page join outbox on outbox.page_id = page.id
    where outbox.sent_at >= now() - :days
    group by page.staff_id, alarm_id, page.epoch, page.step_no, page.loop_no
), told as (
    select staff_id, local, (local - interval '12 hours')::date as night,
        local::time >= '22:00' or local::time < '06:00' as at_night
    from left_us
), by_night as (
    select staff_id, night, count(*) as pages, count(*) filter (where at_night) as at_night
    from told group by staff_id, night
)
select staff.name, coalesce(sum(by_night.pages), 0)::int, coalesce(sum(at_night), 0)::int,
    (count(*) filter (where at_night > 0))::int, coalesce(max(at_night), 0)::int
from staff left join by_night on by_night.staff_id = staff.id
where staff.active group by staff.id, staff.name order by 3 desc, 2 desc, staff.name
""")


def review(session: Session, zone: ZoneInfo) -> Iterable[Review]:
    """Everybody with an account, whoever is woken most at night first. A page by two ways counts once."""
    rows = session.execute(_REVIEW, {"zone": zone.key, "days": REVIEWED})
    return [
        Review(name=name, pages=pages, at_night=at_night, nights=nights, worst_night=worst)
        for name, pages, at_night, nights, worst in rows
    ]
