"""What a turn says about when we may write first becomes the window of the phone it came from; and what staff see of
it. A "not safe" takes it back (apply_turn.py), so does going on from another phone (moving.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.directives import OptOut, RecordFacts
from bot.conversation.safe_times import read_times
from bot.conversation.turn import Rooms, Turn
from bot.conversation.whose_clock import clock_of_writer
from bot.database.states import Safety, WriteBack
from bot.database.tables import ContactPoint, Conversation, Report
from bot.messages.holding import HoldRules
from bot.messages.safe_windows import forget_window, keep_window, leaves_at
from bot.reports.queue_cards import CaseNotFoundError


def note_when_to_write(session: Session, conversation: Conversation, turn: Turn, rooms: Rooms) -> None:
    """Keep the answer of this turn, if it has one, instead of any before; the conversation is locked. Words that tell
    no times for sure take away the times that were named before: what they mean is staff's to read."""
    told = {name: value for each in turn.do if isinstance(each, RecordFacts) for name, value in each.facts.items()}
    answer, words = told.get("write_back"), told.get("write_when")
    if answer is None and words is None:
        return
    refused = conversation.safety is Safety.UNSAFE or any(isinstance(each, OptOut) for each in turn.do)
    if refused or (answer is not None and answer not in set(WriteBack)):
        forget_window(session, conversation.id)
        return
    language = conversation.language or turn.language
    keep_window(
        session,
        conversation.id,
        WriteBack.AT_TIMES if words is not None or answer is None else WriteBack(answer),
        clock_of_writer(session, conversation, language, rooms),
        None if words is None else read_times(words, language),
    )


@dataclass(frozen=True, kw_only=True)
class HeldUntil:
    """When what staff wrote leaves by itself, as a clock shows it where the person is; None: when they write, and say
    that it is safe."""

    at: datetime | None = None

    @property
    def clock(self) -> str:
        """20:00"""
        return f"{self.at:%H:%M}" if self.at is not None else ""

    @property
    def offset(self) -> str:
        """+7, +6:30"""
        if self.at is None:
            return ""
        hours, minutes = f"{self.at:%z}"[:3], f"{self.at:%z}"[3:]
        return f"{int(hours):+d}" + (f":{minutes}" if minutes != "00" else "")


def held_until(session: Session, number: int, rules: HoldRules) -> HeldUntil:
    """Of a case, as things stand now. CaseNotFoundError."""
    conversation = session.scalar(
        select(Conversation).join(Report, Report.conversation_id == Conversation.id).where(Report.number == number)
    )
    if conversation is None:
        raise CaseNotFoundError("no such case")
    point = session.scalars(select(ContactPoint).where(ContactPoint.conversation_id == conversation.id)).one()
    return HeldUntil(at=leaves_at(session, conversation, point, rules))
