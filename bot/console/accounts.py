"""Staff accounts: made, disabled, listed, and the bookkeeping of sign-in attempts. Hashing is in passwords.py."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import StaffRole
from bot.database.tables import AuditEntry, Staff, StaffSession
from bot.errors import SampanError
from bot.escalation.leaving import move_on_without

LONGEST_NAME = 40
_FREE_ATTEMPTS = 3
_LONGEST_PAUSE = timedelta(seconds=30)


class AccountError(SampanError):
    """The account cannot be made, found or changed as asked; another name or value helps."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A sign-in attempt that has been counted. `staff_id` is None when nobody has that name."""

    staff_id: int | None
    password_hash: str | None = field(repr=False)
    too_soon: bool


def account_name(written: str) -> str:
    """The one spelling of a name. AccountError when it is empty, too long or has signs that cannot be seen."""
    name = " ".join(unicodedata.normalize("NFC", written).split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise AccountError(f"a name has 1 to {LONGEST_NAME} visible characters")
    return name


def create_account(session: Session, *, name: str, language: str, role: StaffRole, password_hash: str) -> Staff:
    """A new account. AccountError when the name is taken, also in other capital letters."""
    spelled = account_name(name)
    if session.scalar(select(Staff.id).where(func.lower(Staff.name) == spelled.lower())) is not None:
        raise AccountError(f"there is an account named {spelled} already")
    staff = Staff(name=spelled, language=language, role=role, password_hash=password_hash)
    session.add(staff)
    session.flush()
    session.add(AuditEntry(staff_id=staff.id, action="account_created"))
    return staff


def find_account(session: Session, name: str) -> Staff:
    """The account of this name, disabled or not. AccountError when there is none."""
    staff = session.scalar(select(Staff).where(func.lower(Staff.name) == account_name(name).lower()))
    if staff is None:
        raise AccountError(f"there is no account named {account_name(name)}")
    return staff


def list_accounts(session: Session) -> Sequence[Staff]:
    """All accounts by name."""
    return session.scalars(select(Staff).order_by(func.lower(Staff.name))).all()


def disable_account(session: Session, staff: Staff) -> None:
    """Sign out everywhere, let nobody in by this name, and page others for what they held. What the person did
    stays in the audit."""
    staff.active = False
    _sign_out_everywhere(session, staff)
    session.flush()
    move_on_without(session, staff.id)
    session.add(AuditEntry(staff_id=staff.id, action="account_disabled"))


def set_password(session: Session, staff: Staff, password_hash: str) -> None:
    """Store a new password, forget failed attempts, and sign out everywhere."""
    staff.password_hash = password_hash
    staff.failed_logins = 0
    staff.login_not_before = None
    _sign_out_everywhere(session, staff)
    session.add(AuditEntry(staff_id=staff.id, action="password_set"))


def _sign_out_everywhere(session: Session, staff: Staff) -> None:
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))


def pause_after(attempts: int) -> timedelta:
    """How long nobody can sign in by a name after so many attempts without success; never a lock-out."""
    if attempts < _FREE_ATTEMPTS:
        return timedelta()
    return min(timedelta(seconds=2 ** min(attempts - _FREE_ATTEMPTS, 10)), _LONGEST_PAUSE)


def begin_attempt(session: Session, name: str) -> Attempt:
    """Count an attempt before its password is checked, so that many at once are not checked for the price of one."""
    try:
        spelled = account_name(name)
    except AccountError:
        return Attempt(staff_id=None, password_hash=None, too_soon=False)
    staff = session.scalar(
        select(Staff).where(func.lower(Staff.name) == spelled.lower(), Staff.active).with_for_update()
    )
    if staff is None:
        return Attempt(staff_id=None, password_hash=None, too_soon=False)
    now = database_now(session)
    if staff.login_not_before is not None and now < staff.login_not_before:
        return Attempt(staff_id=staff.id, password_hash=staff.password_hash, too_soon=True)
    staff.failed_logins += 1
    staff.login_not_before = now + pause_after(staff.failed_logins)
    return Attempt(staff_id=staff.id, password_hash=staff.password_hash, too_soon=False)


def record_success(session: Session, attempt: Attempt, new_hash: str | None) -> bool:
    """The password was right. False when the account was disabled or its password changed meanwhile."""
    staff = session.scalar(
        select(Staff)
        .where(Staff.id == attempt.staff_id, Staff.active, Staff.password_hash == attempt.password_hash)
        .with_for_update()
    )
    if staff is None:
        return False
    staff.failed_logins = 0
    staff.login_not_before = None
    if new_hash is not None:
        staff.password_hash = new_hash
    session.add(AuditEntry(staff_id=staff.id, action="signed_in"))
    return True


def record_failure(session: Session, attempt: Attempt) -> None:
    """The password was wrong; of an unknown name nothing is kept (people type passwords into the wrong field)."""
    if attempt.staff_id is not None:
        session.add(AuditEntry(staff_id=attempt.staff_id, action="sign_in_failed"))
