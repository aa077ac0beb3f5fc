"""A walk through the whole house: door, inbox, engine, PostgreSQL, alarms, outbox. What a pure turn cannot show is held
here: an urgent message has its alarm before anything is acknowledged, nothing goes out that nobody asked for, a burst
is answered message by message, a return code carries on, and after a wipe nothing that was said is left."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.directives import RaiseUrgency
from bot.conversation.engine import DialogueEngine, TurnAnswer, TurnRequest
from bot.database.states import AlarmState, Author, OutboxState, Safety
from bot.database.tables import Alarm, ContactPoint, Conversation, InboxMessage, OutboxMessage, Report
from bot.messages.message import Audience
from bot.reports.triage import of_theme
from bot.reports.urgency import Urgency
from tests.conversations.door import Kept, arrive, is_heard_alike
from tests.conversations.moves import Move, word
from tests.unit.house import House

CODE = re.compile(r"\d{4} \d{4} \d{4} \d{4}")
SAFE_WORD, CODE_WORD = word("safe"), word("code")
_SENT = (OutboxState.SENT, OutboxState.DELIVERED)
_OVER = (AlarmState.CLOSED, AlarmState.STOOD_DOWN)


class Broken(AssertionError):
    """A promise that was broken, by its name: never by what was written."""


class Listening:
    """An engine that remembers its last turn."""

    def __init__(self, engine: DialogueEngine) -> None:
        self._engine = engine
        self.turns: list[tuple[TurnRequest, TurnAnswer]] = []

    async def take_turn(self, request: TurnRequest) -> TurnAnswer:
        """One turn of the engine's."""
        answer = await self._engine.take_turn(request)
        self.turns.append((request, answer))
        return answer


@dataclass(kw_only=True)
class Visit:
    """One person's walk through a house that has no other reporter in it. `phones` are theirs, the last one in use."""

    house: House
    chance: random.Random
    engine: Listening = field(init=False)
    phones: list[tuple[str, str]] = field(default_factory=list, repr=False)
    transcript: list[str] = field(default_factory=list)
    turns: int = 0

    def __post_init__(self) -> None:
        self.engine = Listening(self.house.engine)
        self.house = replace(self.house, engine=self.engine)
        self.new_phone()

    def new_phone(self) -> None:
        """From here on they write from another telephone, or another chat."""
        number = len(self.phones) + 1
        self.phones.append(self.chance.choice((("sms", f"+1202555{1000 + number}"), ("telegram", f"70{number:03}"))))

    def walk(self, moves: Sequence[Move]) -> None:
        """Every move, a return code half-way, and a wipe at the end. Raises Broken."""
        with_code = self.chance.random() < 0.4
        for place, move in enumerate(moves):
            if move.gap and place:
                self.silence()
            self.write(move)
            if with_code and place == len(moves) // 2:
                self.go_on_from_another_phone()
            if self.chance.random() < 0.02:
                self.burst([move, *moves[:place]][:5])
        self.wipe()

    def write(self, move: Move) -> None:
        """One message, handled and answered."""
        self.transcript.append(str(move))
        before = self._conversation()
        inbox_id = self._arrives(move)
        taken = len(self.engine.turns)
        self.house.settle()
        self.turns += 1
        self._is_answered([inbox_id])
        if len(self.engine.turns) > taken:
            self._is_heard_as_the_walks_hear(move, before)
            self._is_alarmed()

    def burst(self, moves: Sequence[Move]) -> None:
        """Several messages before the first of them is handled."""
        self.transcript.append(f"a burst of {len(moves)}")
        ids = [self._arrives(move) for move in moves]
        self.house.settle()
        self.turns += len(ids)
        self._is_answered(ids)

    def silence(self) -> None:
        """Between a quarter of an hour and a day: the alarms go on, and nothing reaches the reporter's phone."""
        self.transcript.append("silence")
        before = len(self.house.said())
        for _ in range(self.chance.randint(1, 3)):
            self.house.pass_time(timedelta(minutes=self.chance.choice((11, 15, 90, 600))))
            self.house.sweep()
            self.house.settle()
            self.house.tidy()
        if len(self.house.said()) > before:
            raise Broken("nothing goes out that nobody asked for")

    def go_on_from_another_phone(self) -> None:
        """Ask for a return code and write it from elsewhere; the old phone hears nothing more."""
        self.write(SAFE_WORD)
        said = len(self._reached(self.phones[-1]))
        self.write(CODE_WORD)
        found = [match for each in self._reached(self.phones[-1])[said:] if (match := CODE.search(each))]
        if not found:
            return  # it was not safe, or a question was open that takes its words
        was = self._conversation()
        old = self.phones[-1]
        self.new_phone()
        self.transcript.append("the return code, from another phone")
        said = len(self._reached(old))
        self.write(Move(name="return code", language="en", text=found[0][0]))
        if len(self._reached(old)) > said:
            raise Broken("the old phone hears nothing more")
        now = self._conversation()
        if was is None or now is None or now.id != was.id:
            raise Broken("a return code goes on where they were")

    def wipe(self) -> None:
        """Erase everything: of what was said, where they wrote from and the keys, nothing is left. An alarm stays."""
        conversation = self._conversation()
        open_before = self._open_alarms(conversation)
        self.write(word("wipe"))
        self.write(word("1"))
        self.house.tidy()
        with self.house.database.transaction() as session:
            left = list(_what_is_left(session, conversation.id)) if conversation else ["no conversation"]
        if left:
            raise Broken(f"everything can be erased (but: {', '.join(left)})")
        if self._open_alarms(conversation) < open_before:
            raise Broken("a wipe ends no alarm")

    def _arrives(self, move: Move) -> int:
        """Through the door; what the floor hears has its alarm before anything else happens."""
        channel, address = self.phones[-1]
        self.house.arrives(move.text, sender=address, channel=channel, kind=move.kind)
        heard = arrive(move.text, move.kind, Kept(), gap=False)
        alarming = move.alarming or heard.request.situation.urgent
        if alarming and not self._open_alarms(self._conversation()):
            raise Broken("urgent is alarmed at the door")
        with self.house.database.transaction() as session:
            return session.scalars(select(func.max(InboxMessage.id))).one()

    def _is_answered(self, inbox_ids: Sequence[int]) -> None:
        """By one message or two, each the reply to one of theirs."""
        with self.house.database.transaction() as session:
            rows = select(OutboxMessage.inbox_id, OutboxMessage.author, OutboxMessage.audience, OutboxMessage.state)
            sent = [
                inbox_id
                for inbox_id, author, audience, state in session.execute(rows)
                if audience == Audience.REPORTER.value and author is Author.BOT and state in _SENT
            ]
        if any(inbox_id is None for inbox_id in sent):
            raise Broken("nothing goes out that nobody asked for")
        if any(not 1 <= sent.count(inbox_id) <= 2 for inbox_id in inbox_ids):
            raise Broken(f"one message or two answer ({[sent.count(inbox_id) for inbox_id in inbox_ids]})")

    def _is_heard_as_the_walks_hear(self, move: Move, before: Conversation | None) -> None:
        """Or the walks over the pure turn would walk through another door than people do. Walkers choose no words of
        their own, so "not safe" is all that closes a conversation."""
        request, _ = self.engine.turns[-1]
        kept = Kept(language=before.language if before else None)
        arrived = arrive(move.text, move.kind, kept, gap=request.situation.gap)
        if not is_heard_alike(request, arrived, kept, unsafe=before is not None and before.safety is Safety.UNSAFE):
            raise Broken("the walks hear what the house hears")

    def _is_alarmed(self) -> None:
        """Floor, model, and what was answered to the question of danger."""
        request, answer = self.engine.turns[-1]
        raised = [each.urgency for each in answer.do if isinstance(each, RaiseUrgency)]
        heard = [of_theme(theme) for theme, _ in answer.understanding.themes]
        urgent = request.situation.urgent or any(each.pages for each in [*raised, *heard])
        if not urgent:
            return
        if not self._open_alarms(self._conversation()):
            raise Broken("urgent is alarmed within its turn")

    def _reached(self, phone: tuple[str, str]) -> list[str]:
        """All that reached one of their phones, in order."""
        return [each.text for each in self.house.said() if each.address == phone[1]]

    def _conversation(self) -> Conversation | None:
        channel, address = self.phones[-1]
        with self.house.database.transaction() as session:
            return session.scalars(
                select(Conversation)
                .join(ContactPoint, ContactPoint.conversation_id == Conversation.id)
                .where(ContactPoint.address_hash == self.house.keys.lookup_hash("address", channel, address))
            ).one_or_none()

    def _open_alarms(self, conversation: Conversation | None) -> int:
        if conversation is None:
            return 0
        with self.house.database.transaction() as session:
            alarms = session.scalars(
                select(Report.urgency)
                .join(Alarm, Alarm.report_id == Report.id)
                .where(Report.conversation_id == conversation.id, Alarm.state.not_in(_OVER))
            )
            return sum(Urgency(urgency).pages for urgency in alarms)


def _what_is_left(session: Session, conversation_id: UUID) -> Iterator[str]:
    """Columns of an erased conversation that still hold something of it."""
    for table in (Conversation, ContactPoint, InboxMessage, OutboxMessage, Report):
        key = "id" if table is Conversation else "conversation_id"
        for row in session.scalars(select(table).filter_by(**{key: conversation_id})):
            for column in table.__table__.columns:
                personal = column.name.endswith(("_sealed", "_wrapped")) or column.name == "address_hash"
                if personal and getattr(row, column.name) is not None:
                    yield f"{table.__tablename__}.{column.name}"
