"""Every table and every column; cover_tables.py, file_tables.py, oncall_tables.py and telling_tables.py stand beside
it. Whatever could tell who someone is or what they said is sealed, and its column ends in _sealed; hashes are keyed
with a key that is not in the database. What is left stands in docs/privacy.md."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Sequence,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.cover_tables import CheckIn as CheckIn
from bot.database.cover_tables import Cover as Cover
from bot.database.cover_tables import ReturnCode as ReturnCode
from bot.database.cover_tables import ReturnCodeTry as ReturnCodeTry
from bot.database.file_tables import Attachment as Attachment
from bot.database.file_tables import FileChunk as FileChunk
from bot.database.oncall_tables import Alarm as Alarm
from bot.database.oncall_tables import AlarmEvent as AlarmEvent
from bot.database.oncall_tables import AuditorPass as AuditorPass
from bot.database.oncall_tables import EngineHeartbeat as EngineHeartbeat
from bot.database.oncall_tables import HandOver as HandOver
from bot.database.oncall_tables import Holiday as Holiday
from bot.database.oncall_tables import OncallPolicy as OncallPolicy
from bot.database.oncall_tables import Page as Page
from bot.database.oncall_tables import ResponderCall as ResponderCall
from bot.database.oncall_tables import RosterEntry as RosterEntry
from bot.database.oncall_tables import RosterOverride as RosterOverride
from bot.database.oncall_tables import Rotation as Rotation
from bot.database.oncall_tables import RotationMember as RotationMember
from bot.database.oncall_tables import Staff as Staff
from bot.database.oncall_tables import StaffContact as StaffContact
from bot.database.states import (
    Author,
    InboxState,
    OutboxState,
    ReportKind,
    ReportState,
    Safety,
    WriteBack,
)
from bot.database.table_class import Table as Table
from bot.database.table_class import coded
from bot.database.telling_tables import Release as Release
from bot.database.telling_tables import RuleTold as RuleTold
from bot.database.telling_tables import TellChoice as TellChoice


class Conversation(Table):
    """All that passes with one contact point."""

    __tablename__ = "conversation"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str | None]  # chosen or detected; None before the first words
    writes_zawgyi: Mapped[bool] = mapped_column(server_default=false())  # answers in Burmese go out in Zawgyi too
    public_key: Mapped[bytes]
    private_key_wrapped: Mapped[bytes | None]  # None once wiped: nothing of it can be opened any more
    state_sealed: Mapped[bytes | None]  # the engine's folded state
    version: Mapped[int] = mapped_column(default=0)  # counts who speaks: a bot's word for an older version is cancelled
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # the human who speaks now; the bot is silent
    continued_in: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id"))  # where its phone went by a code
    safety: Mapped[Safety] = mapped_column(coded(Safety), default=Safety.UNKNOWN)
    empties_chat: Mapped[bool] = mapped_column(server_default=false())  # messages leave their chat after two days
    signs: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{}'")
    )  # "child", "sexual": both lock files
    last_word_at: Mapped[datetime | None]  # the reporter's last message
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    wipe_asked_at: Mapped[datetime | None]  # the last word is still to be sent, then the keys go
    wiped_at: Mapped[datetime | None]


class ContactPoint(Table):
    """A channel and an address on it."""

    __tablename__ = "contact_point"
    __table_args__ = (UniqueConstraint("channel", "address_hash"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), unique=True)
    channel: Mapped[str]
    address_hash: Mapped[bytes | None]  # None once wiped, or moved by a return code: what comes next begins afresh
    address_sealed: Mapped[bytes | None]
    opted_out_at: Mapped[datetime | None]
    broken_reason: Mapped[str | None]  # coded: blocked, opted_out, permanent
    write_back: Mapped[WriteBack | None] = mapped_column(coded(WriteBack))  # as this phone answered; gone with it
    safe_from: Mapped[time | None]  # with safe_until, past midnight where it is later; None: no times, or not readable
    safe_until: Mapped[time | None]
    safe_zone: Mapped[str | None]  # by which clock; of "any time" too


class InboxMessage(Table):
    """A received message; stored before anything is acknowledged to a provider."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "provider_key"),
        Index("inbox_in_turn", "priority", "place_at", "id", postgresql_where=text("state = 'pending'")),
        Index("inbox_of_conversation", "conversation_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel: Mapped[str]
    provider_key: Mapped[bytes]  # keyed hash of the provider's id
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id"))
    staff_contact_id: Mapped[int | None] = mapped_column(ForeignKey("staff_contact.id"))
    sender_sealed: Mapped[bytes | None]  # only of somebody who writes to the staff bot without being known there
    kind: Mapped[str]
    text_sealed: Mapped[bytes | None]
    callback_sealed: Mapped[bytes | None]
    floor_urgency: Mapped[str | None]
    floor_reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    priority: Mapped[int]  # 0 urgent, 1 a responder's, 5 everything else
    place_at: Mapped[datetime] = mapped_column(server_default=func.now())  # among equals; one sender's stand apart
    state: Mapped[InboxState] = mapped_column(coded(InboxState), default=InboxState.PENDING)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    handled_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    error_kind: Mapped[str | None]


class OutboxMessage(Table):
    """A message to be sent. A reporter's words are sealed; a responder's page is a template without content."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due", "priority", "due_at", "id", postgresql_where=text("state in ('pending', 'sending')")),
        Index("outbox_of_conversation", "conversation_id", "id"),
        Index("outbox_by_provider", "channel", "provider_key"),
        Index("outbox_of_page", "page_id", postgresql_where=text("page_id is not null")),
        Index("outbox_of_bundle", "bundled_into", postgresql_where=text("bundled_into is not null")),
        Index(
            "outbox_of_contact", "staff_contact_id", "sent_at", postgresql_where=text("staff_contact_id is not null")
        ),
        CheckConstraint("audience = 'reporter' or body_sealed is null", name="no_content_in_pages"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # one cause, one row: written twice, sent once
    audience: Mapped[str]
    channel: Mapped[str]
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id"))
    staff_contact_id: Mapped[int | None] = mapped_column(ForeignKey("staff_contact.id"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    bundled_into: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))  # the page that names this one's case
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))  # the message this directly replies to
    author: Mapped[Author] = mapped_column(coded(Author), default=Author.SYSTEM)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    body_sealed: Mapped[bytes | None]  # reporters only: words and buttons, JSON
    template: Mapped[str | None]  # the name of a text without content, rendered when it is sent
    arguments: Mapped[dict[str, Any] | None]  # of the template: numbers and coded words; of words: that they ask
    expect_version: Mapped[int | None]  # the conversation's version it was written for; bot only
    erase_once_sent: Mapped[bool] = mapped_column(server_default=false())  # holds a return code, shown to no one here
    priority: Mapped[int]  # of bot/messages/priorities.py
    state: Mapped[OutboxState] = mapped_column(coded(OutboxState), default=OutboxState.PENDING)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    provider_key: Mapped[bytes | None]  # keyed hash of the provider's id, to find it when a receipt comes
    provider_ref: Mapped[str | None]  # responders only: the id in the chat, to reply to when paging again
    receipt_rank: Mapped[int] = mapped_column(default=-1)  # receipts never move backwards
    parts: Mapped[int | None]
    error_kind: Mapped[str | None]


class ChatMessage(Table):
    """A message that can still be deleted from the reporter's chat, on both sides: where the provider lets us, for as
    long as it does. Gone with the message, or when it is too old."""

    __tablename__ = "chat_message"
    __table_args__ = (Index("chat_message_of_conversation", "conversation_id", "due_at"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))  # one of the two: what they wrote,
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))  # or what was written to them
    message_id_sealed: Mapped[bytes]  # with the key of addresses: it stands beside somebody's chat
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())  # not tried before this
    attempts: Mapped[int] = mapped_column(default=0)
    at_once: Mapped[bool] = mapped_column(server_default=false())  # holds a word of their own: deleted without waiting


report_number = Sequence("report_number", start=101)


class Report(Table):
    """What was told, as staff work on it."""

    __tablename__ = "report"
    __table_args__ = (
        Index("one_open_report", "conversation_id", unique=True, postgresql_where=text("state = 'open'")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    number: Mapped[int] = mapped_column(report_number, server_default=report_number.next_value(), unique=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    kind: Mapped[ReportKind] = mapped_column(coded(ReportKind), default=ReportKind.UNCLEAR)
    state: Mapped[ReportState] = mapped_column(coded(ReportState), default=ReportState.OPEN)
    urgency: Mapped[str]
    urgency_reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    language: Mapped[str | None]
    facts_sealed: Mapped[bytes | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_word_at: Mapped[datetime] = mapped_column(server_default=func.now())
    filed_at: Mapped[datetime | None]
    person_wanted_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]  # the earliest time at which, as they said, something is going to happen
    first_read_at: Mapped[datetime | None]  # a named person opened the text
    first_answered_at: Mapped[datetime | None]
    official_named_at: Mapped[datetime | None]  # an official is said to be part of it; who stands in the sealed facts
    closed_at: Mapped[datetime | None]


class StaffSession(Table):
    """A signed-in browser; only the hash of its token is kept."""

    __tablename__ = "staff_session"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AuditEntry(Table):
    """Who did what, append-only; coded words only."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str]
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    detail: Mapped[str | None]


class HotlineVerification(Table):
    """Somebody of this deployment called a public line and vouches for it until a day; the newest one counts."""

    __tablename__ = "hotline_verification"
    __table_args__ = (Index("one_live_verification", "key", unique=True, postgresql_where=text("expired_at is null")),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str]  # of bot/reports/hotlines.yml
    number: Mapped[str]  # as it was called: a public number, nobody's own
    source: Mapped[str]  # where it is published
    records: Mapped[str | None]  # yes, no, unknown: what was heard when it was called; None: as the list says
    verified_on: Mapped[date]
    verified_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    expires_on: Mapped[date]  # the last day on which it is shown
    expired_at: Mapped[datetime | None]  # ended before that, or verified anew


class PollOffset(Table):
    """How far a polling channel has been read; moves in the transaction that stores the messages."""

    __tablename__ = "poll_offset"
    channel: Mapped[str] = mapped_column(primary_key=True)
    next_offset: Mapped[int] = mapped_column(BigInteger)


class SandboxMessage(Table):
    """What arrived on a phone of the demo page; no such rows in a deployment."""

    __tablename__ = "sandbox_message"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    phone: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    body_sealed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
