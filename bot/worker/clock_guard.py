"""Holds the database's clock against one that cannot run backwards (oncall.md rule 8). All timers are rows and are
compared with the database's clock: when that is set forward every alarm fires late but once, which the sweep sees to;
when it is set back everything would wait the difference longer, which is mended here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.database.session import Database, wake
from bot.database.states import StaffRole
from bot.database.tables import Staff, StaffContact
from bot.errors import DatabaseDownError
from bot.escalation.policy import LAST_RESORT_PAUSE, LAST_RESORT_STEP
from bot.messages.outbox import tell_responder
from bot.messages.retry import LONGEST_PAUSE
from bot.settings import Settings

log = structlog.get_logger("worker")

TOLERATED = timedelta(seconds=2)
_PAGE_WAITS = timedelta(seconds=15)  # the longest a page is put off between two tries
_QUARTER_SECONDS = 15 * 60


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Both clocks at one instant; `unsure` is how long reading them took."""

    database: datetime
    steady_seconds: float
    unsure: timedelta


def jump(before: Reading, now: Reading) -> timedelta:
    """How far the database's clock ran ahead of the steady one, negative when it was set back; zero when that may be
    the time it took to ask."""
    passed = timedelta(seconds=now.steady_seconds - before.steady_seconds)
    found = (now.database - before.database) - passed
    return found if abs(found) > TOLERATED + before.unsure + now.unsure else timedelta(0)


def database_clock(session: Session) -> datetime:
    """The clock itself, not the beginning of the transaction."""
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now


class ClockGuard:
    """One per process: what it mends it may mend twice."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        steady: Callable[[], float] = monotonic,
        clock: Callable[[Session], datetime] = database_clock,
    ) -> None:
        self._database = database
        self._settings = settings
        self._steady = steady
        self._clock = clock
        self._before: Reading | None = None

    async def look(self) -> None:
        """Compare; the first look of a process mends what a jump before it may have left."""
        try:
            now = await self._database.run(self._read)
            found = timedelta(0) if self._before is None else jump(self._before, now)
            if self._before is None or found < timedelta(0):
                await self._database.run(lambda session: restamp(session, self._settings))
            if found:
                log.error("clock_jumped", seconds=found)
                await self._database.run(lambda session: _tell_supervisors(session, found))
        except DatabaseDownError as error:
            log.warning("database_down", name="clock_guard", error=type(error).__name__)
            return
        self._before = now

    def _read(self, session: Session) -> Reading:
        began = self._steady()
        database = self._clock(session)
        ended = self._steady()
        return Reading(database=database, steady_seconds=ended, unsure=timedelta(seconds=ended - began))


# Nothing is moved later, and what fits is not touched: doing it twice, or in every process, changes nothing more.
_RESTAMP = (
    """
    update alarm set next_action_at = now() + longest, acknowledged_at = least(acknowledged_at, now()) from (
        select each.id, case
            when each.state = 'waiting' then :question
            when each.state = 'acknowledged' then make_interval(secs => coalesce(
                (body -> 'leases' ->> urgency)::float8, (body ->> 'lease')::float8, :lease))
            when step_no >= :last_resort then :last_resort_pause
            else make_interval(secs => coalesce(
                (body -> 'waits' ->> urgency)::float8, (body ->> 'wait')::float8, :wait)) end as longest
        from alarm each left join oncall_policy on oncall_policy.id = each.policy_id
        where each.state in ('waiting', 'paging', 'acknowledged') and not each.drill
        for update of each) as open
    where open.id = alarm.id and next_action_at > now() + longest
    """,
    """
    update responder_call set next_action_at = now()
    where state = 'paging' and next_action_at > now() + :wait_at_most
    """,
    "update hand_over set asked_at = now() where state = 'asked' and asked_at > now()",
    "update outbox set due_at = now() where state = 'pending' and page_id is not null and due_at > now() + :page",
    """
    update outbox set due_at = now() where state = 'pending' and due_at > now()
        and (created_at > now() or due_at > now() + :longest_pause)
    """,
    "update outbox set lease_until = now() + :worker where lease_until > now() + :worker",
    "update inbox set lease_until = now() + :worker where lease_until > now() + :worker",
    """
    update inbox set due_at = now() where state = 'pending' and due_at > now()
        and (received_at > now() or due_at > now() + :longest_pause)
    """,
)


def restamp(session: Session, settings: Settings) -> None:
    """Nothing waits longer from now on than its step, its lease or its pause lasts."""
    values = {
        "question": settings.unanswered_danger_question,
        "lease": settings.acknowledgement_lease.total_seconds(),
        "wait": settings.step_timeout.total_seconds(),
        "wait_at_most": max(settings.step_timeout, LAST_RESORT_PAUSE),
        "last_resort": LAST_RESORT_STEP,
        "last_resort_pause": LAST_RESORT_PAUSE,
        "page": _PAGE_WAITS,
        "worker": settings.lease,
        "longest_pause": LONGEST_PAUSE,
    }
    for statement in _RESTAMP:
        session.execute(text(statement), values)
    for queue in ("alarms", "outbox", "inbox"):
        wake(session, queue)


def _tell_supervisors(session: Session, found: timedelta) -> None:
    """Once in a quarter of an hour, however many processes saw it."""
    quarter = int(session.execute(select(func.extract("epoch", func.now()))).scalar_one()) // _QUARTER_SECONDS
    ways = session.scalars(
        select(StaffContact)
        .join(Staff, Staff.id == StaffContact.staff_id)
        .where(Staff.active, Staff.role == StaffRole.SUPERVISOR)
        .where(StaffContact.verified_at.is_not(None), StaffContact.broken_at.is_(None))
    )
    for way in ways:
        tell_responder(
            session,
            key=f"clock:{quarter}:{way.id}",
            channel=way.channel,
            contact_id=way.id,
            template="clock_jumped",
            arguments={"seconds": round(found.total_seconds())},
        )
