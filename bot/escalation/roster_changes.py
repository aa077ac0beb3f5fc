"""Changes of the roster for a time: somebody stands in, is away, comes in addition, swaps with a colleague. Each is
checked here, kept apart from others by the database, and written to the audit. Rotations are in rotation_changes.py."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database.tables import AuditEntry, RosterOverride, Staff
from bot.escalation.duty import duties
from bot.escalation.roster_store import load_roster
from bot.escalation.wall_time import RosterError

_LONGEST = timedelta(days=366)
_ONE_AT_A_TIME = "one_override_at_a_time"


@dataclass(frozen=True, kw_only=True)
class Hours:
    """From an instant, inclusive, to another, exclusive."""

    starts_at: datetime
    ends_at: datetime

    def checked(self) -> Hours:
        """Itself. RosterError when it ends before it begins, or is longer than a year: somebody mistyped."""
        if self.ends_at <= self.starts_at:
            raise RosterError("the end must be after the start")
        if self.ends_at - self.starts_at > _LONGEST:
            raise RosterError("that is longer than a year; use `sampan oncall add` or a rotation")
        return self


def add_override(
    session: Session,
    *,
    absent: Staff | None,
    present: Staff | None,
    step_no: int | None,
    hours: Hours,
    by: Staff | None,
) -> int:
    """`present` stands in for `absent`; without `present` nobody does; without `absent` they come in addition, at a
    step. Its number. RosterError when it names nobody, a disabled account, or somebody who is away already."""
    _check_people(absent, present, step_no)
    made = _insert(session, absent, present, step_no, hours.checked(), by, swap_of=None)
    write_audit(session, by, f"override {made}")
    return made


def swap(
    session: Session, *, first: Staff, second: Staff, hours: Hours, back: Hours, by: Staff | None
) -> tuple[int, int]:
    """`second` takes what `first` has in `hours`, `first` what `second` has in `back`: both or neither. The numbers of
    the two overrides. RosterError when one of them has nothing to give there, or is away already."""
    _check_people(first, second, None)
    for staff, theirs in ((first, hours.checked()), (second, back.checked())):
        _check_on_roster(session, staff, theirs)
    there = _insert(session, first, second, None, hours, by, swap_of=None)
    returned = _insert(session, second, first, None, back, by, swap_of=there)
    write_audit(session, by, f"swap {there} {returned}")
    return there, returned


def find_override(
    session: Session, *, absent: Staff | None, present: Staff | None, step_no: int | None, hours: Hours
) -> int | None:
    """The number of the very same one, if there is one."""
    return session.scalar(
        select(RosterOverride.id).where(
            RosterOverride.absent_id.is_not_distinct_from(absent.id if absent else None),
            RosterOverride.present_id.is_not_distinct_from(present.id if present else None),
            RosterOverride.step_no.is_not_distinct_from(step_no),
            RosterOverride.during == Range(hours.starts_at, hours.ends_at, bounds="[)"),
        )
    )


def remove_override(session: Session, number: int, *, by: Staff | None) -> int:
    """It never was; of a swap both halves go. How many went. RosterError when there is none of this number."""
    found = session.get(RosterOverride, number, with_for_update=True)
    if found is None:
        raise RosterError(f"there is no override number {number}; see `sampan oncall override list`")
    first = found.swap_of or found.id
    gone = session.scalars(
        delete(RosterOverride)
        .where(or_(RosterOverride.id == first, RosterOverride.swap_of == first))
        .returning(RosterOverride.id)
    ).all()
    write_audit(session, by, f"override_removed {' '.join(str(each) for each in sorted(gone))}")
    return len(gone)


def coming_overrides(session: Session) -> Sequence[RosterOverride]:
    """Those that are not over yet, the first to begin first."""
    return session.scalars(
        select(RosterOverride)
        .where(func.upper(RosterOverride.during) > func.now())
        .order_by(func.lower(RosterOverride.during), RosterOverride.id)
    ).all()


def set_reads(session: Session, staff: Staff, languages: Collection[str], *, by: Staff | None) -> None:
    """The languages somebody reads besides that of their pages; it replaces what was set."""
    staff.reads = sorted(set(languages))
    session.add(AuditEntry(staff_id=by.id if by else None, action="reads_set", detail=f"staff {staff.id}"))


def set_conflicts(session: Session, staff: Staff, about: Collection[str], *, by: Staff | None) -> None:
    """What somebody may take no case about, by its coded words; it replaces what was set."""
    staff.conflicts = sorted(set(about))
    session.add(AuditEntry(staff_id=by.id if by else None, action="conflicts_set", detail=f"staff {staff.id}"))


def write_audit(session: Session, by: Staff | None, detail: str) -> None:
    """Every change of the roster is one entry; who did it is known when they said so."""
    session.add(AuditEntry(staff_id=by.id if by else None, action="roster_changed", detail=detail))


@contextmanager
def refused(session: Session, constraint: str, sentence: str) -> Iterator[None]:
    """What the database refuses by `constraint`, also when somebody else wrote in the same instant, is a RosterError;
    all else travels on."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", None) != constraint:
            raise
        raise RosterError(sentence) from None


def _check_people(absent: Staff | None, present: Staff | None, step_no: int | None) -> None:
    if absent is None and present is None:
        raise RosterError("an override names somebody")
    if absent is not None and present is not None and absent.id == present.id:
        raise RosterError("nobody stands in for themselves")
    if present is not None and not present.active:
        raise RosterError(f"the account of {present.name} is disabled: nothing would wake them")
    if absent is None and (step_no is None or step_no < 1):
        raise RosterError("somebody in addition needs a step; steps are counted from 1")


def _check_on_roster(session: Session, staff: Staff, hours: Hours) -> None:
    if not any(each.staff_id == staff.id for each in duties(hours.starts_at, hours.ends_at, load_roster(session))):
        raise RosterError(f"{staff.name} is not on the roster {_written(hours.starts_at, hours.ends_at)}")


def _insert(
    session: Session,
    absent: Staff | None,
    present: Staff | None,
    step_no: int | None,
    hours: Hours,
    by: Staff | None,
    *,
    swap_of: int | None,
) -> int:
    row = RosterOverride(
        absent_id=absent.id if absent else None,
        present_id=present.id if present else None,
        step_no=step_no if absent is None else None,
        during=Range(hours.starts_at, hours.ends_at, bounds="[)"),
        swap_of=swap_of,
        made_by=by.id if by else None,
    )
    with refused(session, _ONE_AT_A_TIME, _taken(session, absent, hours)):
        session.add(row)
    return row.id


def _taken(session: Session, absent: Staff | None, hours: Hours) -> str:
    """What to say should the database refuse it: which one stands there, as far as it can be seen from here."""
    if absent is None:
        return "there is another override at that time"
    wanted = Range(hours.starts_at, hours.ends_at, bounds="[)")
    there = session.scalars(
        select(RosterOverride).where(RosterOverride.absent_id == absent.id, RosterOverride.during.overlaps(wanted))
    ).first()
    if there is None or there.during.lower is None or there.during.upper is None:
        return f"{absent.name} has another override at that time; see `sampan oncall override list`"
    return (
        f"{absent.name} has override number {there.id} {_written(there.during.lower, there.during.upper)}; "
        "remove it first, or choose other hours"
    )


def _written(starts_at: datetime, ends_at: datetime) -> str:
    return f"from {starts_at.astimezone(UTC):%Y-%m-%d %H:%M} to {ends_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
