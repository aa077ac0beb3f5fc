"""The auditor at work: looks every minute over a connection and a thread of its own, and hands what it finds to every
channel itself, at once, past all queues. It remembers whom it can reach, sealed, for when the database is gone. An
address outside, which alarms when it hears nothing, is asked for only after an audit that found nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic, time

import httpx
import structlog
from sqlalchemy.orm import Session

from bot.channels.channel import Channel
from bot.channels.quiet_http import silence_http_logs
from bot.conversation.outgoing import Composer
from bot.conversation.page_words import TEMPLATES, fill
from bot.database.session import Database, Result
from bot.errors import DatabaseDownError, SampanError, SendError
from bot.escalation.auditor import (
    Audit,
    AuditPage,
    Reachable,
    audit,
    database_is_long_gone,
    find,
    record,
    record_ping,
)
from bot.messages.message import Audience, OutboundMessage
from bot.privacy.sealing import open_with

log = structlog.get_logger("auditor")

INTERVAL = timedelta(seconds=60)
CONFIRMED_AFTER = timedelta(seconds=4)  # the engine sweeps every second, and a heart beats every two
_WHILE_DOWN = timedelta(seconds=15)
_LOOK_SECONDS = 20.0
_SEND_SECONDS = 15.0
_PING_SECONDS = 5.0
_QUARTER_SECONDS = 15 * 60
_STATEMENT_TIMEOUT = timedelta(seconds=5)


def auditors_database(url: str) -> Database:
    """One connection of its own, and less patience than everybody else's."""
    return Database(url, pool_size=1, most_beyond=0, statement_timeout=_STATEMENT_TIMEOUT)


class Auditor:
    """`database` is nobody else's. `now` tells seconds that never run backwards."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        composer: Composer,
        now: Callable[[], float] = monotonic,
        confirmed_after: timedelta = CONFIRMED_AFTER,
    ) -> None:
        self._database = database
        self._channels = channels
        self._composer = composer
        self._now = now
        self._confirmed_after = confirmed_after
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="auditor")
        self._everybody: tuple[Reachable, ...] = ()
        self._down_since: float | None = None
        self._told_down_at: float | None = None

    async def work(self) -> bool:
        """One look, and all that follows from it. Never true: the next look has its time."""
        settings = self._composer.settings
        try:
            suspected = await self._in_database(lambda session: find(session, settings))
            if suspected:
                await asyncio.sleep(self._confirmed_after.total_seconds())
            looked = await self._in_database(lambda session: audit(session, settings, suspected))
        except DatabaseDownError as error:
            log.error("audit_failed", error=type(error).__name__)
            await self._database_down()
            return False
        self._down_since = self._told_down_at = None
        self._everybody = looked.everybody
        await self._tell(looked)
        if not looked.findings:
            await self._ping()
        return False

    async def wait(self) -> None:
        """Until the next look; sooner while the database is gone."""
        pause = INTERVAL if self._down_since is None else _WHILE_DOWN
        await asyncio.sleep(pause.total_seconds())

    async def close(self) -> None:
        """Give back the connection, after a look that is under way; one that hangs is waited for only as long as a
        statement may take."""
        given_back = asyncio.wrap_future(self._thread.submit(self._database.dispose))
        await asyncio.wait({given_back}, timeout=_STATEMENT_TIMEOUT.total_seconds())
        self._thread.shutdown(wait=False)

    async def _in_database(self, work: Callable[[Session], Result]) -> Result:
        """In a thread nobody else can fill, and with an end."""

        def within() -> Result:
            with self._database.transaction() as session:
                return work(session)

        try:
            running = asyncio.get_running_loop().run_in_executor(self._thread, within)
            return await asyncio.wait_for(running, _LOOK_SECONDS)
        except TimeoutError:
            message = "AuditTimeout"
            raise DatabaseDownError(message) from None

    async def _tell(self, looked: Audit) -> None:
        for finding in looked.findings:
            log.error("audit_finding", kind=finding.kind.value, number=finding.number)
        if looked.findings and not looked.everybody:
            log.error("audit_reaches_nobody", count=len(looked.findings))
        await asyncio.gather(*[self._send_page(page) for page in looked.pages])
        log.info("audited", count=len(looked.findings))

    async def _send_page(self, page: AuditPage) -> None:
        error_kind = await self._send(page.to, page.template, page.number, key=f"audit:{page.outbox_id}")
        try:
            await self._in_database(lambda session: record(session, page, error_kind=error_kind))
        except DatabaseDownError as error:  # its lease runs out, and a sender repeats it: twice rather than not at all
            log.error("audit_not_recorded", outbox_id=page.outbox_id, error=type(error).__name__)

    async def _send(self, to: Reachable, template: str, number: int | None, *, key: str) -> str | None:
        """Hand it over; the kind of the failure, None when it went."""
        channel, composer = self._channels.get(to.channel), self._composer
        if channel is None:
            return "no_channel"
        base = composer.settings.console_url
        values = {"number": number, "url": base if number is None else f"{base}/cases/{number}"}
        try:
            message = OutboundMessage(
                key=key,
                audience=Audience.RESPONDER,
                address=open_with(composer.keys.address, to.address_sealed),
                text=fill(composer.wording.catalogues, to.language, TEMPLATES[template], values),
            )
            await asyncio.wait_for(channel.send(message), _SEND_SECONDS)
        except SendError as error:
            return error.kind
        except (SampanError, TimeoutError) as error:
            return type(error).__name__
        except Exception as error:  # one way that breaks must not stop the others: each is the last net
            log.error("audit_send_fault", channel=to.channel, error=type(error).__name__)
            return "fault"
        return None

    async def _database_down(self) -> None:
        """Said to everybody we remember, once it has been gone for long, and again each quarter of an hour."""
        now = self._now()
        if self._down_since is None:
            self._down_since = now
        down_for = timedelta(seconds=now - self._down_since)
        told_lately = self._told_down_at is not None and now - self._told_down_at < _QUARTER_SECONDS
        if told_lately or not database_is_long_gone(down_for, self._composer.settings):
            return
        self._told_down_at = now
        key = f"audit:database:{int(time()) // _QUARTER_SECONDS}"
        results = await asyncio.gather(
            *[self._send(each, "audit_database", None, key=f"{key}:{each.contact_id}") for each in self._everybody]
        )
        outcome = Counter("sent" if kind is None else kind for kind in results)
        log.error("audit_says_database_down", count=outcome["sent"], attempts=len(results))

    async def _ping(self) -> None:
        """A failing address is logged, never raised: it is its silence that alarms."""
        url = self._composer.settings.dead_man_url
        if url is None:
            return
        silence_http_logs()
        try:
            async with httpx.AsyncClient(timeout=_PING_SECONDS, follow_redirects=False, trust_env=False) as client:
                answer = await asyncio.wait_for(client.get(url.get_secret_value()), _PING_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            log.warning("dead_man_not_reached", error=type(error).__name__)
            return
        if not answer.is_success:
            log.warning("dead_man_not_reached", status=answer.status_code)
            return
        try:
            await self._in_database(record_ping)
        except DatabaseDownError as error:
            log.error("audit_not_recorded", error=type(error).__name__)
