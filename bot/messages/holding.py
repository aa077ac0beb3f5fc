"""The one check before every message to a reporter, whoever wrote it (design 4.7): pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.database.states import Safety


def must_be_held(
    *, safety: Safety, opted_out: bool, last_word_at: datetime | None, now: datetime, hold_after: timedelta, reply: bool
) -> bool:
    """Whether a message has to wait: the phone may be in another hand by now.

    Nothing leaves later than `hold_after` after the reporter's last word. Sooner than that, a direct reply leaves;
    anything else waits while the person has said that it is not safe, or has not yet said that it is safe again.
    """
    if last_word_at is None or now - last_word_at > hold_after:
        return True
    if reply:
        return False
    return opted_out or safety in (Safety.UNSAFE, Safety.RETURNED)
