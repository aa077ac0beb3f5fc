"""The engine in earnest: two worker processes on a durable PostgreSQL, one killed with -9 every ten seconds, urgent
messages two a second; times are those of the clock on the wall."""

from __future__ import annotations

import math
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select, text

from bench.chaos.responders import Responders, put_on_call
from bench.chaos.words import CRIES, LANGUAGES
from bench.installation import Installation, installation
from bench.measure.percentiles import percentile, spread
from bench.measure.service import stamp_arrivals
from bench.measure.traffic import Stamped, new_number
from bench.oncall.clocked_database import FIRST_NUMBER
from bench.oncall.phones import numbers_in
from bench.oncall.showing import Claim
from bot.conversation.intake import take_in
from bot.database.presence import living
from bot.database.session import database_now
from bot.database.states import AlarmState
from bot.database.tables import Alarm, ContactPoint, Report
from bot.messages.message import InboundMessage
from bot.operations.tethered_process import kill_session, spawn
from bot.settings import Settings
from tests.fakes.telegram import SentByBot

_WORKERS = 2
_STARTS_IN_SECONDS = 8.0
_DRAIN_SECONDS = 60.0
_CHANNEL = "sms_twilio"
_MAY_BE_LATE = timedelta(seconds=10)
_LOOKS_EVERY_SECONDS = 0.5
# From the commit that wrote a page to the transaction that leased it: of pages that no limit put off (their row is due
# since it was written), that were sent once, and that nobody took back.
_PICKED_UP = """
    select extract(epoch from leased.at - pg_xact_commit_timestamp(written.xmin))::float8,
        extract(epoch from pg_xact_commit_timestamp(leased.xmin) - pg_xact_commit_timestamp(written.xmin))::float8
    from alarm_event written
    join alarm_event leased on leased.page_id = written.page_id and leased.kind = 'page_sending'
    join outbox on outbox.page_id = written.page_id
    where written.kind = 'page_pending' and outbox.attempts = 1 and outbox.due_at = outbox.created_at
        and outbox.error_kind is null and written.at > :began
"""


@dataclass(kw_only=True)
class Run:
    """What was done, and when."""

    committed_at: dict[int, float] = field(default_factory=dict)  # by the number of the report
    began_at: datetime | None = None  # by the database's clock
    kills: int = 0
    first_page: dict[int, float] = field(default_factory=dict)
    duplicates: int = 0
    pages: int = 0
    picked_up: list[float] = field(default_factory=list)  # pages that nothing put off, each sent at its first try
    leased: list[float] = field(default_factory=list)
    alone: list[int] = field(default_factory=list)  # how many workers PostgreSQL knew to live, looked at twice a second
    unpaged: int = 0
    forgotten: int = 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is done, and for how long."""

    minutes: float
    alarms_a_second: float = 2.0
    kill_every_seconds: float = 10.0  # 0: nobody is killed


def main(plan: Plan, console: Console, say: Callable[[str], None]) -> int:
    """The run and its table; 1 when a promise does not hold."""
    load = os.getloadavg()[0]
    options = ("track_commit_timestamp=on",)
    with installation(
        with_rasa=False, say=say, postgres_options=options, step_timeout="PT20S", page_loops="20"
    ) as place:
        put_on_call(place)
        _count_from(place, FIRST_NUMBER)
        run = conduct(place, plan, say)
    claims = judge(run)
    table = Table(title=f"{_WORKERS} workers, {run.kills} x kill -9, {len(run.committed_at)} urgent messages")
    for column in ("", "p50", "p99", "max"):
        table.add_column(column, justify="right" if column else "left")
    table.add_row("stored → first page handed over", *spread(_waits(run)))
    if run.picked_up:
        table.add_row("page committed → its claim begins", *spread(run.picked_up))
        table.add_row("page committed → its claim is committed", *spread(run.leased))
    console.print(table)
    console.print(f"{run.pages} pages handed over, {run.duplicates} of them again; {len(run.picked_up)} pick-ups")
    console.print(f"{len(run.alone)} looks, nobody lived at {sum(each == 0 for each in run.alone)} of them")
    console.print(f"load of the machine (1 minute): {load:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end")
    for claim in claims:
        console.print(f"{'holds ' if claim.holds else 'BROKEN'} {claim.what}: {claim.measured} (promised {claim.goal})")
    return 0 if all(claim.holds for claim in claims) else 1


def _count_from(place: Installation, number: int) -> None:
    """Six digits are nothing else in the text of a page."""
    with place.database.transaction() as session:
        session.execute(text(f"alter sequence report_number restart with {number}"))


def judge(run: Run) -> list[Claim]:
    """The goals of the issue."""
    waits = _waits(run)
    p99, most = percentile(waits, 99), max(waits)
    claims = [
        Claim(what="urgent messages without a page", goal="0", measured=str(run.unpaged), holds=run.unpaged == 0),
        Claim(what="alarms overdue at the end", goal="0", measured=str(run.forgotten), holds=run.forgotten == 0),
        Claim(what="first page, p99", goal="< 2 s", measured=f"{p99:.2f} s", holds=p99 < 2),
        Claim(what="first page, max", goal="< 5 s", measured=f"{most:.2f} s", holds=most < 5),
    ]
    if run.picked_up:
        p95 = percentile(run.picked_up, 95)
        claims.append(Claim(what="pick-up, p95", goal="≤ 20 ms", measured=f"{p95 * 1000:.0f} ms", holds=p95 <= 0.02))
    if run.pages:
        rate = 1000 * run.duplicates / run.pages
        claims.append(Claim(what="again per 1,000", goal="≤ 1", measured=f"{rate:.2f}", holds=rate <= 1))
    return claims


def _waits(run: Run) -> list[float]:
    return [run.first_page[each] - at for each, at in run.committed_at.items() if each in run.first_page] or [0.0]


def conduct(place: Installation, plan: Plan, say: Callable[[str], None]) -> Run:
    """Messages, kills, and people who tap; then until everything is handed over."""
    run, chance = Run(), random.Random(1)
    _, pages = stamp_arrivals(place)
    responders = Responders(place, 1, take_all=True)
    every = plan.kill_every_seconds or math.inf
    service = place.service_plan("bot", "run", "worker")
    workers: list[subprocess.Popen[bytes]] = [spawn(service) for _ in range(_WORKERS)]
    try:
        one_message(place, Run(), chance)  # not counted: this process loads words and profiles first
        time.sleep(_STARTS_IN_SECONDS)
        responders.start()
        with place.database.transaction() as session:
            run.began_at = database_now(session)
        began = time.monotonic()
        next_kill, next_message, next_look = began + every, began, began
        while time.monotonic() < began + plan.minutes * 60:
            if time.monotonic() >= next_kill:
                _kill_one(workers, run.kills % _WORKERS)
                workers[run.kills % _WORKERS] = spawn(service)
                run.kills, next_kill = run.kills + 1, next_kill + every
                say(f"kill {run.kills}, {len(run.committed_at)} messages, {len(pages)} pages")
            if time.monotonic() >= next_message:
                next_message += chance.expovariate(plan.alarms_a_second)
                one_message(place, run, chance)
            if time.monotonic() >= next_look:
                next_look += _LOOKS_EVERY_SECONDS
                with place.database.transaction() as session:
                    run.alone.append(len(living(session)))
            time.sleep(max(0.0, min(next_kill, next_message, next_look) - time.monotonic()))
        _drain(place)
        _look(place, run, pages)
    finally:
        responders.stop()
        for worker in workers:
            kill_session(worker)
    return run


def _kill_one(workers: list[subprocess.Popen[bytes]], which: int) -> None:
    workers[which].send_signal(signal.SIGKILL)
    workers[which].wait(10)


def one_message(place: Installation, run: Run, chance: random.Random) -> None:
    """Stored as the door stores it: the alarm and its first page are in the same transaction."""
    address = new_number()
    cry = CRIES[chance.choice(LANGUAGES)]
    settings = Settings(_env_file=None, data_dir=place.folder)
    message = InboundMessage(channel=_CHANNEL, provider_id=f"real-{address}", address=address, text=cry)
    with place.database.transaction() as session:
        take_in(session, message, keys=place.keys, settings=settings)
    now = time.monotonic()
    hashed = place.keys.lookup_hash("address", _CHANNEL, address)
    with place.database.transaction() as session:
        number = session.scalars(
            select(Report.number)
            .join(ContactPoint, ContactPoint.conversation_id == Report.conversation_id)
            .where(ContactPoint.address_hash == hashed)
        ).one()
    run.committed_at[number] = now


def _unpaged(place: Installation) -> int:
    with place.database.transaction() as session:
        waiting = select(func.count()).select_from(Alarm).where(Alarm.first_paged_at.is_(None))
        return session.scalar(waiting.where(Alarm.state == AlarmState.PAGING)) or 0


def _drain(place: Installation) -> None:
    deadline = time.monotonic() + _DRAIN_SECONDS
    while _unpaged(place) and time.monotonic() < deadline:
        time.sleep(0.2)


def _look(place: Installation, run: Run, pages: Stamped[SentByBot]) -> None:
    """What arrived on the phones, and what the history says of the time between written and leased."""
    seen: set[tuple[str, str]] = set()
    for sent, at in zip(list(pages), list(pages.at), strict=False):
        codes = {(sent.chat_id, payload) for _, payload in sent.buttons if payload.startswith("ACK ")}
        if not codes:
            continue
        for number in numbers_in(sent.text):
            run.first_page.setdefault(number, at)
        run.pages += 1
        run.duplicates += bool(codes & seen)  # a code is that of one page to one telephone
        seen |= codes
    run.unpaged = sum(number not in run.first_page for number in run.committed_at)
    with place.database.transaction() as session:
        found = session.execute(text(_PICKED_UP), {"began": run.began_at}).all()
        run.picked_up = [begins for begins, _ in found]
        run.leased = [ends for _, ends in found]
        paging = select(func.count()).select_from(Alarm).where(Alarm.state == AlarmState.PAGING)
        run.forgotten = session.scalar(paging.where(Alarm.next_action_at < func.now() - _MAY_BE_LATE)) or 0
