"""HTTP clients whose logs cannot hold a token, an address or a text."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

import httpx

# httpx writes every URL at INFO, and a Telegram URL holds the bot's token; httpcore writes headers at DEBUG, and
# python-telegram-bot whole messages at DEBUG.
_TALKATIVE = ("httpx", "httpcore", "telegram")


@dataclass(frozen=True, kw_only=True)
class Timeouts:
    """How long a channel waits for its provider: for a free connection, for the connection, to write, to be answered.

    All four together stay under the lease of a row in the outbox (20 s), or a second worker would send it as well.
    """

    pool: timedelta = timedelta(seconds=4)  # a burst of pages waits for a connection rather than failing
    connect: timedelta = timedelta(seconds=3)
    answer: timedelta = timedelta(seconds=6)  # counted twice: writing and reading

    def for_httpx(self) -> httpx.Timeout:
        """The same for httpx."""
        answer = self.answer.total_seconds()
        return httpx.Timeout(answer, connect=self.connect.total_seconds(), pool=self.pool.total_seconds())


def silence_http_logs() -> None:
    """Let only warnings through from the HTTP libraries; every channel calls this before its first request."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def http_client(*, timeouts: Timeouts, auth: httpx.BasicAuth) -> httpx.AsyncClient:
    """A client of its own for one channel; redirects are not followed, as they would carry a text elsewhere."""
    silence_http_logs()
    return httpx.AsyncClient(auth=auth, timeout=timeouts.for_httpx(), follow_redirects=False)
