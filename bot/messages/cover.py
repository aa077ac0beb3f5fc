"""Words of the person's own as rows: which of them a message is, and whether only they open the conversation.

Closed means: whatever is written is answered by the one neutral line, nothing of before is said, and nothing that
waits is let go; only somebody who chose a safe word can be closed out, because only they have a way back in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.database.states import ClosedBy
from bot.database.tables import Cover
from bot.messages.own_words import MOST_CHARACTERS, bare_word
from bot.privacy.sealing import ServiceKeys


class OwnWord(StrEnum):
    """Which of their words a whole message is."""

    SAFE = "safe"  # it is them, and they may be spoken with
    DURESS = "duress"  # somebody makes them write


def cover_of(session: Session, conversation_id: UUID) -> Cover | None:
    """The row, if they ever asked for a word or a check-in; as it is now, not as it was read before."""
    session.flush()
    return session.get(Cover, conversation_id, populate_existing=True)


def begin_cover(session: Session, conversation_id: UUID) -> Cover:
    """The row of a locked conversation, made when there is none."""
    row = cover_of(session, conversation_id)
    if row is None:
        row = Cover(conversation_id=conversation_id)
        session.add(row)
        session.flush()
        session.refresh(row)
    return row


def is_closed(session: Session, conversation_id: UUID, at: datetime, cover_after: timedelta) -> bool:
    """Whether nothing but the neutral line may answer words of this instant. What another hand writes is no sign of
    theirs: the silence that closes runs from the last words that were trusted."""
    row = cover_of(session, conversation_id)
    if row is None or row.safe_word_hash is None:
        return False
    return row.closed_by is not None or at - row.trusted_at > cover_after


def close(session: Session, conversation_id: UUID, by: ClosedBy) -> bool:
    """Only their safe word opens it from now on. False when they chose none: then nothing is closed. A duress word is
    the reason that stays."""
    row = cover_of(session, conversation_id)
    if row is None or row.safe_word_hash is None:
        return False
    if row.closed_by is not ClosedBy.DURESS:
        row.closed_by = by
    row.asking = None
    session.flush()
    return True


def reopen(session: Session, conversation_id: UUID, at: datetime) -> None:
    """Their safe word, their return code or a named human: it goes on as any other conversation. What was asked about
    words and times before it is over: what they write next answers the question that they read now."""
    row = cover_of(session, conversation_id)
    if row is not None:
        row.closed_by = row.asking = None
        row.trusted_at = max(at, row.trusted_at)
        session.flush()


def trust(session: Session, conversation_id: UUID, at: datetime) -> None:
    """These words we may take for theirs: the time that closes the conversation runs from here."""
    row = cover_of(session, conversation_id)
    if row is not None and row.closed_by is None:
        row.trusted_at = max(at, row.trusted_at)
        session.flush()


def own_word_in(session: Session, conversation_id: UUID, readings: Iterable[str], keys: ServiceKeys) -> OwnWord | None:
    """Which of their words this whole message is, in any reading of it; None when it is neither."""
    row = cover_of(session, conversation_id)
    if row is None or (row.safe_word_hash is None and row.duress_word_hash is None):
        return None
    hashes = hashes_of(conversation_id, readings, keys)
    if row.duress_word_hash in hashes:
        return OwnWord.DURESS
    return OwnWord.SAFE if row.safe_word_hash in hashes else None


def hashes_of(conversation_id: UUID, readings: Iterable[str], keys: ServiceKeys) -> frozenset[bytes]:
    """The hash of every reading that is short enough to be such a word."""
    words = {bare_word(reading) for reading in readings if len(reading) <= 2 * MOST_CHARACTERS}
    return frozenset(keys.own_word_hash(str(conversation_id), word) for word in words if word)


def forget_cover(session: Session, conversation_id: UUID) -> None:
    """Nothing of it is kept."""
    session.execute(delete(Cover).where(Cover.conversation_id == conversation_id))
