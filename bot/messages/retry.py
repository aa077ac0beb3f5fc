"""When to try again, and when to stop trying: pure. First retries come in seconds, because the message may be the
urgent one; oncall.md B3 says why a page and a reporter's message are treated differently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.errors import (
    BlockedError,
    MisconfiguredError,
    OptedOutError,
    PermanentSendError,
    RetryAfterError,
    SendError,
    UncertainSendError,
)
from bot.messages.message import Audience

_PAUSES_SECONDS = (1, 2, 5, 10, 20, 40, 60, 120, 300, 600)
LONGEST_PAUSE = timedelta(seconds=_PAUSES_SECONDS[-1])
MAX_INBOX_ATTEMPTS = 8
MAX_INBOX_CLAIMS = 16  # some may have ended with the worker or the database, for no fault of the message's
MAX_SEND_ATTEMPTS = 12


class Next(StrEnum):
    """What becomes of a message whose sending failed."""

    AGAIN = "again"  # after `pause`
    UNCERTAIN = "uncertain"  # a human decides
    GIVE_UP = "give_up"  # never to this address


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do, after how long, and whether the address itself is broken."""

    next: Next
    pause: timedelta = timedelta(0)
    address_broken: bool = False


_LONG = timedelta(seconds=3)


def calls_for_another_way(error: SendError, attempts: int) -> bool:
    """Whether somebody should be paged beside this page, which is tried on: once it failed for the third time, three
    seconds after it was due; at once when its provider was silent or asks for a while."""
    slow = isinstance(error, UncertainSendError) or (isinstance(error, RetryAfterError) and error.wait >= _LONG)
    return attempts == 3 or (attempts == 1 and slow)


def pause_before(attempt: int) -> timedelta:
    """How long to wait before the attempt after number `attempt` (1 is the first): 1 s, 2 s, 5 s ... 10 min."""
    return timedelta(seconds=_PAUSES_SECONDS[min(attempt, len(_PAUSES_SECONDS)) - 1])


def after_failure(error: SendError, *, audience: Audience, attempts: int, patience: timedelta | None) -> Decision:
    """Decide after a failed send. `attempts` counts this one. `patience` is how long a page may still wait before
    its step ends: a provider that asks for more is left for the next way (oncall.md rule 15)."""
    if isinstance(error, BlockedError | OptedOutError):
        return Decision(next=Next.GIVE_UP, address_broken=True)
    if isinstance(error, MisconfiguredError):  # one wrong token must not break everybody's contacts at once
        return Decision(next=Next.GIVE_UP)
    if isinstance(error, PermanentSendError):
        return Decision(next=Next.GIVE_UP, address_broken=audience is Audience.RESPONDER)
    if isinstance(error, UncertainSendError) and audience is Audience.REPORTER:
        return Decision(next=Next.UNCERTAIN)
    if attempts >= MAX_SEND_ATTEMPTS:
        return Decision(next=Next.GIVE_UP)
    pause = error.wait if isinstance(error, RetryAfterError) else pause_before(attempts)
    if patience is not None and pause >= patience:
        return Decision(next=Next.GIVE_UP)
    return Decision(next=Next.AGAIN, pause=pause)
