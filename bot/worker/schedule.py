"""The only APScheduler code: it ticks, and keeps nothing. What is due stands in rows; a tick that comes late or twice
does what one in time would have done. (A job store would lose or repeat jobs: oncall.md C2.)"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

Job = Callable[[], Awaitable[None]]


def start_ticking(jobs: Mapping[str, tuple[timedelta, Job]]) -> AsyncIOScheduler:
    """Call each job at its interval, never twice at once. The caller shuts the scheduler down."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for name, (interval, job) in jobs.items():
        scheduler.add_job(
            job,
            "interval",
            seconds=interval.total_seconds(),
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler
