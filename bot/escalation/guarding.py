"""What stands around each row that a sweep moves, so that one that cannot be moved does not hold up the others. The
guard that catches everything belongs to the worker's loop; here is what it looks like."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy.orm import Session

from bot.database.tables import Alarm, HandOver, ResponderCall

Guarded = Alarm | ResponderCall | HandOver
Guard = Callable[[Session, Guarded], AbstractContextManager[object]]


def no_guard(_session: Session, _row: Guarded) -> AbstractContextManager[object]:
    """A failure is the caller's."""
    return nullcontext()
