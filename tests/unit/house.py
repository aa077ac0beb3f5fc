"""The whole house without doors and loops: every step is taken by hand, channels are in memory, PostgreSQL is real.
Time passes by moving every row into the past."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import DateTime, func, select, text, update
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, DeletedResult, Delivery, ProviderRequest
from bot.conversation import case_desk
from bot.conversation.engine import DialogueEngine
from bot.conversation.handle_message import Desk
from bot.conversation.intake import take_in
from bot.conversation.outgoing import Composer
from bot.conversation.scripted_engine import ScriptedEngine
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.database.tables import (
    Alarm,
    Conversation,
    OutboxMessage,
    Page,
    Report,
    RosterEntry,
    Staff,
    StaffContact,
    Table,
)
from bot.errors import BadSignatureError, FileTooLargeError, FileUnavailableError, MalformedRequestError
from bot.escalation.sweeping import sweep
from bot.messages.message import Audience, InboundMessage, MessageKind, OutboundMessage, SendResult, SentFile
from bot.privacy.sealing import ServiceKeys, seal_with
from bot.settings import Settings
from bot.worker.chat_eraser import ChatEraser
from bot.worker.file_fetcher import FileFetcher
from bot.worker.housekeeping import Housekeeping
from bot.worker.inbox_loop import InboxWorker
from bot.worker.outbox_loop import OutboxWorker
from bot.worker.window_loop import WindowWorker

REPORTER, OTHER_REPORTER = "+12025550111", "+12025550112"
CRY = "help me, they locked the door and they have a gun"
_numbers = itertools.count(1)


class MemoryChannel:
    """A Channel in memory: `sent` is what it was handed; `failures` are raised first, one a message. Its files lie in
    `files` by their handle, `fetch_failures` are raised first, and `file_deletions` is what was deleted of them."""

    def __init__(self, name: str, *, writes_as_sms: bool = False) -> None:
        self.name = name
        self.writes_as_sms = writes_as_sms
        self.sent: list[OutboundMessage] = []
        self.failures: deque[Exception] = deque()
        self.files: dict[str, bytes] = {}
        self.fetch_failures: deque[Exception] = deque()
        self.file_deletions: list[str] = []

    def verify(self, request: ProviderRequest) -> None:
        raise BadSignatureError

    def parse(self, request: ProviderRequest) -> Delivery:
        raise MalformedRequestError

    async def send(self, message: OutboundMessage) -> SendResult:
        if self.failures:
            raise self.failures.popleft()
        self.sent.append(message)
        return SendResult(provider_id=f"{self.name}-{len(self.sent)}")

    async def fetch_file(self, ref: str, most_bytes: int) -> AsyncIterator[bytes]:
        if self.fetch_failures:
            raise self.fetch_failures.popleft()
        if ref not in self.files:
            raise FileUnavailableError
        for start in range(0, len(self.files[ref]), 50_000):
            if start >= most_bytes:
                raise FileTooLargeError
            yield self.files[ref][start : start + 50_000]

    async def delete_file(self, ref: str) -> None:
        if self.fetch_failures:
            raise self.fetch_failures.popleft()
        self.file_deletions.append(ref)

    async def close(self) -> None:
        """Nothing to give back."""


class MemoryChat(MemoryChannel):
    """A channel whose messages can be deleted: `deleted` is what was; `delete_failures` are raised first."""

    most_deleted_at_once = 3

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.deleted: list[tuple[str, str]] = []
        self.delete_failures: deque[Exception] = deque()

    async def send(self, message: OutboundMessage) -> SendResult:
        result = await super().send(message)
        return replace(result, chat_message_ids=(result.provider_id,))

    async def delete(self, address: str, message_ids: Sequence[str]) -> DeletedResult:
        assert 0 < len(message_ids) <= self.most_deleted_at_once
        if self.delete_failures:
            raise self.delete_failures.popleft()
        self.deleted += [(address, message_id) for message_id in message_ids]
        return DeletedResult(deleted=len(message_ids))


def words_of(
    content: str = "",
    *,
    sender: str = REPORTER,
    channel: str = "sms",
    provider_id: str | None = None,
    kind: MessageKind = MessageKind.TEXT,
    callback_id: str | None = None,
    chat_message_id: str | None = None,
    files: tuple[SentFile, ...] = (),
    completes_earlier: bool = False,
) -> InboundMessage:
    """A message as a channel would parse it, with an id of its own."""
    return InboundMessage(
        channel=channel,
        provider_id=provider_id or f"in-{next(_numbers)}",
        address=sender,
        text=content,
        kind=kind,
        callback_id=callback_id,
        chat_message_id=chat_message_id,
        files=files,
        completes_earlier=completes_earlier,
    )


@dataclass(frozen=True, kw_only=True)
class House:
    """`sms` and `telegram` are the reporters' ways, `staff_bot`, `calls`, `push` and again `sms` the responders'."""

    database: Database
    settings: Settings
    wording: Wording
    keys: ServiceKeys = field(repr=False)
    engine: DialogueEngine = field(default_factory=ScriptedEngine)
    sms: MemoryChannel = field(default_factory=lambda: MemoryChannel("sms", writes_as_sms=True))
    telegram: MemoryChat = field(default_factory=lambda: MemoryChat("telegram"))
    staff_bot: MemoryChannel = field(default_factory=lambda: MemoryChannel("telegram_staff"))
    calls: MemoryChannel = field(default_factory=lambda: MemoryChannel("voice_twilio"))
    push: MemoryChannel = field(default_factory=lambda: MemoryChannel("apprise"))

    @property
    def channels(self) -> dict[str, Channel]:
        return {channel.name: channel for channel in (self.sms, self.telegram, self.staff_bot, self.calls, self.push)}

    @property
    def desk(self) -> Desk:
        return Desk(
            database=self.database,
            engine=self.engine,
            wording=self.wording,
            settings=self.settings,
            writes_as_sms=frozenset({"sms"}),
            keys=self.keys,
        )

    @property
    def composer(self) -> Composer:
        return Composer(wording=self.wording, settings=self.settings, writes_as_sms=frozenset({"sms"}), keys=self.keys)

    def arrives(self, content: str = "", **more: object) -> bool:
        """A message comes through the door; False when it was there before. `more` as in `words_of`."""
        return self.take_in(words_of(content, **more))  # type: ignore[arg-type]

    def take_in(self, message: InboundMessage) -> bool:
        """The same with a message made elsewhere."""
        with self.database.transaction() as session:
            return take_in(session, message, keys=self.keys, settings=self.settings)

    def handle(self) -> int:
        """Handle what is due in the inbox; how many messages."""
        return asyncio.run(self._handle())

    async def _handle(self) -> int:
        return await _until_idle(InboxWorker(self.desk, self.channels))

    def sender(self, audience: Audience) -> OutboxWorker:
        """A sender of this house."""
        return OutboxWorker(self.database, self.channels, self.composer, audience)

    def send(self) -> int:
        """Send what is due, pages first; how many rows were tried."""
        return asyncio.run(self._send())

    async def _send(self) -> int:
        return sum([await _until_idle(self.sender(audience)) for audience in reversed(Audience)])

    def fetch(self) -> int:
        """Fetch the files that are due, and delete copies at providers; how many tries."""
        return asyncio.run(_until_idle(FileFetcher(self.database, self.channels, self.keys, self.settings)))

    def release(self) -> int:
        """Let go what is held for those whose window is open; for how many times."""
        return asyncio.run(_until_idle(WindowWorker(self.database, self.settings)))

    def sweep(self) -> int:
        """Move the alarms that are due, once."""
        with self.database.transaction() as session:
            return sweep(session, self.settings)

    def tidy(self) -> None:
        """One round of housekeeping, after what is to be deleted from chats."""
        asyncio.run(ChatEraser(self.database, self.channels, self.keys).erase())
        asyncio.run(Housekeeping(self.database, frozenset()).tidy())

    def settle(self) -> None:
        """Handle and send until nothing is left to do now."""
        asyncio.run(self._settle())

    async def _settle(self) -> None:
        while await self._handle() + await self._send():
            pass

    def hears(self, content: str = "", **more: object) -> list[str]:
        """A message arrives and is answered: the words that reached the reporter's phone because of it."""
        before = len(self.said())
        self.arrives(content, **more)
        self.settle()
        return [message.text for message in self.said()[before:]]

    def said(self) -> list[OutboundMessage]:
        """Everything reporters were sent by SMS and Telegram."""
        return [each for each in self.sms.sent + self.telegram.sent if each.audience is Audience.REPORTER]

    def pages(self) -> list[OutboundMessage]:
        """Everything responders were sent."""
        return [each for each in self.staff_bot.sent + self.sms.sent if each.audience is Audience.RESPONDER]

    def pass_time(self, interval: timedelta) -> None:
        """Every instant in every row moves back by this much."""
        with self.database.transaction() as session:
            for table in Table.metadata.sorted_tables:
                instants = [column.name for column in table.columns if isinstance(column.type, DateTime)]
                if instants:
                    shifts = ", ".join(f'"{name}" = "{name}" - make_interval(secs => :seconds)' for name in instants)
                    session.execute(text(f'update "{table.name}" set {shifts}'), {"seconds": interval.total_seconds()})

    def on_call(self, name: str, *, step: int | None = 1, ways: tuple[tuple[str, str], ...] = ()) -> int:
        """A responder with verified contacts, on the roster at `step` (None: not on it); the account's id."""
        with self.database.transaction() as session:
            staff = Staff(name=name)
            session.add(staff)
            session.flush()
            if step is not None:
                session.add(RosterEntry(staff_id=staff.id, step_no=step))
            for rank, (channel, address) in enumerate(ways or (("telegram_staff", f"chat of {name}"),), start=1):
                session.add(
                    StaffContact(
                        staff_id=staff.id,
                        channel=channel,
                        rank=rank,
                        address_hash=self.keys.lookup_hash("address", channel, address),
                        address_sealed=seal_with(self.keys.address, address),
                        verified_at=func.now(),
                    )
                )
            return staff.id

    def responder_says(self, content: str, name: str, *, channel: str = "telegram_staff") -> str:
        """A responder writes from the chat `on_call` gave her; the last answer she gets."""
        self.arrives(content, sender=f"chat of {name}", channel=channel, callback_id="tap")
        self.handle()
        self.send()
        return self.staff_bot.sent[-1].text

    def staff_answer(self, text: str) -> str:
        """Whoever was paged last opens case 101 and writes to its reporter; what the reporter will read."""
        staff_id = self.last_page().staff_id
        with self.database.transaction() as session:
            seen = case_desk.open_case(session, 101, staff_id=staff_id, keys=self.keys, wording=self.wording)
        with self.database.transaction() as session:
            case_desk.answer_case(
                session,
                101,
                staff_id=staff_id,
                text=text,
                seen_inbox_id=seen.last_inbox_id,
                wording=self.wording,
                writes_as_sms=frozenset({"sms"}),
            )
        return self.wording.as_person(text, "en", sms=True).text

    def code(self, page_id: int) -> str:
        """A page's one-time code."""
        return self.keys.page_code(page_id)

    def last_page(self, staff_id: int | None = None) -> Page:
        """The newest page, of one person or of all."""
        with self.database.transaction() as session:
            wanted = select(Page).order_by(Page.id.desc()).limit(1)
            if staff_id is not None:
                wanted = wanted.where(Page.staff_id == staff_id)
            return session.scalars(wanted).one()

    def alarm(self) -> Alarm:
        """The newest alarm."""
        with self.database.transaction() as session:
            return session.scalars(select(Alarm).order_by(Alarm.id.desc()).limit(1)).one()

    def report(self) -> Report:
        """The newest report."""
        with self.database.transaction() as session:
            return session.scalars(select(Report).order_by(Report.id.desc()).limit(1)).one()

    def conversation(self) -> Conversation:
        """The newest conversation."""
        with self.database.transaction() as session:
            return session.scalars(select(Conversation).order_by(Conversation.created_at.desc()).limit(1)).one()

    def rows(self, table: type[Table], **where: object) -> int:
        """How many rows have these values."""
        with self.database.transaction() as session:
            return session.scalar(select(func.count()).select_from(table).filter_by(**where)) or 0

    def outbox_states(self, conversation_id: UUID) -> list[str]:
        """States of what was written to a reporter, in order."""
        with self.database.transaction() as session:
            rows = select(OutboxMessage.state).where(OutboxMessage.conversation_id == conversation_id)
            return [state.value for state in session.scalars(rows.order_by(OutboxMessage.id))]

    def change(self, table: type[Table], **values: object) -> None:
        """Set columns of every row of a table."""
        with self.database.transaction() as session:
            session.execute(update(table).values(**values))


def count(session: Session, table: type[Table]) -> int:
    """Rows of a table."""
    return session.scalar(select(func.count()).select_from(table)) or 0


async def _until_idle(worker: InboxWorker | OutboxWorker | FileFetcher | WindowWorker) -> int:
    worked = 0
    while await worker.work():
        worked += 1
    return worked
