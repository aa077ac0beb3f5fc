"""The console as an application of its own, on a port of its own; only staff should be able to reach it."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from bot.console import case_pages, colleague_pages, file_pages, pages, release_pages, roster_feed
from bot.console.door import Console
from bot.console.passwords import Passwords
from bot.console.rendering import Templates
from bot.console.shield import Shield
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings

_STATIC = Path(__file__).parent / "static"


def console_app(
    *,
    database: Database,
    keys: ServiceKeys,
    settings: Settings,
    wording: Wording,
    writes_as_sms: frozenset[str],
    passwords: Passwords | None = None,
) -> Starlette:
    """The app to serve at settings.console_url. `writes_as_sms` names the channels whose `writes_as_sms` is true;
    `passwords` is given by tests that cannot wait for argon2."""
    console = Console(
        database=database,
        keys=keys,
        settings=settings,
        wording=wording,
        writes_as_sms=writes_as_sms,
        passwords=passwords or Passwords(),
        templates=Templates(wording.catalogues),
    )

    async def not_found(_request: Request, _error: Exception) -> Response:
        return console.templates.show("not_found.html", "en", status=404)

    return Starlette(
        routes=[
            *pages.routes(console),
            *case_pages.routes(console),
            *colleague_pages.routes(console),
            *release_pages.routes(console),
            *file_pages.routes(console),
            *roster_feed.routes(console),
            Mount("/static", StaticFiles(directory=_STATIC), name="static"),
        ],
        middleware=[Middleware(Shield, max_body_bytes=settings.max_body_bytes)],
        exception_handlers={404: not_found, 405: not_found},
    )
