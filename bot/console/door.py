"""What stands before every page: the session, the permission, the form's token. A page gets a Visit or is not
called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import wraps

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.passwords import Passwords
from bot.console.permissions import Action, may
from bot.console.rendering import Templates
from bot.console.request_checks import comes_from_elsewhere, form_token, token_is_right
from bot.console.sessions import SignedIn, cookie_name, find_session
from bot.conversation.conflicts import may_open
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.errors import DatabaseDownError
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Console:
    """The parts every page is made of."""

    database: Database
    keys: ServiceKeys
    settings: Settings
    wording: Wording
    writes_as_sms: frozenset[str]  # channels on which choices are written out
    passwords: Passwords
    templates: Templates


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A request that may be answered. `form` is empty for a GET; `draft` is what was being written, if anything."""

    request: Request
    console: Console
    who: SignedIn
    form: FormData = field(repr=False)

    @property
    def draft(self) -> str:
        """The answer being written, with plain line ends; "" when there is none."""
        return clean_text(self.form, "text")

    @property
    def number(self) -> int:
        """The case's number in the path; the route lets only digits through, and no case is numbered beyond int4."""
        return min(int(self.request.path_params["number"]), 2**31 - 1)

    @property
    def seen_inbox_id(self) -> int:
        """The reporter's newest message on the page that this form stood on."""
        return self.field_number("seen_inbox_id")

    def field_number(self, name: str) -> int:
        """A whole number from the form; -1 when it is missing or no number."""
        value = self.form.get(name)
        return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 18 else -1

    def show(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A page in the staff member's language."""
        values |= {"who": self.who, "form_token": form_token(self.console.keys, self.who)}
        return self.console.templates.show(template, self.who.language, status=status, **values)


Page = Callable[[Visit], Awaitable[Response]]


def clean_text(form: FormData, name: str) -> str:
    """A text field with line feeds only and without NUL; "" when it is missing or a file."""
    value = form.get(name)
    return value.replace("\r\n", "\n").replace("\0", "") if isinstance(value, str) else ""


def page(path: str, page_of: Page, action: Action, console: Console, *, method: str = "GET") -> Route:
    """A route that only reaches its page through the door."""

    @wraps(page_of)
    async def endpoint(request: Request) -> Response:
        form = await request.form() if method == "POST" else FormData()
        who: SignedIn | None = None
        try:
            refused, who = await _who_may(request, console, action, form)
            if refused is not None or who is None:
                return refused or sign_in_again(console, request, form)
            visit = Visit(request=request, console=console, who=who, form=form)
            return refusal(console, who.language) if await _is_barred(visit) else await page_of(visit)
        except DatabaseDownError:
            return not_now(console, request, form, who)

    return Route(path, endpoint, methods=[method], name=action.value)


async def _who_may(
    request: Request, console: Console, action: Action, form: FormData
) -> tuple[Response | None, SignedIn | None]:
    """A refusal, or who asks; neither when nobody is signed in."""
    posted = request.method == "POST"
    if posted and comes_from_elsewhere(request.headers, console.settings.console_url):
        return refusal(console, "en"), None
    token = request.cookies.get(cookie_name(console.settings.console_url), "")
    counts = "auto" not in request.query_params
    who = await console.database.run(lambda session: find_session(session, token, counts_as_use=counts))
    if who is None:
        return None, None
    if posted and not token_is_right(console.keys, who, clean_text(form, "form_token")):
        # A form from before this session, mostly: signing in again shows it with what was written.
        return None, None
    return (None, who) if may(who.role, action) else (refusal(console, who.language), None)


async def _is_barred(visit: Visit) -> bool:
    """Whether it is about a case of a kind that this person may not take: they neither read it nor
    do anything to it."""
    if "number" not in visit.request.path_params:
        return False
    keys, number, staff_id = visit.console.keys, visit.number, visit.who.staff_id
    return not await visit.console.database.run(lambda session: may_open(session, number, staff_id=staff_id, keys=keys))


def refusal(console: Console, language: str) -> Response:
    """403, without saying what for."""
    return console.templates.show("refused.html", language, status=403)


def sign_in_again(console: Console, request: Request, form: FormData) -> Response:
    """Nobody is signed in: ask, and carry along what was being written so that it is not lost."""
    if request.method != "POST":
        return RedirectResponse("/sign-in", status_code=303)
    number = request.path_params.get("number")
    return console.templates.show(
        "sign_in.html", "en", status=401, draft=clean_text(form, "text"), draft_number=number, signed_out=True
    )


def not_now(console: Console, request: Request, form: FormData, who: SignedIn | None) -> Response:
    """503 while the database is away, with what was being written and a button that sends the same form again."""
    return console.templates.show(
        "not_now.html",
        who.language if who else "en",
        status=503,
        path=request.url.path,
        posted=request.method == "POST",
        fields={name: clean_text(form, name) for name in form if name not in ("text", "password")},
        draft=clean_text(form, "text"),
    )
