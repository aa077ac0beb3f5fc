"""The whole path of the service: the door, the reply, the page."""

from __future__ import annotations

import time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.chaos.words import CRIES, GREETINGS, LANGUAGES, TIPS
from bench.installation import Installation
from bench.measure.traffic import Posted, Stamped, new_number, post_at_rate
from bot.database.states import InboxState, OutboxState
from bot.database.tables import ContactPoint, InboxMessage, OutboxMessage, Report
from tests.fakes.telegram import SentByBot
from tests.fakes.twilio import SentByTwilio

_DRAIN_SECONDS = 180.0


def stamp_arrivals(installation: Installation) -> tuple[Stamped[SentByTwilio], Stamped[SentByBot]]:
    """From now on the arrivals at Twilio and at the staff bot carry their time."""
    sms, pages = Stamped[SentByTwilio](), Stamped[SentByBot]()
    installation.providers.twilio.sent = sms
    installation.providers.staff_bot.sent = pages
    return sms, pages


def door_latencies(installation: Installation, per_second: float, seconds: float) -> list[float]:
    """Durable webhook: POST to 200, which is sent after the commit. The workers handle the messages meanwhile."""
    people = [new_number() for _ in range(200)]
    run = post_at_rate(installation, per_second, seconds, lambda index: _harmless(index), people)
    drain(installation)
    return [each.latency for each in run]


def reply_latencies(installation: Installation, per_second: float, seconds: float) -> list[float]:
    """First message of somebody new: webhook posted to reply received by Twilio."""
    sms, _ = stamp_arrivals(installation)
    run = post_at_rate(installation, per_second, seconds, lambda index: _harmless(index), seed=2)
    drain(installation)
    first: dict[str, float] = {}
    for sent, at in zip(sms, sms.at, strict=True):
        first.setdefault(sent.to, at)
    return [first[each.number] - each.due for each in run]


def page_latencies(installation: Installation, per_second: float, seconds: float) -> list[float]:
    """Every third message is a cry for help of somebody new: webhook posted to first page handed to the staff bot."""
    _, pages = stamp_arrivals(installation)
    run = post_at_rate(installation, per_second, seconds, _every_third_urgent, seed=3)
    drain(installation)
    first: dict[int, float] = {}
    for sent, at in zip(pages, pages.at, strict=True):
        for _, data in sent.buttons:
            first.setdefault(int(data.split()[1]), at)
    with installation.database.transaction() as session:
        return [first[_report_number(session, installation, each)] - each.due for each in run if each.urgent]


def _harmless(index: int) -> tuple[str, bool]:
    language = LANGUAGES[index % len(LANGUAGES)]
    return (GREETINGS if index % 2 else TIPS)[language], False


def _every_third_urgent(index: int) -> tuple[str, bool]:
    if index % 3:
        return _harmless(index)
    return CRIES[LANGUAGES[index // 3 % len(LANGUAGES)]], True


def _report_number(session: Session, installation: Installation, each: Posted) -> int:
    address = installation.keys.lookup_hash("address", "sms_twilio", each.number)
    return session.scalars(
        select(Report.number)
        .join(ContactPoint, ContactPoint.conversation_id == Report.conversation_id)
        .where(ContactPoint.address_hash == address)
    ).one()


def drain(installation: Installation) -> None:
    """Wait until everything that was posted is handled and answered."""
    deadline = time.monotonic() + _DRAIN_SECONDS
    while _waiting(installation):
        if time.monotonic() > deadline:
            raise RuntimeError("the workers did not get through the messages")
        time.sleep(0.1)


def _waiting(installation: Installation) -> int:
    unsent = [OutboxState.PENDING, OutboxState.SENDING]
    with installation.database.transaction() as session:
        pending = select(func.count()).select_from(InboxMessage).where(InboxMessage.state == InboxState.PENDING)
        sending = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state.in_(unsent))
        return (session.scalar(pending) or 0) + (session.scalar(sending) or 0)
