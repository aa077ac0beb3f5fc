"""The durable outbox: rows written in the transaction that caused them. How they leave stands in outbox_claims.py.

A reporter's message is sent at most once: what may have left becomes UNCERTAIN and waits for a human. A responder's
page is sent at least once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.database.session import wake
from bot.database.states import Author, OutboxState
from bot.database.tables import ContactPoint, Conversation, OutboxMessage
from bot.messages.message import Audience, Button
from bot.messages.priorities import BUNDLE as BUNDLE
from bot.messages.priorities import FIRST_PAGE as FIRST_PAGE
from bot.messages.priorities import NOTICE as NOTICE
from bot.messages.priorities import REPEATED_PAGE as REPEATED_PAGE
from bot.messages.priorities import REPLY as REPLY
from bot.messages.priorities import STATUS as STATUS
from bot.messages.priorities import URGENT_REPLY as URGENT_REPLY
from bot.messages.read_aloud import worth_sending
from bot.privacy.sealing import seal_to

ASKS = "asks"  # in the arguments of the bot's own words


@dataclass(frozen=True, kw_only=True)
class Words:
    """A text in its final language, with its choices. `erase_once_sent` is a secret of the person's own: it is theirs
    whoever speaks by then, nobody else sees it, and it is not kept. `asks` is a question of the bot's: one that could
    not leave in time is asked no more (what_was_held.py)."""

    text: str = field(repr=False)
    buttons: tuple[Button, ...] = field(repr=False, default=())
    erase_once_sent: bool = False
    asks: bool = False

    def to_json(self) -> str:
        """For sealing."""
        return json.dumps({"text": self.text, "buttons": [[button.title, button.payload] for button in self.buttons]})

    @classmethod
    def from_json(cls, body: str) -> Words:
        """What `to_json` made."""
        raw = json.loads(body)
        buttons = tuple(Button(title=title, payload=payload) for title, payload in raw["buttons"])
        return cls(text=raw["text"], buttons=buttons)


def say(
    session: Session,
    conversation: Conversation,
    words: Sequence[Words],
    *,
    key: str,
    author: Author,
    priority: int = REPLY,
    reply_to_inbox: int | None = None,
    author_id: int | None = None,
    written_for: int | None = None,
) -> list[int]:
    """Queue words for a reporter, in order. `key` makes the same cause harmless twice. `written_for` is the version of
    the conversation a bot's words were made for. Returns the rows' ids."""
    channel = session.scalars(select(ContactPoint.channel).where(ContactPoint.conversation_id == conversation.id)).one()
    ids = []
    for index, each in enumerate(words):
        row = {
            "key": f"{key}:{index}",
            "audience": Audience.REPORTER.value,
            "channel": channel,
            "conversation_id": conversation.id,
            "inbox_id": reply_to_inbox,
            "author": author,
            "author_id": author_id,
            "body_sealed": seal_to(conversation.public_key, each.to_json()),
            "expect_version": None if each.erase_once_sent else written_for,
            "erase_once_sent": each.erase_once_sent,
            "arguments": {ASKS: True} if each.asks else None,
            "priority": priority,
            "state": OutboxState.PENDING,
        }
        created = session.scalar(insert(OutboxMessage).values(row).on_conflict_do_nothing().returning(OutboxMessage.id))
        if created is not None:
            ids.append(created)
    _pull_forward(session, conversation, priority)
    wake(session, "outbox")
    return ids


def _pull_forward(session: Session, conversation: Conversation, priority: int) -> None:
    """One person's messages leave in order: what waits before an urgent reply is as urgent as the reply."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.conversation_id == conversation.id, OutboxMessage.state == OutboxState.PENDING)
        .where(OutboxMessage.audience == Audience.REPORTER.value, OutboxMessage.priority > priority)
        .values(priority=priority)
    )


def say_template(
    session: Session,
    conversation: Conversation,
    template: str,
    *,
    key: str,
    author: Author,
    arguments: dict[str, Any] | None = None,
    author_id: int | None = None,
) -> int | None:
    """Queue a text without content for a reporter, by name; it is put into words, in the person's language of that
    moment, when it is sent."""
    channel = session.scalars(select(ContactPoint.channel).where(ContactPoint.conversation_id == conversation.id)).one()
    row = {
        "key": key,
        "audience": Audience.REPORTER.value,
        "channel": channel,
        "conversation_id": conversation.id,
        "author": author,
        "author_id": author_id,
        "template": template,
        "arguments": arguments or {},
        "priority": STATUS if author is Author.SYSTEM else REPLY,
        "state": OutboxState.PENDING,
    }
    created = session.scalar(insert(OutboxMessage).values(row).on_conflict_do_nothing().returning(OutboxMessage.id))
    wake(session, "outbox")
    return created


def tell_responder(
    session: Session,
    *,
    key: str,
    channel: str,
    contact_id: int | None,
    template: str,
    arguments: dict[str, Any],
    priority: int = STATUS,
    page_id: int | None = None,
    inbox_id: int | None = None,
    due_at: datetime | None = None,
) -> int | None:
    """Queue a page or a status for a responder: a template's name and numbers, never content. None when its cause was
    told of before, or nobody is rung up for it. It leaves at once, or when it is due."""
    if not worth_sending(channel, template):
        return None
    row = {
        "key": key,
        "audience": Audience.RESPONDER.value,
        "channel": channel,
        "staff_contact_id": contact_id,
        "page_id": page_id,
        "inbox_id": inbox_id,
        **({"due_at": due_at} if due_at else {}),
        "author": Author.SYSTEM,
        "template": template,
        "arguments": arguments,
        "priority": priority,
        "state": OutboxState.PENDING,
    }
    created = session.scalar(insert(OutboxMessage).values(row).on_conflict_do_nothing().returning(OutboxMessage.id))
    wake(session, "outbox")
    return created


def resend(session: Session, outbox_id: int) -> bool:
    """A human's one key: send an UNCERTAIN message again. False when it is not uncertain any more."""
    changed = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == outbox_id, OutboxMessage.state == OutboxState.UNCERTAIN)
        .values(state=OutboxState.PENDING, due_at=func.now(), attempts=0)
        .returning(OutboxMessage.id)
    ).all()
    wake(session, "outbox")
    return bool(changed)
