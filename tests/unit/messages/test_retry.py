"""When to try again: the whole table, by kind of failure and by whom the message is for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import (
    BlockedError,
    MisconfiguredError,
    OptedOutError,
    PermanentSendError,
    RetryAfterError,
    SendError,
    TemporarySendError,
    UncertainSendError,
)
from bot.messages.message import Audience
from bot.messages.retry import MAX_SEND_ATTEMPTS, Decision, Next, after_failure, pause_before

_SECOND = timedelta(seconds=1)
AGAIN = Decision(next=Next.AGAIN, pause=_SECOND)
NEVER, BROKEN = Decision(next=Next.GIVE_UP), Decision(next=Next.GIVE_UP, address_broken=True)
WAIT = RetryAfterError(30 * _SECOND)
TABLE: dict[str, tuple[SendError, Audience, int, timedelta | None, Decision]] = {
    "not taken, reporter": (TemporarySendError(), Audience.REPORTER, 1, None, AGAIN),
    "not taken, page": (TemporarySendError(), Audience.RESPONDER, 1, 60 * _SECOND, AGAIN),
    "not taken, page, step over": (TemporarySendError(), Audience.RESPONDER, 1, 0 * _SECOND, NEVER),
    "not taken, page, step over with the pause": (TemporarySendError(), Audience.RESPONDER, 1, _SECOND, NEVER),
    "not taken, status to a responder": (TemporarySendError(), Audience.RESPONDER, 1, None, AGAIN),
    "not taken, last attempt": (TemporarySendError(), Audience.REPORTER, MAX_SEND_ATTEMPTS, None, NEVER),
    "asked to wait, reporter": (WAIT, Audience.REPORTER, 1, None, Decision(next=Next.AGAIN, pause=30 * _SECOND)),
    "asked to wait, page, time left": (
        WAIT,
        Audience.RESPONDER,
        1,
        31 * _SECOND,
        Decision(next=Next.AGAIN, pause=30 * _SECOND),
    ),
    "asked to wait, page, longer than the step": (WAIT, Audience.RESPONDER, 1, 30 * _SECOND, NEVER),
    "may have left, reporter": (UncertainSendError(), Audience.REPORTER, 1, None, Decision(next=Next.UNCERTAIN)),
    "may have left, reporter, last attempt": (
        UncertainSendError(),
        Audience.REPORTER,
        MAX_SEND_ATTEMPTS,
        None,
        Decision(next=Next.UNCERTAIN),
    ),
    "may have left, page": (UncertainSendError(), Audience.RESPONDER, 1, 60 * _SECOND, AGAIN),
    "never, reporter": (PermanentSendError(), Audience.REPORTER, 1, None, NEVER),
    "never, page": (PermanentSendError(), Audience.RESPONDER, 1, 60 * _SECOND, BROKEN),
    "our settings are wrong, page": (MisconfiguredError(), Audience.RESPONDER, 1, 60 * _SECOND, NEVER),
    "our settings are wrong, reporter": (MisconfiguredError(), Audience.REPORTER, 1, None, NEVER),
    "blocked, reporter": (BlockedError(), Audience.REPORTER, 1, None, BROKEN),
    "blocked, page": (BlockedError(), Audience.RESPONDER, 1, 60 * _SECOND, BROKEN),
    "opted out, reporter": (OptedOutError(), Audience.REPORTER, 1, None, BROKEN),
    "opted out, page": (OptedOutError(), Audience.RESPONDER, 1, 60 * _SECOND, BROKEN),
}


@pytest.mark.parametrize(("error", "audience", "attempts", "patience", "decision"), TABLE.values(), ids=TABLE)
def test_what_a_failure_leads_to(
    error: SendError, audience: Audience, attempts: int, patience: timedelta | None, decision: Decision
) -> None:
    assert after_failure(error, audience=audience, attempts=attempts, patience=patience) == decision


def test_first_retries_come_in_seconds_and_pauses_only_grow() -> None:
    pauses = [pause_before(attempt).total_seconds() for attempt in range(1, 15)]
    assert pauses[:3] == [1, 2, 5]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 600
