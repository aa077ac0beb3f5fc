"""Takes messages out of the inbox, one at a time per person, and has them handled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeGuard

import structlog
from sqlalchemy.orm import Session

from bot.channels.channel import AnswersTaps, Channel
from bot.conversation.case_marks import marks_at_the_door
from bot.conversation.handle_message import Desk, handle_message
from bot.conversation.page_words import TEMPLATES, fill
from bot.conversation.responder_turn import Answered, handle_responder
from bot.errors import DatabaseDownError, LeaseLostError
from bot.escalation.alarms import raise_alarm
from bot.messages import inbox
from bot.messages.inbox import Claimed
from bot.messages.retry import MAX_INBOX_CLAIMS
from bot.privacy.sealing import open_with
from bot.reports.report_store import lock_conversation, open_report, raise_urgency
from bot.reports.urgency import Urgency
from bot.worker.loops import place_of

log = structlog.get_logger("worker")


class InboxWorker:
    """One consumer of the inbox; several run side by side, in one process or in many. `found` is told that there was
    something, so that the next one looks for more."""

    def __init__(self, desk: Desk, channels: dict[str, Channel], found: Callable[[], None] = lambda: None) -> None:
        self._found = found
        self._desk = desk
        self._channels = channels

    async def work(self) -> bool:
        """Handle one message. False when there is none."""
        desk = self._desk
        claimed = await desk.database.run(lambda session: inbox.claim(session, lease=desk.settings.lease))
        if claimed is None:
            return False
        self._found()
        try:
            await self._handle_or_set_aside(claimed)
        except LeaseLostError:
            log.warning("lease_lost", inbox_id=claimed.id)
        return True

    async def _handle_or_set_aside(self, claimed: Claimed) -> None:
        if claimed.attempts > MAX_INBOX_CLAIMS:  # it ends its worker each time, and nobody is left to count that
            await self._desk.database.run(lambda session: self._set_aside(session, claimed, "worker_died"))
            return
        try:
            await self._handle(claimed)
        except (LeaseLostError, DatabaseDownError):
            raise
        except Exception as error:  # a poisoned message: set aside for later, and in the end a human is told
            kind = type(error).__name__
            log.error("message_failed", inbox_id=claimed.id, error=kind, where=place_of(error))
            await self._desk.database.run(lambda session: self._set_aside(session, claimed, kind))

    async def _handle(self, claimed: Claimed) -> None:
        desk = self._desk
        if claimed.conversation_id is not None:
            await handle_message(claimed, desk)
            await self._answer_tap(claimed, "")
            return
        answered = await desk.database.run(
            lambda session: handle_responder(session, claimed, keys=desk.keys, settings=desk.settings)
        )
        await self._answer_tap(claimed, self._short_words(answered))

    def _short_words(self, answered: Answered) -> str:
        """What stands for a moment over the buttons; the whole answer follows as a message."""
        wording, outcome = self._desk.wording, answered.outcome
        language = answered.language or wording.deployment.default_language.value
        return fill(wording.catalogues, language, TEMPLATES[outcome.template], {**outcome.arguments, "url": ""})

    async def _answer_tap(self, claimed: Claimed, text: str) -> None:
        """A tapped button keeps turning until it is answered; what the tap did is committed already."""
        channel = self._channels.get(claimed.channel)
        if claimed.callback_sealed is not None and _answers_taps(channel):
            await channel.answer_tap(open_with(self._desk.keys.staff, claimed.callback_sealed), text)

    def _set_aside(self, session: Session, claimed: Claimed, error_kind: str) -> None:
        """Later again; a message that is given up raises a low alarm, because it may be the urgent one."""
        conversation = lock_conversation(session, claimed.conversation_id) if claimed.conversation_id else None
        dead = inbox.fail(session, claimed, error_kind=error_kind)
        if dead and conversation is not None:
            report = open_report(session, conversation)
            raise_urgency(report, Urgency.HIGH, ["message_not_handled"])
            marks = marks_at_the_door(report, conversation, self._desk.keys)
            urgency, settings = Urgency(report.urgency), self._desk.settings
            raise_alarm(session, report, urgency, "message_not_handled", settings, about=marks)


def _answers_taps(channel: object) -> TypeGuard[AnswersTaps]:
    return hasattr(channel, "answer_tap")
