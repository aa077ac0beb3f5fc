"""The public door as an ASGI app: one route per channel, health, and the demo's phones where they are enabled.

Order of things in a request: size, signature, parse, store and commit, and only then 200."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ExceptionHandler

from bot.channels.channel import AnswersRequests, Channel, Delivery, ProviderRequest
from bot.conversation.intake import take_in, take_receipt
from bot.database.session import Database, database_now
from bot.errors import BodyTooLargeError, DatabaseDownError, RejectedRequestError, SpoolFullError
from bot.escalation.engine_health import engine_health
from bot.messages.message import InboundMessage, Receipt
from bot.messages.spool import Spool
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings

log = structlog.get_logger("webhooks")

_MOST_DIGITS = 15  # of a content-length; Python refuses to read thousands of them
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@dataclass(frozen=True, kw_only=True)
class Door:
    """What the door works with; joined in wiring.py."""

    channels: Mapping[str, Channel]
    database: Database
    spool: Spool
    settings: Settings
    keys: ServiceKeys = field(repr=False)

    async def receive(self, request: Request) -> Response:
        """A provider's request: 403, 400, 404, 413 store nothing; 503 asks the provider to try again."""
        channel = self.channels.get(request.path_params["channel"])
        if channel is None:
            return Response(status_code=404)
        provider_request = ProviderRequest(
            method=request.method,
            url=self._public_url(request),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await self._read_body(request),
        )
        channel.verify(provider_request)
        await self._store(channel.parse(provider_request))
        if _answers(channel):
            return Response(channel.answer(provider_request), media_type="text/xml")
        if channel.name == "sms_twilio":
            return Response(EMPTY_TWIML, media_type="text/xml")
        return Response(status_code=200)

    def _public_url(self, request: Request) -> str:
        """The address the provider signed: scheme and host as configured, whatever a proxy made of them."""
        query = f"?{request.url.query}" if request.url.query else ""
        return f"{self.settings.public_url.rstrip('/')}{request.url.path}{query}"

    async def _read_body(self, request: Request) -> bytes:
        limit = self.settings.max_body_bytes
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > _MOST_DIGITS or int(declared) > limit):
            raise BodyTooLargeError
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise BodyTooLargeError
        return bytes(body)

    async def _store(self, delivery: Delivery) -> None:
        for message in delivery.messages:
            await self._store_message(message)
        for receipt in delivery.receipts:
            await self._note_receipt(receipt)

    async def _note_receipt(self, receipt: Receipt) -> None:
        await self.database.run(lambda session: take_receipt(session, receipt, keys=self.keys, settings=self.settings))

    async def _store_message(self, message: InboundMessage) -> None:
        """In the database; when that is down, in the spool. On return it is on a disk."""
        try:
            await self.database.run(lambda session: take_in(session, message, keys=self.keys, settings=self.settings))
        except Exception as error:  # the outermost frame of a request: a fault of ours must not cost a message
            log.error("spooled", channel=message.channel, error=type(error).__name__)
            await asyncio.to_thread(self.spool.put, message)

    async def health(self, _request: Request) -> Response:
        """200 when a message sent now would be stored in the database; 503 when only the spool would take it."""
        try:
            await self.database.run(database_now)
        except DatabaseDownError:
            return JSONResponse({"status": "spooling"}, status_code=503)
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """200 when somebody would be paged now: some process's loops run and the auditor looks; else 503. Seconds."""
        try:
            health = await self.database.run(engine_health)
        except DatabaseDownError:
            return JSONResponse({"status": "spooling"}, status_code=503)
        ready = health.lives and health.is_audited
        ages = {"engine_seconds": health.heartbeat_age, "audit_seconds": health.audit_age}
        told = {name: None if age is None else round(age.total_seconds(), 1) for name, age in ages.items()}
        return JSONResponse({"status": "ready" if ready else "not_ready", **told}, status_code=200 if ready else 503)


def _answers(channel: object) -> TypeGuard[AnswersRequests]:
    return hasattr(channel, "answer")


async def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RejectedRequestError)
    log.warning("request_refused", status=error.status)
    return Response(status_code=error.status)


async def _try_again(_request: Request, error: Exception) -> Response:
    log.error("not_stored", error=type(error).__name__)
    return Response(status_code=503, headers={"retry-after": "5"})


async def _gone(_request: Request, _error: Exception) -> Response:
    """The provider hung up before its request was whole; it will try again."""
    return Response(status_code=400)


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return Response(status_code=error.status_code)


def build_app(door: Door, extra_routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The app. Errors answer with a status and no detail."""
    handlers: Mapping[int | type[Exception], ExceptionHandler] = {
        RejectedRequestError: _refuse,
        DatabaseDownError: _try_again,
        SpoolFullError: _try_again,
        ClientDisconnect: _gone,
        HTTPException: _http_error,
    }
    return Starlette(
        routes=[
            Route("/webhooks/{channel}", door.receive, methods=["POST"]),
            Route("/webhooks/{channel}/receipt", door.receive, methods=["POST"]),
            Route("/health", door.health, methods=["GET"]),
            Route("/ready", door.ready, methods=["GET"]),
            *extra_routes,
        ],
        exception_handlers=dict(handlers),
    )
