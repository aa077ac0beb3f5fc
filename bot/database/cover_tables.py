"""The tables of what only the person knows: return codes, words of their own, a time by which they mean to write. They
are read through tables.py, as all others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.states import Asking, CheckInState, ClosedBy
from bot.database.table_class import Table, coded


class ReturnCode(Table):
    """The number by which a conversation can be gone on with from another phone; hashes only, one a conversation."""

    __tablename__ = "return_code"
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    last_four_hash: Mapped[bytes | None]  # until they have written the last four digits, or were wrong twice
    last_four_missed: Mapped[bool] = mapped_column(default=False)  # were wrong once
    given_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReturnCodeTry(Table):
    """Somebody wrote a code that nobody has; forgotten after an hour."""

    __tablename__ = "return_code_try"
    __table_args__ = (Index("return_code_try_recent", "channel", "at"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel: Mapped[str]
    sender_hash: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Cover(Table):
    """Words of the person's own, as keyed hashes, and whether only they open the conversation; one row of those who
    ever asked for a word or a check-in."""

    __tablename__ = "cover"
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    safe_word_hash: Mapped[bytes | None]
    duress_word_hash: Mapped[bytes | None]
    closed_by: Mapped[ClosedBy | None] = mapped_column(coded(ClosedBy))  # None: the conversation goes on as any other
    trusted_at: Mapped[datetime] = mapped_column(server_default=func.now())  # last words we may take for theirs
    asking: Mapped[Asking | None] = mapped_column(coded(Asking))  # the question that is open at this desk
    begun_at: Mapped[datetime | None]  # when they asked for it: what was said of it since is deleted from their chat
    misses: Mapped[int] = mapped_column(default=0)  # answers in a row that could not be used
    expected_at: Mapped[datetime | None]  # the time they named, while the word for it is asked


class CheckIn(Table):
    """A time by which the person wants to have written a word; a timer, moved by whichever worker comes first."""

    __tablename__ = "check_in"
    __table_args__ = (Index("check_in_due", "expected_at", postgresql_where=text("state = 'waiting'")),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    state: Mapped[CheckInState] = mapped_column(coded(CheckInState), default=CheckInState.WAITING)
    expected_at: Mapped[datetime]
    word_hash: Mapped[bytes]
    hashed_for: Mapped[UUID]  # the conversation it was agreed in; the hash holds its id, also after a move to another
    agreed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
