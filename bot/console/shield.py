"""What every answer of the console carries, and how large a request may be; pure ASGI."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import BodyTooLargeError

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), clipboard-read=(), payment=(), usb=()",
    "x-robots-tag": "noindex, nofollow",
}

_STRICTER_FOR_FILES = "content-security-policy"  # a reporter's file comes with one that allows nothing at all


class Shield:
    """Sets the headers above on every answer, and stops a body that is too large while it comes in."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int) -> None:
        self._app = app
        self._most = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    if name != _STRICTER_FOR_FILES or name not in headers:
                        headers[name] = value
            await send(message)

        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdigit() or int(length) > self._most:
            await PlainTextResponse("too large", 413)(scope, receive, send_with_headers)
            return
        try:
            await self._app(scope, self._counted(receive), send_with_headers)
        except BodyTooLargeError:
            await PlainTextResponse("too large", 413)(scope, receive, send_with_headers)

    def _counted(self, receive: Receive) -> Receive:
        """A chunked body has no length to be refused by."""
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                raise BodyTooLargeError
            return message

        return counted
