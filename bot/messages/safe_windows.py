"""The window a reporter named, as columns of their contact point: kept, taken back, and read for the one check before
every message (holding.py)."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import WriteBack
from bot.database.tables import ContactPoint, Conversation
from bot.messages.cover import cover_of, is_closed
from bot.messages.holding import HoldRules, SafeWindow, must_be_held


def keep_window(
    session: Session,
    conversation_id: UUID,
    answer: WriteBack,
    zone: ZoneInfo,
    times: tuple[time, time] | None = None,
) -> None:
    """What this phone answered, in place of what it answered before. Certain times without `times` are no window."""
    opens, closes = times or (None, None)
    session.execute(
        update(ContactPoint)
        .where(ContactPoint.conversation_id == conversation_id)
        .values(write_back=answer, safe_from=opens, safe_until=closes, safe_zone=zone.key)
    )


def forget_window(session: Session, conversation_id: UUID) -> None:
    """Nothing of it is kept: from now on whatever comes later is held."""
    session.execute(
        update(ContactPoint)
        .where(ContactPoint.conversation_id == conversation_id)
        .values(write_back=None, safe_from=None, safe_until=None, safe_zone=None)
    )


def window_that_counts(
    session: Session, conversation: Conversation, point: ContactPoint, rules: HoldRules
) -> SafeWindow | None:
    """The window of this phone; None when none was named, when everything was erased, or when only a safe word opens
    the conversation."""
    window = _named(point)
    if window is None or conversation.wipe_asked_at is not None or point.address_hash is None:
        return None
    cover = cover_of(session, conversation.id)
    if cover is not None and cover.closed_by is not None:
        return None
    if is_closed(session, conversation.id, database_now(session), rules.cover_after):
        return None
    return window


def is_held(
    session: Session, conversation: Conversation, point: ContactPoint, rules: HoldRules, *, reply: bool = False
) -> bool:
    """Whether a message to this person has to wait, as things stand in this transaction."""
    return must_be_held(
        safety=conversation.safety,
        opted_out=point.opted_out_at is not None,
        last_word_at=conversation.last_word_at,
        now=database_now(session),
        hold_after=rules.hold_after,
        reply=reply,
        window=window_that_counts(session, conversation, point, rules),
        window_kept_for=rules.window_kept_for,
    )


def leaves_at(session: Session, conversation: Conversation, point: ContactPoint, rules: HoldRules) -> datetime | None:
    """When what is held leaves by itself if nothing more is heard of them, in the clock they named it by; None when it
    waits until they write."""
    window, last = window_that_counts(session, conversation, point, rules), conversation.last_word_at
    if window is None or last is None:
        return None
    now = database_now(session)
    leaves = now.astimezone(window.zone) if window.lets_leave(now, rules.hold_after) else window.next_opening(now)
    held = must_be_held(
        safety=conversation.safety,
        opted_out=point.opted_out_at is not None,
        last_word_at=last,
        now=max(leaves, last + 2 * rules.hold_after),  # at the opening they have been silent for long
        hold_after=rules.hold_after,
        reply=False,
        window=SafeWindow(zone=window.zone),
        window_kept_for=rules.window_kept_for,
    )
    return None if held else leaves


def _named(point: ContactPoint) -> SafeWindow | None:
    if point.write_back not in (WriteBack.ANY_TIME, WriteBack.AT_TIMES) or point.safe_zone is None:
        return None
    try:
        zone = ZoneInfo(point.safe_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None  # a zone that this machine no longer knows: then as if they had named nothing
    if point.write_back is WriteBack.ANY_TIME:
        return SafeWindow(zone=zone)
    if point.safe_from is None or point.safe_until is None:
        return None
    return SafeWindow(zone=zone, opens=point.safe_from, closes=point.safe_until)
