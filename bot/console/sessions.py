"""Who is signed in. The browser holds a random token, the database only its hash; a session ends after half an hour
without use and after a shift in any case."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.console.accounts import begin_attempt, record_failure, record_success
from bot.console.passwords import Passwords
from bot.database.session import Database, database_now
from bot.database.states import StaffRole
from bot.database.tables import AuditEntry, Staff, StaffSession

IDLE = timedelta(minutes=30)
SHIFT = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The staff member behind a request."""

    staff_id: int
    name: str
    language: str
    role: StaffRole
    token_hash: bytes = field(repr=False)


def cookie_name(console_url: str) -> str:
    """`__Host-` makes browsers refuse the cookie without Secure or from a neighbouring host (RFC 6265bis, 4.1.3.2).
    Plain http is for loopback and the demo, where no browser would take such a cookie."""
    return "__Host-sampan" if console_url.startswith("https://") else "sampan_session"


async def sign_in(database: Database, passwords: Passwords, *, name: str, password: str) -> str | None:
    """The token of a new session; None when name or password is wrong or it is too soon after wrong ones, and nothing
    tells which. BusyError when too many sign in at once."""
    attempt = await database.run(lambda session: begin_attempt(session, name))
    verdict = await passwords.verify(attempt.password_hash, password)

    def finish(session: Session) -> str | None:
        if verdict.right and not attempt.too_soon and record_success(session, attempt, verdict.new_hash):
            assert attempt.staff_id is not None
            return begin_session(session, attempt.staff_id)
        record_failure(session, attempt)
        return None

    return await database.run(finish)


def begin_session(session: Session, staff_id: int) -> str:
    """A new session's token; those that have run out are cleared away."""
    now = database_now(session)
    run_out = or_(StaffSession.last_seen_at < now - IDLE, StaffSession.created_at < now - SHIFT)
    session.execute(delete(StaffSession).where(run_out))
    token = secrets.token_urlsafe(32)
    session.add(StaffSession(token_hash=_hash(token), staff_id=staff_id))
    return token


def find_session(session: Session, token: str, *, counts_as_use: bool) -> SignedIn | None:
    """Who holds this token; None when it is unknown, has run out, or its account is disabled. A page that refreshes
    itself is no use: a screen left alone signs itself out."""
    now = database_now(session)
    row = session.execute(
        select(Staff, StaffSession.token_hash)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(
            StaffSession.token_hash == _hash(token),
            StaffSession.last_seen_at >= now - IDLE,
            StaffSession.created_at >= now - SHIFT,
            Staff.active,
        )
    ).one_or_none()
    if row is None:
        return None
    staff, token_hash = row
    if counts_as_use:
        session.execute(update(StaffSession).where(StaffSession.token_hash == token_hash).values(last_seen_at=now))
    return SignedIn(staff_id=staff.id, name=staff.name, language=staff.language, role=staff.role, token_hash=token_hash)


def end_session(session: Session, signed_in: SignedIn) -> None:
    """Sign out."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == signed_in.token_hash))
    session.add(AuditEntry(staff_id=signed_in.staff_id, action="signed_out"))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
