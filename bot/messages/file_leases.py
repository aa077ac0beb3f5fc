"""Which file a worker fetches next, or whose copy at the provider it deletes; leases, and what became of it. A file is
never lost by a provider that is down: it is tried for days, and then staff are told that it could not be fetched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import FileState
from bot.database.tables import Attachment, Conversation, FileChunk
from bot.errors import LeaseLostError
from bot.messages.retry import pause_before
from bot.privacy.sealing import ConversationOpener, ServiceKeys, seal_to

LEASE = timedelta(minutes=5)  # longer than one download may take
MOST_REFUSALS = 12  # a provider that says so often that it has no such file means it: about 30 minutes
_LATER = timedelta(hours=1)
_EAGER_ATTEMPTS = 20


@dataclass(frozen=True, kw_only=True)
class ClaimedFile:
    """A file that a worker has leased: to fetch it, or to delete the provider's copy."""

    id: int
    token: UUID
    channel: str
    media_type: str
    locked: bool
    to_delete: bool
    attempts: int
    created_at: datetime
    ref: str = field(repr=False)
    public_key: bytes = field(repr=False)


def has_room(session: Session, most_bytes: int) -> bool:
    """Whether all files that are here leave room for more: a full disk would stop the database, and with it alarms."""
    kept = select(func.coalesce(func.sum(Attachment.size_bytes), 0)).where(Attachment.state == FileState.HERE)
    return (session.scalar(kept) or 0) < most_bytes


def claim(
    session: Session, channels: Collection[str], keys: ServiceKeys, *, most_kept: int | None = None
) -> ClaimedFile | None:
    """Lease the next file that is due on one of these channels: to fetch it, or to delete what lies at the provider of
    one that is settled. Pieces of an earlier try are dropped. None when nothing is due; while more than `most_kept`
    bytes are here, nothing is fetched, and what waits goes on waiting."""
    row = _next_due(session, channels, full=most_kept is not None and not has_room(session, most_kept))
    if row is None:
        return None
    conversation = session.get_one(Conversation, row.conversation_id)
    assert row.ref_sealed is not None, "what is to be fetched or deleted has a handle"
    assert conversation.private_key_wrapped is not None, "keys go after the files"
    if row.state is FileState.WAITING:
        _drop_pieces(session, row)
    row.lease_until = database_now(session) + LEASE
    row.lease_token = uuid4()
    row.attempts += 1
    return ClaimedFile(
        id=row.id,
        token=row.lease_token,
        channel=row.channel,
        media_type=row.media_type,
        locked=row.locked_at is not None and row.released_at is None,
        to_delete=row.state is not FileState.WAITING,
        attempts=row.attempts,
        created_at=row.created_at,
        ref=ConversationOpener(keys, conversation.private_key_wrapped).open(row.ref_sealed),
        public_key=conversation.public_key,
    )


def _next_due(session: Session, channels: Collection[str], *, full: bool) -> Attachment | None:
    to_delete = [Attachment.state != FileState.WAITING] if full else []
    return session.scalar(
        select(Attachment)
        .where(Attachment.due_at <= func.now(), Attachment.channel.in_(list(channels)))
        .where(or_(Attachment.state == FileState.WAITING, Attachment.at_provider), Attachment.ref_sealed.is_not(None))
        .where(*to_delete)
        .where(or_(Attachment.lease_until.is_(None), Attachment.lease_until < func.now()))
        .order_by(Attachment.due_at, Attachment.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def keep_piece(session: Session, claimed: ClaimedFile, number: int, sealed: bytes) -> None:
    """The next sealed piece. LeaseLostError when the file was erased or moved meanwhile, or another worker has it."""
    _held(session, claimed)
    session.add(FileChunk(attachment_id=claimed.id, number=number, content_sealed=sealed))


def keep(session: Session, claimed: ClaimedFile, *, secret: str, digest: str, size_bytes: int) -> None:
    """All pieces are stored: the file is here. What lies at the provider is due to be deleted now."""
    row = _held(session, claimed)
    row.key_sealed = seal_to(claimed.public_key, secret)
    row.digest_sealed = seal_to(claimed.public_key, digest)
    row.size_bytes, row.state, row.fetched_at = size_bytes, FileState.HERE, database_now(session)
    _settle(session, row)


def refuse(session: Session, claimed: ClaimedFile, *, error_kind: str) -> None:
    """It is not taken after all; nothing of it is kept."""
    row = _held(session, claimed)
    _drop_pieces(session, row)
    row.state, row.error_kind = FileState.REFUSED, error_kind
    _settle(session, row)


def put_back(
    session: Session, claimed: ClaimedFile, *, error_kind: str, wait: timedelta | None, gone: bool, tried_for: timedelta
) -> bool:
    """Try again later. `gone`: the provider says that it has no such file. True when it is given up."""
    row = _held(session, claimed)
    if not claimed.to_delete:
        _drop_pieces(session, row)
    now = database_now(session)
    given_up = (gone and claimed.attempts >= MOST_REFUSALS) or now - claimed.created_at > tried_for
    row.error_kind = error_kind
    if given_up and claimed.to_delete:
        row.at_provider, row.ref_sealed = False, None
    elif given_up:
        row.state = FileState.FAILED
    row.due_at = now + (wait or (pause_before(claimed.attempts) if claimed.attempts < _EAGER_ATTEMPTS else _LATER))
    row.lease_until = row.lease_token = None
    if given_up and not row.at_provider:
        row.ref_sealed = None
    return given_up


def deleted_at_provider(session: Session, claimed: ClaimedFile) -> None:
    """Nothing lies at the provider any more."""
    row = _held(session, claimed)
    row.at_provider = False
    _settle(session, row)


def _drop_pieces(session: Session, row: Attachment) -> None:
    session.execute(delete(FileChunk).where(FileChunk.attachment_id == row.id))


def _settle(session: Session, row: Attachment) -> None:
    """The handle goes with the last thing that it is needed for."""
    row.lease_until = row.lease_token = None
    row.attempts, row.due_at = 0, database_now(session)
    if not row.at_provider:
        row.ref_sealed = None


def _held(session: Session, claimed: ClaimedFile) -> Attachment:
    row = session.scalar(
        select(Attachment).where(Attachment.id == claimed.id, Attachment.lease_token == claimed.token).with_for_update()
    )
    if row is None:
        raise LeaseLostError(f"file {claimed.id}")
    return row
