"""Signing in and out, the queue, the audit. The pages of one case are in case_pages.py."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.door import Console, Visit, clean_text, not_now, page, refusal
from bot.console.passwords import BusyError
from bot.console.permissions import Action
from bot.console.request_checks import comes_from_elsewhere, form_token
from bot.console.sessions import SHIFT, cookie_name, end_session, find_session, sign_in
from bot.database.tables import AuditEntry, Report, Staff
from bot.errors import DatabaseDownError
from bot.reports.queue_cards import list_queue

_AUDIT_ROWS = 200


def routes(console: Console) -> list[Route]:
    """All pages but those of a case."""

    async def ask_sign_in(_request: Request) -> Response:
        return console.templates.show("sign_in.html", "en", draft="", draft_number=None, signed_out=False)

    async def take_sign_in(request: Request) -> Response:
        return await _take_sign_in(console, request)

    async def start(_request: Request) -> Response:
        return RedirectResponse("/queue", status_code=303)

    return [
        Route("/", start),
        Route("/sign-in", ask_sign_in, methods=["GET"]),
        Route("/sign-in", take_sign_in, methods=["POST"]),
        page("/sign-out", _sign_out, Action.SIGN_OUT, console, method="POST"),
        page("/queue", _queue, Action.SEE_QUEUE, console),
        page("/audit", _audit, Action.SEE_AUDIT, console),
    ]


async def _take_sign_in(console: Console, request: Request) -> Response:
    if comes_from_elsewhere(request.headers, console.settings.console_url):
        return refusal(console, "en")
    form = await request.form()
    name, password = clean_text(form, "name"), clean_text(form, "password")
    draft, number = clean_text(form, "text"), clean_text(form, "draft_number")
    number = number if number.isascii() and number.isdigit() and len(number) < 10 else ""
    kept: dict[str, object] = {"draft": draft, "draft_number": number or None, "signed_out": False, "name": name[:40]}
    try:
        token = await sign_in(console.database, console.passwords, name=name, password=password)
    except BusyError:
        return console.templates.show("sign_in.html", "en", status=503, busy=True, **kept)
    except DatabaseDownError:
        return not_now(console, request, form, None)
    if token is None:
        return console.templates.show("sign_in.html", "en", status=403, wrong=True, **kept)
    response: Response = RedirectResponse(f"/cases/{number}" if number else "/queue", status_code=303)
    if draft and number:
        response = await _resume(console, token, draft, number) or response
    url = console.settings.console_url
    response.set_cookie(
        cookie_name(url),
        token,
        max_age=int(SHIFT.total_seconds()),
        path="/",
        secure=url.startswith("https://"),
        httponly=True,
        samesite="strict",
    )
    return response


async def _resume(console: Console, token: str, draft: str, number: str) -> Response | None:
    """The way back to the case in which the session had run out, with what was being written."""
    who = await console.database.run(lambda session: find_session(session, token, counts_as_use=True))
    if who is None:
        return None
    form = form_token(console.keys, who)
    return console.templates.show("resume.html", who.language, who=who, form_token=form, draft=draft, number=number)


async def _sign_out(visit: Visit) -> Response:
    await visit.console.database.run(lambda session: end_session(session, visit.who))
    response = RedirectResponse("/sign-in", status_code=303)
    url = visit.console.settings.console_url
    response.delete_cookie(cookie_name(url), path="/", secure=url.startswith("https://"), httponly=True)
    return response


async def _queue(visit: Visit) -> Response:
    cards = await visit.console.database.run(list_queue)
    return visit.show("queue.html", cards=cards)


async def _audit(visit: Visit) -> Response:
    def read(session: Session) -> list[tuple[AuditEntry, str | None, int | None]]:
        session.add(AuditEntry(staff_id=visit.who.staff_id, action="audit_seen"))
        rows = session.execute(
            select(AuditEntry, Staff.name, Report.number)
            .outerjoin(Staff, Staff.id == AuditEntry.staff_id)
            .outerjoin(Report, Report.id == AuditEntry.report_id)
            .order_by(AuditEntry.id.desc())
            .limit(_AUDIT_ROWS)
        )
        return [(entry, name, number) for entry, name, number in rows]

    return visit.show("audit.html", rows=await visit.console.database.run(read))
