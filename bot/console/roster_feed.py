"""The one page without a sign-in: a person's own duties, for the calendar of their phone. The address is the secret.
It holds no case, no urgency, nobody else's name, and does not say what the duty is for."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.console.door import Console
from bot.errors import DatabaseDownError
from bot.escalation.duty import Duty
from bot.escalation.roster_calendars import own_calendar, whose_feed

PATH = "/oncall/{token}.ics"


def routes(console: Console) -> list[Route]:
    """The feed. Phones cannot sign in, nor follow a redirect to a form: what is not known is not found."""

    async def feed(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            raw = await console.database.run(lambda session: _read(session, console, token))
        except DatabaseDownError:
            return PlainTextResponse("", 503, headers={"retry-after": "600"})
        if raw is None:
            return console.templates.show("not_found.html", "en", status=404)
        return Response(raw, media_type="text/calendar; charset=utf-8")

    return [Route(PATH, feed, methods=["GET"], name="roster_feed")]


def _read(session: Session, console: Console, token: str) -> bytes | None:
    staff = whose_feed(session, token)
    if staff is None:
        return None
    language = staff.language
    words = console.templates.say(language, "On call, step %(step)s")

    def title(duty: Duty) -> str:
        return words % {"step": duty.step_no}

    return own_calendar(session, staff, title)
