"""Check-ins as rows: agreed, kept, missed. The person writes a word by a time; the timer is the row, and whichever
worker comes first moves it. Nothing here writes to the phone: a reminder could be read by somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from bot.database.schema_gate import schema_is_ours
from bot.database.states import CheckInState, InboxState
from bot.database.tables import CheckIn, InboxMessage
from bot.messages.cover import cover_of, hashes_of
from bot.privacy.sealing import ServiceKeys

_QUEUE_IS_WAITED_FOR = timedelta(minutes=5)  # our own delay is no sign of danger, but not for longer than this
_ONCE_THE_WORD_COMES = {CheckInState.WAITING: CheckInState.KEPT, CheckInState.MISSED: CheckInState.LATE}
_WORD_COUNTS = tuple(_ONCE_THE_WORD_COMES)


def agree(session: Session, conversation_id: UUID, expected_at: datetime, word_hash: bytes) -> None:
    """From now on this word is expected by that time, and nothing that was agreed before."""
    cancel(session, conversation_id)
    session.add(
        CheckIn(
            conversation_id=conversation_id, expected_at=expected_at, word_hash=word_hash, hashed_for=conversation_id
        )
    )
    session.flush()


def is_word_of_check_in(session: Session, conversation_id: UUID, readings: Iterable[str], keys: ServiceKeys) -> bool:
    """Whether the message is a word that is expected, or was. The safe word counts as well, whenever it was chosen, but
    for what was missed: then it is the safe word again."""
    rows = session.scalars(
        select(CheckIn).where(CheckIn.conversation_id == conversation_id, CheckIn.state.in_(_WORD_COUNTS))
    ).all()
    if not rows:
        return False
    readings = tuple(readings)
    cover = cover_of(session, conversation_id)
    if cover is not None and cover.safe_word_hash in hashes_of(conversation_id, readings, keys):
        return any(row.state is CheckInState.WAITING for row in rows)
    return any(row.word_hash in hashes_of(row.hashed_for, readings, keys) for row in rows)


def keep(session: Session, conversation_id: UUID) -> None:
    """The word came: in time, or after staff were alarmed. One message ends all that was agreed in this conversation,
    which is locked."""
    for before, after in _ONCE_THE_WORD_COMES.items():
        session.execute(
            update(CheckIn)
            .where(CheckIn.conversation_id == conversation_id, CheckIn.state == before)
            .values(state=after, ended_at=func.now())
        )


def cancel(session: Session, conversation_id: UUID) -> bool:
    """Nothing is expected any more. False when nothing was."""
    ended = session.execute(
        update(CheckIn)
        .where(CheckIn.conversation_id == conversation_id, CheckIn.state == CheckInState.WAITING)
        .values(state=CheckInState.CANCELLED, ended_at=func.now())
        .returning(CheckIn.id)
    ).all()
    return bool(ended)


def next_due(session: Session, grace: timedelta) -> tuple[int, UUID] | None:
    """A check-in that has not come in time, and its conversation; nothing is locked. While something they wrote still
    waits to be handled, it may be the word."""
    late = func.now() - grace
    waits = exists().where(
        InboxMessage.conversation_id == CheckIn.conversation_id, InboxMessage.state == InboxState.PENDING
    )
    row = session.execute(
        select(CheckIn.id, CheckIn.conversation_id)
        .where(CheckIn.state == CheckInState.WAITING, CheckIn.expected_at <= late)
        .where(or_(~waits, CheckIn.expected_at <= late - _QUEUE_IS_WAITED_FOR), schema_is_ours())
        .order_by(CheckIn.expected_at)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def miss(session: Session, check_in_id: int) -> bool:
    """It was missed. False when its word came, or another worker noted it, meanwhile. Its conversation is locked."""
    missed = session.scalar(
        update(CheckIn)
        .where(CheckIn.id == check_in_id, CheckIn.state == CheckInState.WAITING)
        .values(state=CheckInState.MISSED, ended_at=func.now())
        .returning(CheckIn.id)
    )
    return missed is not None


def last_check_in(session: Session, conversation_id: UUID) -> CheckIn | None:
    """The newest one, for staff."""
    return session.scalar(
        select(CheckIn).where(CheckIn.conversation_id == conversation_id).order_by(CheckIn.id.desc()).limit(1)
    )


def bring_check_ins(session: Session, left_id: UUID, target_id: UUID) -> None:
    """Whoever goes on in `target` is still expected there: their word counts as before."""
    session.execute(update(CheckIn).where(CheckIn.conversation_id == left_id).values(conversation_id=target_id))


def forget_check_ins(session: Session, conversation_id: UUID) -> None:
    """Nothing of them is kept; what they alarmed stays."""
    session.execute(delete(CheckIn).where(CheckIn.conversation_id == conversation_id))
