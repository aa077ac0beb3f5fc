"""Whether the engine lives, as its own rows tell: how old the youngest heartbeat and the last audit are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.tables import AuditorPass, EngineHeartbeat

HEARTBEAT_IS_OLD = timedelta(seconds=15)
AUDIT_IS_OLD = timedelta(minutes=4)


@dataclass(frozen=True, kw_only=True)
class EngineHealth:
    """None: there never was one. `findings` are those of the last audit."""

    heartbeat_age: timedelta | None
    audit_age: timedelta | None
    findings: int

    @property
    def lives(self) -> bool:
        """Whether some process's loops run."""
        return self.heartbeat_age is not None and self.heartbeat_age < HEARTBEAT_IS_OLD

    @property
    def is_audited(self) -> bool:
        """Whether the auditor looked a short while ago."""
        return self.audit_age is not None and self.audit_age < AUDIT_IS_OLD


def engine_health(session: Session) -> EngineHealth:
    """By the database's clock."""
    now = database_now(session)
    seen: datetime | None = session.scalar(select(func.max(EngineHeartbeat.seen_at)))
    looked = session.scalar(select(AuditorPass))
    return EngineHealth(
        heartbeat_age=None if seen is None else now - seen,
        audit_age=None if looked is None else now - looked.looked_at,
        findings=0 if looked is None else looked.findings,
    )
