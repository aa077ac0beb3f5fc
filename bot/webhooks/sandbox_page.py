"""The demo: three phones and the queue on one page. What is typed there is signed by the page's own server and posted
over HTTP to the public door, the same one a provider uses; the page can do nothing that a phone could not."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.registry import webhook_url
from bot.channels.request_body import json_object, optional_text, required_text
from bot.channels.sandbox import SIGNATURE_HEADER, signature
from bot.channels.signatures import demand, require_equal
from bot.clock import utc_now
from bot.database.session import Database
from bot.errors import BadSignatureError, BodyTooLargeError, DatabaseDownError, RejectedRequestError
from bot.reports.queue_cards import QueueCard, list_queue
from bot.settings import Settings
from bot.webhooks.sandbox_examples import DEMO_NAME, DEMO_PASSWORD, EXAMPLES, PHONES
from bot.webhooks.sandbox_phones import PhoneMessage, SandboxPhones

TOKEN_HEADER = "x-sandbox-token"  # noqa: S105 - the name of a header
PAGE_HEADER = "x-sandbox-page"
_STATIC = Path(__file__).parent / "sandbox_static"
_FILES = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
Answer = Callable[[Request], Awaitable[Response]]


def sandbox_routes(database: Database, phones: SandboxPhones, settings: Settings) -> list[BaseRoute]:
    """The demo's routes; none unless the sandbox is enabled. ConfigurationError when it has no secret."""
    if not settings.sandbox.enabled:
        return []
    demo = SandboxPage(database=database, phones=phones, settings=settings)
    return [
        Route("/", guarded(demo.page)),
        Route("/sandbox/static/{name}", guarded(demo.file)),
        Route("/sandbox/send", guarded(demo.send), methods=["POST"]),
        Route("/sandbox/phones/{name}", guarded(demo.phone)),
        Route("/sandbox/queue", guarded(demo.queue)),
    ]


def guarded(answer: Answer) -> Answer:
    """Refusals and a database that is away become plain statuses."""

    async def endpoint(request: Request) -> Response:
        try:
            response = await answer(request)
        except RejectedRequestError as error:
            response = Response(status_code=error.status)
        except DatabaseDownError:
            response = Response(status_code=503)
        response.headers.update(_HEADERS)
        return response

    return endpoint


class SandboxPage:
    """The page and what it asks its server for."""

    def __init__(self, *, database: Database, phones: SandboxPhones, settings: Settings) -> None:
        self._database = database
        self._phones = phones
        self._settings = settings
        self._secret = demand(settings.sandbox.secret, "the sandbox's secret")
        environment = Environment(loader=FileSystemLoader(_STATIC), autoescape=True, undefined=StrictUndefined)
        self._template = environment.get_template("page.html")

    async def page(self, request: Request) -> Response:
        """The page itself."""
        self._own_host(request)
        html = self._template.render(
            phones=PHONES,
            examples=EXAMPLES,
            console_url=self._settings.console_url,
            name=DEMO_NAME,
            password=DEMO_PASSWORD,
        )
        return HTMLResponse(html)

    async def file(self, request: Request) -> Response:
        """Its style, script and icon."""
        name = request.path_params["name"]
        if name not in _FILES:
            return Response(status_code=404)
        return FileResponse(_STATIC / name, media_type=_FILES[name])

    async def send(self, request: Request) -> Response:
        """Post what somebody typed or tapped to the public door. 502 when the door did not take it."""
        self._own_page(request)
        posted = json_object(await _body(request, self._settings.max_body_bytes))
        channel, phone = required_text(posted, "channel"), required_text(posted, "phone")
        if channel not in PHONES:
            return Response(status_code=404)
        text, button = optional_text(posted, "text"), optional_text(posted, "button")
        provider_id = secrets.token_hex(12)
        message = {"id": provider_id, "from": phone, "text": button or text, "sent_at": utc_now().isoformat()}
        if button:
            message["callback"] = provider_id
        taken = await self._post(channel, json.dumps(message).encode())
        if taken and not button:  # a tapped button leaves no words in a chat
            await self._phones.note_own(phone, text, provider_id)
        return Response(status_code=200 if taken else 502)

    async def phone(self, request: Request) -> Response:
        """What is on a phone after message number `after`, with `own=1` also what its holder wrote; and which messages
        are still there at all: the bot can delete some."""
        self._own_page(request)
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) < 18):
            return Response(status_code=400)
        with_own = request.query_params.get("own") == "1"
        name = request.path_params["name"]
        messages = await self._phones.read(name, after=int(after), with_own=with_own)
        present = list(await self._phones.present(name))
        return _json({"messages": [_message_json(each) for each in messages], "present": present})

    async def queue(self, request: Request) -> Response:
        """The queue as it stands: numbers and codes, never a word anybody wrote."""
        self._own_page(request)
        return _json({"cards": [_card_json(card) for card in await self._database.run(list_queue)]})

    async def _post(self, channel: str, body: bytes) -> bool:
        headers = {SIGNATURE_HEADER: signature(self._secret, body), "content-type": "application/json"}
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
                response = await client.post(webhook_url(self._settings, channel), content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return response.is_success

    def _own_page(self, request: Request) -> None:
        """Only our own page, or whoever knows the secret (`sampan chat`)."""
        given = request.headers.get(TOKEN_HEADER)
        if given is not None:
            require_equal(given, self._secret)
            return
        self._own_host(request)
        # A foreign page cannot set this header without a preflight, which nothing here answers (Fetch standard, CORS).
        foreign = request.headers.get("sec-fetch-site", "same-origin") != "same-origin"
        if foreign or PAGE_HEADER not in request.headers:
            raise BadSignatureError

    def _own_host(self, request: Request) -> None:
        """A foreign name that resolves to this machine (DNS rebinding) must not read the demo."""
        public = urlsplit(self._settings.public_url)
        port = self._settings.port
        if request.headers.get("host", "") not in (public.netloc, f"127.0.0.1:{port}", f"localhost:{port}"):
            raise BadSignatureError


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise BodyTooLargeError
    return bytes(body)


def _json(content: Mapping[str, Any]) -> Response:
    """ASCII only: half a surrogate pair, which somebody may have sent, has no UTF-8."""
    return Response(json.dumps(content), media_type="application/json")


def _message_json(message: PhoneMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "text": message.text,
        "buttons": [{"title": each.title, "payload": each.payload} for each in message.buttons],
        "at": message.at.isoformat(),
        "own": message.own,
    }


def _card_json(card: QueueCard) -> dict[str, Any]:
    return {
        "number": card.number,
        "pseudonym": card.pseudonym,
        "urgency": card.urgency,
        "language": card.language,
        "state": card.alarm_state or card.state,
        "owner": card.owner_name,
        "waiting_seconds": int((card.now - card.waiting_since).total_seconds()) if card.waiting_since else None,
    }
