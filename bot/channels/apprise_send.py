"""Sends by any service the library Apprise knows: ntfy, e-mail, Slack, Pushover and others. It only sends: nobody can
answer there, so that a page carries a link to the console."""

from __future__ import annotations

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from threading import local

import apprise
from apprise.common import PersistentStoreMode

from bot.channels.apprise_schemas import refused_because
from bot.channels.channel import Delivery, ProviderRequest
from bot.channels.provider_answers import after_status
from bot.channels.quiet_http import Timeouts
from bot.errors import (
    BadSignatureError,
    MalformedRequestError,
    MisconfiguredError,
    PermanentSendError,
    SendError,
    TemporarySendError,
    UncertainSendError,
)
from bot.messages.message import Audience, OutboundMessage, SendResult

_MOST_AT_ONCE = 8
_LIBRARIES = ("urllib3", "requests", "requests_oauthlib", "oauthlib", "markdown")
_STATUS = re.compile(r"\berror[=: ]+(\d{3})\b")
_NEVER_LEFT = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|Failed to establish|Connection refused"
)


class AppriseChannel:
    """One for all services: the address itself is an Apprise URL, and says which."""

    writes_as_sms = False

    def __init__(self, *, name: str = "apprise", timeouts: Timeouts | None = None) -> None:
        self.name = name
        self._timeouts = timeouts or Timeouts()
        self._threads = ThreadPoolExecutor(max_workers=_MOST_AT_ONCE, thread_name_prefix=name)
        self._asset = apprise.AppriseAsset(
            app_id="On call",  # what e-mail and some services show as the sender: nothing that tells what this is
            app_desc="On call",
            app_url="",
            async_mode=False,
            http_redirects=False,  # a redirect would carry the words and the login elsewhere
            image_url_mask="",
            image_url_logo="",
            plugin_paths=[],
            secure_logging=True,
            storage_mode=PersistentStoreMode.MEMORY,
        )
        _listen()
        # The library loads all its services at the first address it reads (0.8 s): not while somebody waits for a page.
        apprise.Apprise.instantiate("ntfys://nobody.invalid/nothing", asset=self._asset)

    def verify(self, request: ProviderRequest) -> None:
        """Nothing posted here is ever genuine."""
        raise BadSignatureError

    def parse(self, request: ProviderRequest) -> Delivery:
        """There is nothing to read."""
        raise MalformedRequestError

    async def send(self, message: OutboundMessage) -> SendResult:
        """In a thread, because the library waits; given up when it takes too long, and then nobody knows."""
        if message.audience is not Audience.RESPONDER:
            raise PermanentSendError("only responders are told this way")
        if refused_because(message.address) is not None:
            raise PermanentSendError("the address is of a kind that is not taken")
        sending = self._threads.submit(self._send, message.address, message.text)
        failure: SendError | None
        try:
            failure = await asyncio.wait_for(asyncio.wrap_future(sending), self._patience.total_seconds())
        except TimeoutError:
            # What still waits for a thread has not left; what runs cannot be stopped.
            failure = TemporarySendError("too many at once") if sending.cancel() else UncertainSendError("too slow")
        if failure is not None:
            raise failure
        return SendResult(provider_id=message.key)

    async def close(self) -> None:
        """Take nothing more; what runs ends by its own timeouts."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def _patience(self) -> timedelta:
        return self._timeouts.connect + 2 * self._timeouts.answer

    def _send(self, address: str, text: str) -> SendError | None:
        """What went wrong; None when the service took it. Raises nothing that could quote the address."""
        service = apprise.Apprise.instantiate(address, asset=self._asset, suppress_exceptions=True)
        if not isinstance(service, apprise.NotifyBase):
            return PermanentSendError("the address cannot be read")
        if not service.enabled:
            return MisconfiguredError("this service needs something that is not installed")
        service.socket_connect_timeout = self._timeouts.connect.total_seconds()
        service.socket_read_timeout = self._timeouts.answer.total_seconds()
        _heard.failure = None
        title = text.splitlines()[0] if address.startswith("mailto") else ""  # an e-mail without a subject is spam
        box = apprise.Apprise(service, asset=self._asset)  # this one catches what its services raise
        taken = box.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
        if taken:
            return None
        return _heard.failure or UncertainSendError("refused, without a reason that can be read")


class _Heard(local):
    """What the library last said in this thread of why it failed."""

    failure: SendError | None = None


_heard = _Heard()


class _Ear(logging.Filter):
    """The library answers yes or no; why is only in what it logs. That is listened to here and goes nowhere else: it
    holds addresses, logins and texts."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the first reason, nothing of the words; no handler ever sees the record."""
        self._listen(record)
        return False

    def _listen(self, record: logging.LogRecord) -> None:
        if _heard.failure is not None:
            return
        said = record.getMessage()
        if (status := _STATUS.search(said)) and record.levelno >= logging.WARNING:
            _heard.failure = _of_status(int(status[1]))
        elif _NEVER_LEFT.search(said):
            _heard.failure = TemporarySendError("not connected")


def _of_status(status: int) -> SendError:
    """The login stands in the address itself, so a refused one is the address's fault, not that of our settings."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return PermanentSendError(f"status {status}")
    return after_status(status, {})


def _listen() -> None:
    """Let nothing that these libraries log reach a log of ours."""
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    listened = logging.getLogger("apprise")
    listened.setLevel(logging.DEBUG)
    if not any(isinstance(each, _Ear) for each in listened.filters):
        listened.addFilter(_Ear())
