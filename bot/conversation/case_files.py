"""What a signed-in person does with the files of a case: see that they are there, open one, lock them, release a locked
one together with a second person. Every act is in the audit. Opening a file counts as looked at for that file alone.

A locked file is never given out, not even to whoever locked it: two named persons release it, for a reason, and only
where the operator has written down what the law asks. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.handle_message import opener_of
from bot.conversation.received_files import note_signs
from bot.database.session import database_now
from bot.database.states import Author, FileKind, FileState, InboxState
from bot.database.tables import Attachment, AuditEntry, Conversation, FileChunk, InboxMessage, Report, Staff
from bot.deployment import Deployment
from bot.errors import SampanError
from bot.messages import outbox
from bot.messages.file_types import suffix_of
from bot.privacy.file_sealing import open_pieces
from bot.privacy.sealing import ServiceKeys
from bot.reports.queue_cards import CaseNotFoundError
from bot.reports.report_store import lock_conversation
from bot.reports.safeguarding import Sign


class ReleaseReason(StrEnum):
    """Why two persons release a locked file."""

    FOR_THE_AUTHORITY = "for_the_authority"  # it is handed over as the law asks; only the two open it
    TO_PROTECT_A_CHILD = "to_protect_a_child"  # something in it may tell where a child is; only the two open it
    WRONGLY_LOCKED = "wrongly_locked"  # no child, or nothing sexual: everybody may open it again


class FileRefusedError(SampanError):
    """It cannot be done with this file now. `reason` is a code of the console's notices."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class FileView:
    """One file as a case page lists it: codes and times, nothing of its content."""

    id: int
    kind: str
    state: str
    refusal: str | None
    kilobytes: int | None
    at: datetime
    is_picture: bool
    locked: bool  # and not released
    may_open: bool  # by whoever looks
    may_release: bool
    released_first_by: str | None
    release_reason: str | None
    opened_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OpenedFile:
    """The original bytes, for one answer. A picture is redrawn before it is shown, unless the original is asked for."""

    content: bytes = field(repr=False)
    media_type: str
    is_picture: bool

    @property
    def suffix(self) -> str:
        """The end of the name under which it is saved."""
        return suffix_of(self.media_type)


def list_files(session: Session, conversation: Conversation, *, staff_id: int) -> tuple[FileView, ...]:
    """The files of an opened case, in order, as this person may use them."""
    rows = session.execute(
        select(Attachment, Staff.name, InboxMessage.state)
        .join(InboxMessage, InboxMessage.id == Attachment.inbox_id)
        .outerjoin(Staff, Staff.id == Attachment.released_by_first)
        .where(Attachment.conversation_id == conversation.id)
        .order_by(Attachment.id)
    )
    return tuple(_view(row, name, state, staff_id) for row, name, state in rows)


def _view(row: Attachment, first_by: str | None, message: InboxState, staff_id: int) -> FileView:
    locked = row.locked_at is not None and row.released_at is None
    here = row.state is FileState.HERE
    return FileView(
        id=row.id,
        kind=row.kind.value,
        state=row.state.value,
        refusal=row.error_kind if row.state is FileState.REFUSED else None,
        kilobytes=None if row.size_bytes is None else -(-row.size_bytes // 1024),
        at=row.created_at,
        is_picture=row.kind is FileKind.PICTURE,
        locked=locked,
        may_open=here and message is not InboxState.PENDING and _may_open(row, staff_id),
        may_release=here and locked and row.released_by_first != staff_id,
        released_first_by=first_by if locked else None,
        release_reason=row.release_reason,
        opened_at=row.first_opened_at,
    )


def _may_open(row: Attachment, staff_id: int) -> bool:
    if row.locked_at is None:
        return True
    if row.released_at is None:
        return False
    everybody = row.release_reason == ReleaseReason.WRONGLY_LOCKED.value
    return everybody or staff_id in (row.released_by_first, row.released_by_second)


def open_file(
    session: Session, number: int, file_id: int, *, staff_id: int, keys: ServiceKeys, original: bool = False
) -> OpenedFile:
    """Unseal one file for one named person; the audit has it, and the reporter is told, once it is safe, the first
    time in a case. FileRefusedError when it is locked, not here, or the message it came with is still being read."""
    report, conversation, row = _find(session, number, file_id)
    if row.state is not FileState.HERE or row.key_sealed is None or conversation.wipe_asked_at is not None:
        raise FileRefusedError("file_not_here")
    if not _may_open(row, staff_id):
        raise FileRefusedError("file_locked")
    if session.get_one(InboxMessage, row.inbox_id).state is InboxState.PENDING:
        raise FileRefusedError("file_not_yet")  # its caption may lock it
    sealed = select(FileChunk.content_sealed).where(FileChunk.attachment_id == row.id).order_by(FileChunk.number)
    content = b"".join(open_pieces(opener_of(conversation, keys).open(row.key_sealed), session.scalars(sealed)))
    action = "original_taken" if original else "file_opened"
    session.add(AuditEntry(staff_id=staff_id, action=action, report_id=report.id, detail=f"file_{row.id}"))
    if row.first_opened_at is None:
        row.first_opened_at = database_now(session)
        key = f"file_opened:{report.id}"
        outbox.say_template(session, conversation, "utter_file_opened", key=key, author=Author.SYSTEM)
    return OpenedFile(content=content, media_type=row.media_type, is_picture=row.kind is FileKind.PICTURE)


def release_file(
    session: Session, number: int, file_id: int, *, staff_id: int, reason: str, deployment: Deployment
) -> bool:
    """The first person asks, with a reason; the second, another one, agrees to that reason, which says who may open it
    afterwards. True once it is released."""
    report, _, row = _find(session, number, file_id)
    if row.locked_at is None or row.released_at is not None or row.state is not FileState.HERE:
        raise FileRefusedError("file_not_here")
    if not deployment.locked_files_route:
        raise FileRefusedError("no_route")
    if row.released_by_first is None:
        if reason not in list(ReleaseReason):
            raise FileRefusedError("no_reason")
        row.released_by_first, row.release_reason = staff_id, reason
        _note(session, staff_id, "file_release_asked", report, row)
        return False
    if row.released_by_first == staff_id:
        raise FileRefusedError("second_person")
    if row.release_reason != reason:
        raise FileRefusedError("asked_meanwhile")  # the page that agrees is older than what was asked
    row.released_by_second, row.released_at = staff_id, database_now(session)
    _note(session, staff_id, "file_released", report, row)
    return True


def lock_case_files(session: Session, number: int, *, staff_id: int) -> None:
    """A named person has seen reason to: every file of the case is locked, also released ones, and all that come."""
    report = _report(session, number)
    conversation = lock_conversation(session, report.conversation_id)
    note_signs(session, conversation, Sign)
    for row in session.scalars(select(Attachment).where(Attachment.conversation_id == conversation.id)):
        row.locked_at = row.locked_at or database_now(session)
        row.released_at = row.released_by_first = row.released_by_second = row.release_reason = None
    session.add(AuditEntry(staff_id=staff_id, action="files_locked", report_id=report.id))


def _note(session: Session, staff_id: int, action: str, report: Report, row: Attachment) -> None:
    detail = f"file_{row.id}:{row.release_reason}"
    session.add(AuditEntry(staff_id=staff_id, action=action, report_id=report.id, detail=detail))


def _report(session: Session, number: int) -> Report:
    report = session.scalar(select(Report).where(Report.number == number))
    if report is None:
        raise CaseNotFoundError("no such case")
    return report


def _find(session: Session, number: int, file_id: int) -> tuple[Report, Conversation, Attachment]:
    report = _report(session, number)
    conversation = lock_conversation(session, report.conversation_id)
    row = session.scalar(
        select(Attachment)
        .where(Attachment.id == file_id, Attachment.conversation_id == conversation.id)
        .with_for_update()
    )
    if row is None:
        raise FileRefusedError("file_not_here")
    return report, conversation, row
