"""Return codes as rows: given, confirmed, looked up, forgotten; and how often somebody guessed. Only keyed hashes are
stored. A code is looked up by its hash through an index: no comparison stops at the first wrong digit, so there is
none whose time could tell how much of a guess was right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from bot.database.states import OutboxState
from bot.database.tables import ContactPoint, Conversation, OutboxMessage, ReturnCode, ReturnCodeTry
from bot.privacy.return_codes import draw_code, last_four
from bot.privacy.sealing import ServiceKeys

TRIES_OF_ONE_SENDER, TRIES_ON_A_CHANNEL, TRIES_COUNT_FOR = 5, 60, timedelta(hours=1)


class LastFour(StrEnum):
    """What became of four digits."""

    RIGHT = "right"  # the code was kept
    WRONG = "wrong"  # once; they may look again
    NOT_ASKED = "not_asked"  # no code is waiting to be confirmed, or not any more: an ordinary message


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who tries codes: told apart by a keyed hash that nothing else in the database matches."""

    channel: str
    hash: bytes = field(repr=False)


def give_code(session: Session, conversation: Conversation, keys: ServiceKeys) -> str:
    """A new code for a locked conversation; the one it had before no longer works. It is stored nowhere: whoever calls
    this has the only copy."""
    forget_code(session, conversation.id)
    code = draw_code()
    while session.scalar(select(exists().where(ReturnCode.code_hash == _hash(keys, code)))):
        code = draw_code()
    session.add(
        ReturnCode(
            conversation_id=conversation.id,
            code_hash=_hash(keys, code),
            last_four_hash=_last_four_hash(keys, conversation.id, last_four(code)),
            last_four_missed=False,
        )
    )
    session.flush()
    return code


def forget_code(session: Session, conversation_id: UUID) -> None:
    """The code of this conversation works no more, and no message that holds it is left to be sent."""
    erase_words_with_code(session, conversation_id)
    session.execute(delete(ReturnCode).where(ReturnCode.conversation_id == conversation_id))


def erase_words_with_code(session: Session, conversation_id: UUID) -> None:
    """What still holds the code of this conversation in its outbox. What is on the wire is erased when it has left."""
    holding = (OutboxMessage.conversation_id == conversation_id, OutboxMessage.erase_once_sent)
    waiting = OutboxMessage.state.in_([OutboxState.PENDING, OutboxState.HELD])
    session.execute(update(OutboxMessage).where(*holding, waiting).values(state=OutboxState.CANCELLED))
    on_the_wire = OutboxMessage.state == OutboxState.SENDING
    session.execute(update(OutboxMessage).where(*holding, ~on_the_wire).values(body_sealed=None))


def conversation_with_code(session: Session, code: str, keys: ServiceKeys) -> UUID | None:
    """Whose code this is; None when it is nobody's."""
    return session.scalar(
        select(ReturnCode.conversation_id)
        .join(Conversation, Conversation.id == ReturnCode.conversation_id)
        .where(ReturnCode.code_hash == _hash(keys, code), Conversation.wipe_asked_at.is_(None))
    )


def is_code_of(session: Session, conversation_id: UUID, codes: Iterable[str], keys: ServiceKeys) -> bool:
    """Whether one of these is this conversation's own code."""
    own = session.scalar(select(ReturnCode.code_hash).where(ReturnCode.conversation_id == conversation_id))
    return own is not None and any(_hash(keys, code) == own for code in codes)


def check_last_four(session: Session, conversation_id: UUID, four: str, keys: ServiceKeys) -> LastFour:
    """The answer to "write its last four digits". What they are is forgotten with the right answer or the second wrong
    one."""
    row = session.get(ReturnCode, conversation_id, with_for_update=True, populate_existing=True)
    if row is None or row.last_four_hash is None:
        return LastFour.NOT_ASKED
    if row.last_four_hash == _last_four_hash(keys, conversation_id, four):
        row.last_four_hash = None
        return LastFour.RIGHT
    if row.last_four_missed:
        row.last_four_hash = None
        return LastFour.NOT_ASKED
    row.last_four_missed = True
    return LastFour.WRONG


def waits_for_last_four(session: Session, conversation_id: UUID) -> bool:
    """Whether four digits alone would be the answer to that question."""
    waiting = select(ReturnCode.conversation_id).where(
        ReturnCode.conversation_id == conversation_id, ReturnCode.last_four_hash.is_not(None)
    )
    return session.scalar(waiting) is not None


def forget_last_four(session: Session, conversation_id: UUID) -> None:
    """The question is over."""
    session.execute(update(ReturnCode).where(ReturnCode.conversation_id == conversation_id).values(last_four_hash=None))


def sender_of(session: Session, conversation_id: UUID, channel: str, keys: ServiceKeys) -> Sender:
    """Who writes in this conversation, for counting."""
    address_hash = session.scalar(
        select(ContactPoint.address_hash).where(ContactPoint.conversation_id == conversation_id)
    )
    whose = address_hash.hex() if address_hash is not None else str(conversation_id)
    return Sender(channel=channel, hash=keys.return_code_hash("sender", channel, whose))


def too_many_tries(session: Session, sender: Sender) -> bool:
    """Whether nothing may be looked up for this sender now: they, or all on this channel, were wrong too often in the
    last hour. Others on the channel wait until the end of this transaction, so that the count is exact."""
    # Taken before any conversation is locked, by nobody who has locked one: the two never wait for each other.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"return-code:{sender.channel}", 0))))
    recent = select(func.count()).where(
        ReturnCodeTry.channel == sender.channel, ReturnCodeTry.at > func.now() - TRIES_COUNT_FOR
    )
    of_one = session.scalar(recent.where(ReturnCodeTry.sender_hash == sender.hash)) or 0
    return of_one >= TRIES_OF_ONE_SENDER or (session.scalar(recent) or 0) >= TRIES_ON_A_CHANNEL


def note_wrong_try(session: Session, sender: Sender) -> None:
    """A well-formed code was looked up, and it is nobody's."""
    session.add(ReturnCodeTry(channel=sender.channel, sender_hash=sender.hash))
    session.flush()


def forget_old_tries(session: Session) -> None:
    """What no longer counts is not kept."""
    session.execute(delete(ReturnCodeTry).where(ReturnCodeTry.at <= func.now() - TRIES_COUNT_FOR))


def _hash(keys: ServiceKeys, code: str) -> bytes:
    return keys.return_code_hash("code", code)


def _last_four_hash(keys: ServiceKeys, conversation_id: UUID, four: str) -> bytes:
    return keys.return_code_hash("last-four", str(conversation_id), four)
