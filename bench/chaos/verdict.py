"""What must be true when the last message is handled: read from the rows, and from what arrived at the providers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bench.chaos.reporters import Accepted
from bench.installation import Installation
from bot.conversation.outgoing import Composer, reporter_words
from bot.conversation.wording import Wording
from bot.database.states import Author, InboxState, OutboxState
from bot.database.tables import Alarm, ContactPoint, Conversation, InboxMessage, OutboxMessage, Page, Report
from bot.deployment import load_deployment
from bot.messages.message import Audience
from bot.privacy.sealing import ServiceKeys, open_with
from bot.settings import Settings

_SMS = frozenset({"sms_twilio", "sms_gateway"})
_SENT = (OutboxState.SENT, OutboxState.DELIVERED)


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """One message on somebody's phone, in the order of arrival at its provider."""

    channel: str
    provider_id: str
    address: str
    text: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`violations` says what broke, without a word of anybody; `figures` are counts that break nothing."""

    violations: tuple[str, ...]
    figures: dict[str, int]


def judge(installation: Installation, accepted: Sequence[Accepted]) -> Verdict:
    """Every promise, checked after the drain."""
    arrived = list(_arrived(installation))
    with installation.database.transaction() as session:
        book = _Book(session, installation, arrived)
        violations = [
            *_lost(session, installation.keys, accepted),
            *_not_done(session),
            *_urgent_without_page(session, installation, accepted),
            *book.sent_twice_or_never(),
            *book.out_of_order(),
            *_handled_out_of_order(session),
            *_unanswered(session),
        ]
        figures = {
            "messages handled": _count(session, InboxMessage.state == InboxState.HANDLED),
            "messages to reporters that arrived": len(book.to_reporters),
            "alarms": session.scalar(select(func.count()).select_from(Alarm)) or 0,
            "pages": session.scalar(select(func.count()).select_from(Page)) or 0,
            **book.figures(),
        }
    if installation.providers.unexpected:
        violations.append(f"{installation.providers.unexpected} requests no provider knows")
    return Verdict(violations=tuple(violations), figures=figures)


def _arrived(installation: Installation) -> Iterator[Arrived]:
    providers = installation.providers
    for sms in providers.twilio.sent:
        yield Arrived(channel="sms_twilio", provider_id=sms.sid, address=sms.to, text=sms.text)
    for phone in providers.gateway.sent:
        yield Arrived(channel="sms_gateway", provider_id=phone.id, address=phone.to, text=phone.text)
    for channel, bot in (("telegram", providers.telegram), ("telegram_staff", providers.staff_bot)):
        for chat in bot.sent:
            yield Arrived(channel=channel, provider_id=str(chat.message_id), address=chat.chat_id, text=chat.text)


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(InboxMessage).where(condition)) or 0


def _lost(session: Session, keys: ServiceKeys, accepted: Sequence[Accepted]) -> Iterator[str]:
    """Every id that a provider need not repeat stands in the inbox once, and was handled."""
    states = {
        (row.channel, row.provider_key): row.state
        for row in session.execute(select(InboxMessage.channel, InboxMessage.provider_key, InboxMessage.state))
    }
    found = [
        states.get((each.channel, keys.lookup_hash("provider", each.channel, each.provider_id))) for each in accepted
    ]
    missing, unhandled = found.count(None), sum(1 for state in found if state not in (None, InboxState.HANDLED))
    if missing:
        yield f"{missing} accepted messages are not in the inbox"
    if unhandled:
        yield f"{unhandled} accepted messages were not handled"


def _not_done(session: Session) -> Iterator[str]:
    """Nothing waits any more, nothing was given up."""
    for inbox_state in (InboxState.PENDING, InboxState.DEAD):
        if count := _count(session, InboxMessage.state == inbox_state):
            yield f"{count} inbox rows are {inbox_state}"
    outbox = select(func.count()).select_from(OutboxMessage)
    for state in (OutboxState.PENDING, OutboxState.SENDING):
        if left := session.scalar(outbox.where(OutboxMessage.state == state)):
            yield f"{left} outbox rows are {state}"
    # Words of the system are rightly held back from somebody who said that it is not safe; replies never are.
    for state in (OutboxState.FAILED, OutboxState.HELD):
        if left := session.scalar(outbox.where(OutboxMessage.state == state, OutboxMessage.inbox_id.is_not(None))):
            yield f"{left} outbox rows that reply to somebody are {state}"


def _urgent_without_page(session: Session, installation: Installation, accepted: Sequence[Accepted]) -> Iterator[str]:
    """Every urgent message has a report, an alarm, and a page that reached somebody's phone."""
    keys, without = installation.keys, Counter[str]()
    reached = {row.provider_id for row in _arrived(installation)}
    for each in (message for message in accepted if message.urgent):
        conversation = session.scalar(
            select(ContactPoint.conversation_id).where(
                ContactPoint.channel == each.channel,
                ContactPoint.address_hash == keys.lookup_hash("address", each.channel, each.address),
            )
        )
        without[_missing(session, conversation, reached)] += 1
    for what, count in without.items():
        if what:
            yield f"{count} urgent messages have no {what}"


def _missing(session: Session, conversation: UUID | None, reached: set[str]) -> str:
    reports = session.scalars(select(Report.id).where(Report.conversation_id == conversation)).all()
    alarms = session.scalars(select(Alarm.id).where(Alarm.report_id.in_(reports))).all()
    pages = session.scalars(
        select(OutboxMessage.provider_ref)
        .join(Page, Page.id == OutboxMessage.page_id)
        .where(Page.alarm_id.in_(alarms), OutboxMessage.state.in_(_SENT))
    ).all()
    if not reports:
        return "report"
    if not alarms:
        return "alarm"
    # An acknowledgement carries the code of the page it answers: that page has arrived, even if the kill came before
    # its row could say so and it is not wanted any more.
    if session.scalar(select(Alarm.id).where(Alarm.id.in_(alarms), Alarm.acknowledged_at.is_not(None)).limit(1)):
        return ""
    return "" if any(page in reached for page in pages) else "page that arrived"


def _handled_out_of_order(session: Session) -> Iterator[str]:
    """One conversation, one message at a time, in order."""
    later: dict[UUID, object] = {}
    wrong = 0
    rows = session.execute(
        select(InboxMessage.conversation_id, InboxMessage.handled_at)
        .where(InboxMessage.conversation_id.is_not(None), InboxMessage.handled_at.is_not(None))
        .order_by(InboxMessage.id)
    )
    for row in rows:
        before = later.get(row.conversation_id)
        wrong += before is not None and row.handled_at < before
        later[row.conversation_id] = row.handled_at
    if wrong:
        yield f"{wrong} messages were handled before an earlier one of the same person"


def _unanswered(session: Session) -> Iterator[str]:
    """Whoever wrote got an answer, unless a human had taken the conversation over by then."""
    answered = select(OutboxMessage.inbox_id).where(OutboxMessage.inbox_id.is_not(None))
    taken_over = select(OutboxMessage.conversation_id).where(OutboxMessage.author == Author.STAFF)
    count = _count(
        session,
        InboxMessage.conversation_id.is_not(None)
        & (InboxMessage.state == InboxState.HANDLED)
        & InboxMessage.id.not_in(answered)
        & InboxMessage.conversation_id.not_in(taken_over),
    )
    if count:
        yield f"{count} messages were handled without an answer"


class _Book:
    """What arrived, row by row: an arrival belongs to the row that names its provider's id, or else it must be one of
    the person's UNCERTAIN rows with the same words."""

    def __init__(self, session: Session, installation: Installation, arrived: Sequence[Arrived]) -> None:
        self._session = session
        self._installation = installation
        self._composer = _composer(installation)
        rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        self._rows = rows
        self._by_id = {(row.channel, row.provider_key): row for row in rows if row.provider_key is not None}
        people = self._people()
        self.to_reporters = [each for each in arrived if (each.channel, each.address) in people]
        self.to_staff = [each for each in arrived if (each.channel, each.address) not in people]
        self._people_by_address = people

    def _people(self) -> dict[tuple[str, str], UUID]:
        points = self._session.scalars(select(ContactPoint)).all()
        keys = self._installation.keys
        return {
            (point.channel, open_with(keys.address, point.address_sealed)): point.conversation_id
            for point in points
            if point.address_sealed is not None
        }

    def sent_twice_or_never(self) -> Iterator[str]:
        """A SENT row arrived once; an UNCERTAIN one at most once; nothing else arrived."""
        seen: Counter[int] = Counter()
        strangers: dict[UUID, Counter[str]] = defaultdict(Counter)
        for each in self.to_reporters:
            row = self._row_of(each)
            if row is not None:
                seen[row.id] += 1
            else:
                strangers[self._people_by_address[each.channel, each.address]][each.text] += 1
        twice = sum(1 for count in seen.values() if count > 1)
        never = sum(1 for row in self._reporters_rows(*_SENT) if seen[row.id] == 0)
        excess = sum((arrivals - self._uncertain_texts(person)).total() for person, arrivals in strangers.items())
        if twice:
            yield f"{twice} rows for reporters arrived more than once"
        if never:
            yield f"{never} rows for reporters are recorded as sent and never arrived"
        if excess:
            yield f"{excess} messages arrived at reporters that no SENT or UNCERTAIN row explains"

    def out_of_order(self) -> Iterator[str]:
        """Replies reach a person in the order of what they reply to."""
        last: dict[str, int] = {}
        wrong = 0
        for each in self.to_reporters:
            row = self._row_of(each)
            if row is not None and row.inbox_id is not None:
                person = f"{each.channel} {each.address}"
                wrong += row.inbox_id < last.get(person, 0)
                last[person] = row.inbox_id
        if wrong:
            yield f"{wrong} replies arrived before the reply to an earlier message"

    def figures(self) -> dict[str, int]:
        """Counts that break nothing."""
        pages = Counter(each.text.split("\n")[0] for each in self.to_staff)
        sent = {row.id for each in self.to_staff if (row := self._row_of(each)) is not None}
        return {
            "reporters' rows left UNCERTAIN": len(self._reporters_rows(OutboxState.UNCERTAIN)),
            "rows cancelled": sum(1 for row in self._rows if row.state is OutboxState.CANCELLED),
            "rows held": sum(1 for row in self._rows if row.state is OutboxState.HELD),
            "pages that failed": sum(1 for row in self._rows if row.state is OutboxState.FAILED),
            "messages to staff that arrived": sum(pages.values()),
            "of these repeated after a crash": sum(pages.values()) - len(sent),
        }

    def _row_of(self, each: Arrived) -> OutboxMessage | None:
        key = self._installation.keys.lookup_hash("provider", each.channel, each.provider_id)
        return self._by_id.get((each.channel, key))

    def _reporters_rows(self, *states: OutboxState) -> list[OutboxMessage]:
        return [row for row in self._rows if row.audience == Audience.REPORTER.value and row.state in states]

    def _uncertain_texts(self, person: UUID) -> Counter[str]:
        rows = [row for row in self._reporters_rows(OutboxState.UNCERTAIN) if row.conversation_id == person]
        conversation = self._session.scalars(select(Conversation).where(Conversation.id == person)).one()
        return Counter(reporter_words(self._session, row, conversation, self._composer).text for row in rows)


def _composer(installation: Installation) -> Composer:
    settings = Settings(_env_file=None, data_dir=Path(installation.folder))
    wording = Wording.load(load_deployment(settings.deployment_path))
    return Composer(wording=wording, settings=settings, writes_as_sms=_SMS, keys=installation.keys)
