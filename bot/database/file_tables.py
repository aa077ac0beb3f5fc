"""The tables of files that reporters sent: voice, pictures, videos, documents. tables.py has all the others.

The content lies in PostgreSQL, not in a folder: it is erased in the transaction that erases the words, goes into the
same backup, and any process on any machine can read it. docs/privacy.md says what is left."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, false, func, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.states import FileKind, FileState
from bot.database.table_class import Table, coded


class Attachment(Table):
    """A file that came with a message. Its name is never taken. Without `key_sealed` its chunks are noise."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("attachment_of_conversation", "conversation_id", "id"),
        Index("attachment_due", "due_at", postgresql_where=text("state = 'waiting' or at_provider")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"))
    channel: Mapped[str]  # through which it is fetched
    kind: Mapped[FileKind] = mapped_column(coded(FileKind))
    state: Mapped[FileState] = mapped_column(coded(FileState))
    media_type: Mapped[str]  # one of file_types.py, never the provider's own words
    size_bytes: Mapped[int | None]  # as the provider announced it, then as it came
    ref_sealed: Mapped[
        bytes | None
    ]  # the provider's handle, to the conversation; gone once nothing is to be done with it
    key_sealed: Mapped[bytes | None]  # to the conversation
    digest_sealed: Mapped[
        bytes | None
    ]  # SHA-256 of the original, to the conversation: in clear it would name known files
    at_provider: Mapped[bool] = mapped_column(server_default=false())  # a copy lies there that we can delete
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    fetched_at: Mapped[datetime | None]
    first_opened_at: Mapped[datetime | None]
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    error_kind: Mapped[str | None]
    locked_at: Mapped[datetime | None]  # quarantine: nobody opens it until two named persons have released it
    release_reason: Mapped[str | None]  # coded, of the first of the two
    released_by_first: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    released_by_second: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    released_at: Mapped[datetime | None]


class FileChunk(Table):
    """A sealed piece of a file, in order. The last one is marked inside the seal, so that a lost end is noticed."""

    __tablename__ = "file_chunk"
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content_sealed: Mapped[bytes]
