"""Tells a provider, once at the start and again until it has heard, whether it posts to our door or we fetch."""

from __future__ import annotations

import asyncio

import structlog

from bot.channels.channel import TellsItsProvider
from bot.errors import RetryAfterError, SendError

log = structlog.get_logger("worker")

_PAUSE_SECONDS = 5.0


async def tell_provider(name: str, channel: TellsItsProvider, webhook_url: str | None) -> None:
    """`webhook_url` is where to post to; None when the channel is polled."""
    while True:
        try:
            if webhook_url is None:
                await channel.delete_webhook()
            else:
                await channel.set_webhook(webhook_url)
        except SendError as error:
            log.warning("provider_not_told", channel=name, kind=error.kind)
            wait = error.wait.total_seconds() if isinstance(error, RetryAfterError) else _PAUSE_SECONDS
            await asyncio.sleep(wait)
        else:
            return
