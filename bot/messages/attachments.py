"""The files of messages as rows: noted at the door, fetched by a worker under a lease, sealed piece by piece, locked,
moved with their conversation, erased. Nothing here looks into a file. Opening one is conversation/case_files.py."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from bot.database.session import database_now, wake
from bot.database.states import FileState, InboxState
from bot.database.tables import Attachment, Conversation, FileChunk, InboxMessage
from bot.messages.file_types import is_something_else, is_taken
from bot.messages.message import MessageKind, SentFile
from bot.privacy.file_sealing import seal_all
from bot.privacy.sealing import ConversationOpener, seal_to

TOO_LARGE, NOT_TAKEN, TOO_MANY, NO_HANDLE = "too_large", "type", "too_many", "no_handle"
_A_DAY = timedelta(days=1)
_ANNOUNCED_BEFORE = timedelta(hours=6)  # a phone fetches a picture message when it has data, not when it is announced


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is taken of one conversation."""

    most_bytes: int
    most_a_day: int


def note_files(
    session: Session,
    conversation_id: UUID,
    inbox_id: int,
    files: Sequence[SentFile],
    *,
    channel: str,
    locked: bool,
    limits: Limits,
) -> None:
    """A row for each file of a stored message, in the transaction that stores it: the handle is sealed before anything
    is acknowledged. What is not taken is noted as refused."""
    if not files:
        return
    public_key = session.scalars(select(Conversation.public_key).where(Conversation.id == conversation_id)).one()
    room = limits.most_a_day - _noted_lately(session, conversation_id)
    for number, file in enumerate(files):
        refused = TOO_MANY if number >= room else _refusal(file, limits.most_bytes, locked=locked)
        row = _row(file, public_key, refused)
        row.conversation_id, row.inbox_id, row.channel = conversation_id, inbox_id, channel
        row.locked_at = database_now(session) if locked else None
        session.add(row)
        session.flush()
        if row.state is FileState.WAITING and file.content is not None:
            _keep_content(session, row, file.content, public_key)
    session.flush()
    wake(session, "files")


def _row(file: SentFile, public_key: bytes, refused: str | None) -> Attachment:
    state, error_kind = FileState.WAITING, refused
    if refused is not None:
        state = FileState.REFUSED
    elif file.ref is None and file.content is None:
        state, error_kind = FileState.FAILED, NO_HANDLE
    stays = file.stays_at_provider and file.ref is not None
    wanted = file.ref is not None and (stays or state is FileState.WAITING)
    return Attachment(
        kind=file.kind,
        media_type=file.media_type,
        size_bytes=_size(file),
        state=state,
        error_kind=error_kind,
        at_provider=stays,
        ref_sealed=seal_to(public_key, file.ref) if wanted and file.ref is not None else None,
    )


def _size(file: SentFile) -> int | None:
    return file.size_bytes if file.content is None else len(file.content)


def _noted_lately(session: Session, conversation_id: UUID) -> int:
    lately = select(func.count()).where(
        Attachment.conversation_id == conversation_id, Attachment.created_at > func.now() - _A_DAY
    )
    return session.scalar(lately) or 0


def _refusal(file: SentFile, most_bytes: int, *, locked: bool) -> str | None:
    size = _size(file)
    if size is not None and size > most_bytes:
        return TOO_LARGE
    if not is_taken(file.media_type):
        return NOT_TAKEN
    looks_wrong = not locked and file.content is not None and is_something_else(file.media_type, file.content)
    return NOT_TAKEN if looks_wrong else None


def _keep_content(session: Session, row: Attachment, content: bytes, public_key: bytes) -> None:
    """It came with the message itself."""
    secret, pieces = seal_all(content)
    session.add_all(
        FileChunk(attachment_id=row.id, number=number, content_sealed=piece) for number, piece in enumerate(pieces)
    )
    row.key_sealed = seal_to(public_key, secret)
    row.digest_sealed = seal_to(public_key, hashlib.sha256(content).hexdigest())
    row.state, row.fetched_at = FileState.HERE, func.now()


def announced_without_file(session: Session, conversation_id: UUID, channel: str, before: int) -> int | None:
    """The picture that was announced before message `before` and has not come yet: the inbox row it belongs to."""
    has_files = exists().where(Attachment.inbox_id == InboxMessage.id)
    return session.scalar(
        select(InboxMessage.id)
        .where(InboxMessage.conversation_id == conversation_id, InboxMessage.channel == channel, ~has_files)
        .where(InboxMessage.kind == MessageKind.PHOTO.value, InboxMessage.id < before)
        .where(InboxMessage.received_at > func.now() - _ANNOUNCED_BEFORE)
        .order_by(InboxMessage.id)
        .limit(1)
    )


def mark_handled(session: Session, inbox_id: int) -> None:
    """A message that only brings the file of an earlier one needs no turn of its own."""
    session.execute(
        update(InboxMessage).where(InboxMessage.id == inbox_id).values(state=InboxState.HANDLED, handled_at=func.now())
    )


def lock_files(session: Session, conversation_id: UUID) -> int:
    """Lock every file of a conversation that is not locked yet, fetched or not, opened before or not; how many."""
    changed = session.execute(
        update(Attachment)
        .where(Attachment.conversation_id == conversation_id, Attachment.locked_at.is_(None))
        .where(Attachment.state != FileState.ERASED)
        .values(locked_at=func.now())
        .returning(Attachment.id)
    )
    return len(changed.all())


def files_of(session: Session, inbox_id: int) -> list[Attachment]:
    """What came with one message, in order."""
    return list(session.scalars(select(Attachment).where(Attachment.inbox_id == inbox_id).order_by(Attachment.id)))


def bring_along(session: Session, inbox_ids: Collection[int], source: ConversationOpener, target: Conversation) -> None:
    """Messages went to another conversation, their files go with them: the short secrets are sealed anew, the pieces
    stay as they are. A worker that has one loses its lease and begins again."""
    rows = session.scalars(select(Attachment).where(Attachment.inbox_id.in_(list(inbox_ids))).with_for_update()).all()
    for row in rows:
        row.conversation_id = target.id
        row.lease_until = row.lease_token = None
        for name in ("ref_sealed", "key_sealed", "digest_sealed"):
            sealed = getattr(row, name)
            if sealed is not None:
                setattr(row, name, seal_to(target.public_key, source.open(sealed)))
    session.flush()


def erase_files(session: Session, which: ColumnElement[bool]) -> int:
    """Destroy the keys and the pieces of these files, at once. A row stays while a copy lies at the provider, with the
    handle that is needed to delete it; all others say only that there was a file."""
    ids = list(session.scalars(select(Attachment.id).where(which, Attachment.state != FileState.ERASED)))
    if not ids:
        return 0
    session.execute(delete(FileChunk).where(FileChunk.attachment_id.in_(ids)))
    gone = {"state": FileState.ERASED, "key_sealed": None, "digest_sealed": None, "lease_until": None}
    rows = update(Attachment).where(Attachment.id.in_(ids))
    session.execute(rows.values(**gone, lease_token=None, due_at=func.now()))
    session.execute(rows.where(~Attachment.at_provider).values(ref_sealed=None))
    wake(session, "files")
    return len(ids)


def erase_files_of(session: Session, conversation_id: UUID) -> None:
    """Everything the conversation holds, on the reporter's word."""
    erase_files(session, Attachment.conversation_id == conversation_id)


def forget_files(session: Session, conversation_id: UUID) -> None:
    """The last that is left of an erased conversation's files: their rows."""
    session.execute(delete(Attachment).where(Attachment.conversation_id == conversation_id))


def copies_at_provider() -> ColumnElement[bool]:
    """Of a conversation: that a copy of one of its files is still to be deleted elsewhere."""
    return exists().where(Attachment.conversation_id == Conversation.id, Attachment.at_provider)
