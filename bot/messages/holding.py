"""The one check before every message to a reporter, whoever wrote it (design 4.7): pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.database.states import Safety
from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class HoldRules:
    """A message later than `hold_after` after their last word is held, but in a window they named, which counts for
    `window_kept_for` after that word. Silence of `cover_after` closes what a safe word protects."""

    hold_after: timedelta
    cover_after: timedelta
    window_kept_for: timedelta

    @classmethod
    def of(cls, settings: Settings) -> HoldRules:
        """Those of this installation."""
        return cls(
            hold_after=settings.hold_after,
            cover_after=settings.cover_after,
            window_kept_for=settings.safe_window_kept_for,
        )


@dataclass(frozen=True, kw_only=True)
class SafeWindow:
    """When they let us write first: between two times of day of a clock, past midnight when `closes` is the earlier
    one; at any time when both are None."""

    zone: ZoneInfo
    opens: time | None = None
    closes: time | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether this instant lies in it; the last minute does not."""
        if self.opens is None or self.closes is None:
            return True
        there = now.astimezone(self.zone).time()
        if self.opens < self.closes:
            return self.opens <= there < self.closes
        return there >= self.opens or there < self.closes

    def lets_leave(self, now: datetime, hold_after: timedelta) -> bool:
        """Whether a message may set out. A provider may go on trying to deliver it for `hold_after`
        (bot/channels/registry.py), so all of that has to lie in the window."""
        return self.is_open(now) and self.is_open(now + hold_after)

    def next_opening(self, now: datetime) -> datetime:
        """The next instant after now at which it opens, by its own clock; now where it is never closed."""
        here = now.astimezone(self.zone)
        if self.opens is None:
            return here
        today = datetime.combine(here.date(), self.opens, self.zone)
        return today if today > here else datetime.combine(here.date() + timedelta(days=1), self.opens, self.zone)


def must_be_held(
    *,
    safety: Safety,
    opted_out: bool,
    last_word_at: datetime | None,
    now: datetime,
    hold_after: timedelta,
    reply: bool,
    window: SafeWindow | None = None,
    window_kept_for: timedelta = timedelta(0),
) -> bool:
    """Whether a message has to wait: the phone may be in another hand by now.

    Later than `hold_after` after the reporter's last word, nothing leaves but in the window they named, and no direct
    reply, which was made for another moment. A window counts for `window_kept_for` after that word, and only while they
    have not said since that it is not safe, came back without saying that it is, or said stop. Sooner, a direct reply
    leaves; anything else waits while the person has said that it is not safe, or has not yet said that it is again.
    """
    if last_word_at is None:
        return True
    silence = now - last_word_at
    if silence > hold_after:
        named = window is not None and silence <= window_kept_for and window.lets_leave(now, hold_after)
        return not named or reply or opted_out or safety is not Safety.SAFE
    if reply:
        return False
    return opted_out or safety in (Safety.UNSAFE, Safety.RETURNED)
