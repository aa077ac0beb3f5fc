"""Versions of the policy, as rows. An alarm keeps the one it was raised under; who is on call is looked up live."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.tables import Alarm, AuditEntry, OncallPolicy
from bot.escalation.policy import Policy
from bot.settings import Settings


def built_in(settings: Settings) -> Policy:
    """What holds while nobody has set another."""
    return Policy(wait=settings.step_timeout, lease=settings.acknowledgement_lease, loops=settings.page_loops)


def newest_id(session: Session) -> int | None:
    """The version new alarms are raised under; None: the built-in one."""
    return session.scalar(select(OncallPolicy.id).order_by(OncallPolicy.id.desc()).limit(1))


def policy_of(session: Session, alarm: Alarm, settings: Settings) -> Policy:
    """The policy the alarm was raised under."""
    version = session.get(OncallPolicy, alarm.policy_id) if alarm.policy_id is not None else None
    return Policy.from_body(version.body) if version is not None else built_in(settings)


def current_policy(session: Session, settings: Settings) -> Policy:
    """What the next alarm is raised under."""
    newest = newest_id(session)
    version = session.get(OncallPolicy, newest) if newest is not None else None
    return Policy.from_body(version.body) if version is not None else built_in(settings)


def set_policy(session: Session, policy: Policy, *, staff_id: int | None) -> int:
    """A new version, for alarms raised from now on. Its id. ConfigurationError when it makes no sense."""
    body = policy.to_body()
    Policy.from_body(body)
    version = OncallPolicy(made_by=staff_id, body=body)
    session.add(version)
    session.flush()
    session.add(AuditEntry(staff_id=staff_id, action="policy_set", detail=str(version.id)))
    return version.id
