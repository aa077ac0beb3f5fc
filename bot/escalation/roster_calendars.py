"""The roster as calendars: of one person or of all, out of the rows and into them. The address under which a phone
reads its own is a secret token; the database holds its hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.tables import AuditEntry, Staff
from bot.escalation.calendar_export import AHEAD, calendar_of
from bot.escalation.calendar_import import read_calendar
from bot.escalation.duty import Duty, duties
from bot.escalation.roster_changes import add_override, find_override, write_audit
from bot.escalation.roster_store import load_roster
from bot.escalation.wall_time import RosterError

_TOKEN_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Imported:
    """How many events became overrides, how many stood there already, and up to when the calendar was read."""

    made: int
    known: int
    until: datetime


def export_calendar(session: Session, staff: Staff | None) -> bytes:
    """The coming 90 days of one person, or of all, as events that `import_calendar` reads back."""
    names = {each.id: each.name for each in session.scalars(select(Staff))}
    return _written(session, staff, lambda duty: f"{names[duty.staff_id]}, step {duty.step_no}")


def own_calendar(session: Session, staff: Staff, title: Callable[[Duty], str]) -> bytes:
    """The coming 90 days of one person for their own phone: nobody else's name stands in it."""
    return _written(session, staff, title)


def _written(session: Session, staff: Staff | None, title: Callable[[Duty], str]) -> bytes:
    now = database_now(session)
    end = datetime.combine((now + AHEAD).astimezone(UTC).date(), time(0), tzinfo=UTC) + timedelta(days=1)
    found = duties(now, end, load_roster(session))
    return calendar_of([each for each in found if staff is None or each.staff_id == staff.id], title, now)


def import_calendar(session: Session, raw: bytes, zone: ZoneInfo, *, by: Staff | None) -> Imported:
    """Every event of the coming 90 days as an override; one that stands there already is left alone. RosterError names
    the line of the first that is not understood or not possible, and nothing of the calendar stands then."""
    now = database_now(session)
    active = {staff.name: staff for staff in session.scalars(select(Staff).where(Staff.active))}
    made = known = 0
    for wanted in read_calendar(raw, active.keys(), zone, now, now + AHEAD):
        absent = active[wanted.absent] if wanted.absent else None
        present = active[wanted.present] if wanted.present else None
        same = find_override(session, absent=absent, present=present, step_no=wanted.step_no, hours=wanted.hours)
        if same is not None:
            known += 1
            continue
        try:
            add_override(session, absent=absent, present=present, step_no=wanted.step_no, hours=wanted.hours, by=by)
        except RosterError as error:
            raise RosterError(f"line {wanted.line}: {error}") from None
        made += 1
    write_audit(session, by, f"calendar {made}")
    return Imported(made=made, known=known, until=now + AHEAD)


def make_feed(session: Session, staff: Staff, *, by: Staff | None) -> str:
    """The token of a new address of this person's calendar; an earlier one is void. It is not kept."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    staff.feed_token_hash = _hash(token)
    session.add(AuditEntry(staff_id=by.id if by else None, action="calendar_made", detail=f"staff {staff.id}"))
    return token


def revoke_feed(session: Session, staff: Staff, *, by: Staff | None) -> None:
    """Nobody reads this person's calendar any more. RosterError when nobody could."""
    if staff.feed_token_hash is None:
        raise RosterError(f"{staff.name} has no calendar address")
    staff.feed_token_hash = None
    session.add(AuditEntry(staff_id=by.id if by else None, action="calendar_revoked", detail=f"staff {staff.id}"))


def whose_feed(session: Session, token: str) -> Staff | None:
    """Whose calendar this token opens; None when it is unknown, was withdrawn, or the account is disabled."""
    return session.scalar(select(Staff).where(Staff.feed_token_hash == _hash(token), Staff.active))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
