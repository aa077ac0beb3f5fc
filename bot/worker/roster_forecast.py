"""Tells every supervisor, once a day until it is mended, that there will be times when nobody can be reached. It ticks
often; the key of the row makes it once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.page_words import LANGUAGE_NAMES
from bot.database.session import Database, database_now
from bot.database.states import StaffRole
from bot.database.tables import Staff
from bot.deployment import Deployment
from bot.errors import DatabaseDownError
from bot.escalation.forecast import AHEAD, Gap, gaps
from bot.escalation.roster import Way, first_ways
from bot.escalation.roster_store import load_roster, load_ways
from bot.escalation.rotations import instant_of
from bot.messages.outbox import NOTICE, tell_responder

log = structlog.get_logger("worker")

INTERVAL = timedelta(minutes=2)
_MORNING, _EVENING = time(8), time(21)  # a forecast wakes nobody, but for what comes before the morning


class RosterForecast:
    """Any number of these may tick."""

    def __init__(self, database: Database, deployment: Deployment) -> None:
        self._database = database
        self._deployment = deployment

    async def tell(self) -> None:
        """One look; a database that is down is for the next tick."""
        try:
            told = await self._database.run(lambda session: tell_gaps(session, self._deployment))
        except DatabaseDownError as error:
            log.warning("database_down", name="roster_forecast", error=type(error).__name__)
            return
        if told:
            log.warning("roster_has_gaps", count=told)


def tell_gaps(session: Session, deployment: Deployment) -> int:
    """Queue what is not told yet today. How many messages. By day, and at night when nobody can be reached before the
    morning. Where no supervisor can be reached, who can is told that nobody will: somebody has to mend it."""
    now = database_now(session)
    roster, ways = load_roster(session), load_ways(session)
    found = gaps(now, roster, ways, [language.value for language in deployment.languages])
    nobody = [gap for gap in found if gap.language is None]
    unread = [gap for gap in found if gap.language is not None]
    if not _is_time(now, nobody, deployment):
        return 0
    best, told = first_ways(ways), 0
    supervisors = session.scalars(select(Staff.id).where(Staff.active, Staff.role == StaffRole.SUPERVISOR))
    reached = [best[staff_id] for staff_id in supervisors if staff_id in best]
    today = now.astimezone(deployment.zone).date()
    if nobody:
        arguments = _arguments(nobody, deployment)
        for way in reached or best.values():
            told += _tell(session, way, f"forecast:{today}:{way.staff_id}", "roster_nobody", arguments)
    if unread:
        arguments = _arguments(unread, deployment)
        for way in reached:
            told += _tell(session, way, f"forecast:{today}:{way.staff_id}:languages", "roster_unread", arguments)
    return told


def _is_time(now: datetime, nobody: Sequence[Gap], deployment: Deployment) -> bool:
    local = now.astimezone(deployment.zone)
    if _MORNING <= local.time() < _EVENING:
        return True
    day = local.date() if local.time() < _MORNING else local.date() + timedelta(days=1)
    return any(gap.starts_at < instant_of(day, _MORNING, deployment.zone) for gap in nobody)


def _arguments(found: Sequence[Gap], deployment: Deployment) -> dict[str, object]:
    languages = dict.fromkeys(gap.language for gap in found if gap.language is not None)

    def local(at: datetime) -> str:
        return f"{at.astimezone(deployment.zone):%Y-%m-%d %H:%M}"

    return {
        "days": AHEAD.days,
        "count": len(found),
        "begins": local(found[0].starts_at),
        "ends": local(found[0].ends_at),
        "languages": ", ".join(LANGUAGE_NAMES.get(each, each) for each in languages),
    }


def _tell(session: Session, way: Way, key: str, template: str, arguments: dict[str, object]) -> bool:
    made = tell_responder(
        session,
        key=key,
        channel=way.channel,
        contact_id=way.contact_id,
        template=template,
        arguments=arguments,
        priority=NOTICE,
    )
    return made is not None
