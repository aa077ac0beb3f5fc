"""Who may be told of a case: asking, agreeing, refusing, taking back, saying that it was done. Each comes back to the
case; what was refused shows it again, with the reason of the rule and what had been written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.case_pages import show_case
from bot.console.door import Console, Page, Visit, clean_text, page
from bot.console.permissions import Action
from bot.conversation import release_desk
from bot.conversation.case_desk import NewerMessagesError, require_seen
from bot.conversation.release_desk import ReleaseNotFoundError, ReleaseRefusedError
from bot.database.states import ReleaseState
from bot.database.tables import Release
from bot.deployment import Party, Trigger
from bot.reports.queue_cards import CaseNotFoundError
from bot.reports.release import Wish


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What stands in the form for asking: what was written, when it could not be obeyed."""

    party: str = ""
    duty: str = ""
    other_authority: bool = False
    reason: str = field(default="", repr=False)


def routes(console: Console) -> list[Route]:
    """The acts, each a form of the case's page."""

    def posted(path: str, page_of: Page) -> Route:
        return page(f"/cases/{{number:int}}/{path}", page_of, Action.RELEASE, console, method="POST")

    return [
        posted("release", _ask),
        posted("release-agree", _agree),
        posted("release-refuse", _refuse),
        posted("release-withdraw", _withdraw),
        posted("release-done", _done),
        posted("official", _official),
    ]


async def _do(visit: Visit, work: Callable[[Session], str], asked: Asked | None = None) -> Response:
    """Do it and come back with the notice it names."""
    try:
        done = await visit.console.database.run(work)
    except (CaseNotFoundError, ReleaseNotFoundError):
        return visit.show("no_case.html", status=404, number=visit.number)
    except NewerMessagesError:
        return await show_case(visit, status=409, notice="newer_words", asked=asked)
    except ReleaseRefusedError as error:
        return await show_case(visit, status=422, refusal=error.code, asked=asked)
    return RedirectResponse(f"/cases/{visit.number}?done={done}#telling", status_code=303)


async def _ask(visit: Visit) -> Response:
    asked = Asked(
        party=clean_text(visit.form, "party"),
        duty=clean_text(visit.form, "duty"),
        other_authority=clean_text(visit.form, "other_authority") == "yes",
        reason=clean_text(visit.form, "reason"),
    )
    if asked.party not in set(Party) or asked.duty not in {"", *Trigger}:
        return await show_case(visit, status=422, notice="refused", asked=asked)
    wish = Wish(
        party=Party(asked.party),
        duty=Trigger(asked.duty) if asked.duty else None,
        other_authority=asked.other_authority,
    )

    def ask(session: Session) -> str:
        require_seen(session, visit.number, visit.seen_inbox_id)
        return _notice(
            release_desk.ask_release(
                session,
                visit.number,
                wish,
                asked.reason,
                staff_id=visit.who.staff_id,
                keys=visit.console.keys,
                deployment=visit.console.wording.deployment,
            )
        )

    return await _do(visit, ask, asked)


def _notice(release: Release) -> str:
    return {ReleaseState.APPROVED: "release_approved", ReleaseState.ASKED: "release_asked"}.get(
        release.state, "release_ended"
    )


def _by_rule(session: Session, visit: Visit, act: Callable[..., Release]) -> str:
    """An act that the rule is asked about once more; the rule knows choices, but not what newer words say."""
    console = visit.console
    deployment = console.wording.deployment
    require_seen(session, visit.number, visit.seen_inbox_id)
    return _notice(act(*_which(session, visit), staff_id=visit.who.staff_id, keys=console.keys, deployment=deployment))


async def _agree(visit: Visit) -> Response:
    return await _do(visit, lambda session: _by_rule(session, visit, release_desk.agree))


async def _done(visit: Visit) -> Response:
    return await _do(visit, lambda session: _by_rule(session, visit, release_desk.mark_done))


async def _refuse(visit: Visit) -> Response:
    def refuse(session: Session) -> str:
        release_desk.refuse(*_which(session, visit), staff_id=visit.who.staff_id)
        return "release_ended"

    return await _do(visit, refuse)


async def _withdraw(visit: Visit) -> Response:
    def withdraw(session: Session) -> str:
        release_desk.withdraw(*_which(session, visit), staff_id=visit.who.staff_id)
        return "release_ended"

    return await _do(visit, withdraw)


async def _official(visit: Visit) -> Response:
    def mark(session: Session) -> str:
        release_desk.mark_official(session, visit.number, staff_id=visit.who.staff_id)
        return "official_marked"

    return await _do(visit, mark)


def _which(session: Session, visit: Visit) -> tuple[Session, int, int]:
    return session, visit.number, visit.field_number("release_id")
