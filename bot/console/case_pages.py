"""One case: reading it, taking it, answering, giving it back, closing it. What was being written is never lost:
whatever could not be obeyed shows the case again with the draft in its box."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.door import Console, Page, Visit, page
from bot.console.labels import labels
from bot.console.permissions import Action
from bot.conversation.case_desk import (
    AnswerRefusedError,
    CaseView,
    NewerMessagesError,
    answer_case,
    close_case,
    give_back,
    open_case,
    require_seen,
    resend_uncertain,
    send_ready_answer,
)
from bot.conversation.cover_for_staff import lift_cover
from bot.conversation.when_to_write import HeldUntil, held_until
from bot.database.tables import AuditEntry, Report
from bot.deployment import Party, Trigger
from bot.escalation.acknowledging import AckOutcome, acknowledge
from bot.escalation.asked_by_name import Asked, asked_in
from bot.escalation.replies import READY_ANSWERS
from bot.messages.holding import HoldRules
from bot.reports.queue_cards import CaseNotFoundError

_NOTHING_ASKED = {"party": "", "duty": "", "other_authority": False, "reason": ""}
REFUSALS = frozenset({"empty", "too_long", "erased"})


def routes(console: Console) -> list[Route]:
    """The pages of a case."""

    def posted(path: str, page_of: Page, action: Action) -> Route:
        return page(f"/cases/{{number:int}}/{path}", page_of, action, console, method="POST")

    return [
        page("/cases/{number:int}", _read, Action.READ_CASE, console),
        posted("look", _look, Action.READ_CASE),
        posted("take", _take, Action.ACKNOWLEDGE),
        posted("answer", _answer, Action.ANSWER),
        posted("ready", _ready, Action.ANSWER),
        posted("resend", _resend, Action.RESEND),
        posted("give-back", _give_back, Action.GIVE_BACK),
        posted("lift-cover", _lift_cover, Action.LIFT_COVER),
        posted("close", _close, Action.CLOSE),
    ]


async def show_case(
    visit: Visit,
    *,
    status: int = 200,
    notice: str = "",
    outcome: AckOutcome | None = None,
    refusal: str = "",
    asked: object = None,
    told: str = "",
) -> Response:
    """The case as it is now, with the draft in its box. Opening it writes the audit. `refusal` is why somebody outside
    may not be told, `asked` what was written in that form, `told` what became of bringing in a colleague."""
    who, console = visit.who, visit.console

    def read(session: Session) -> tuple[CaseView, HeldUntil, Asked | None]:
        case = open_case(session, visit.number, staff_id=who.staff_id, keys=console.keys, wording=console.wording)
        held = held_until(session, visit.number, HoldRules.of(console.settings))
        return case, held, asked_in(session, visit.number, who.staff_id)

    try:
        case, held, asked_me = await console.database.run(read)
    except CaseNotFoundError:
        return visit.show("no_case.html", status=404, number=visit.number)
    ready = _ready_answers(visit)
    return visit.show(
        "case.html",
        status=status,
        case=case,
        held=held,
        asked_me=asked_me,
        ready=ready,
        draft=visit.draft,
        notice=notice if notice in labels("notice") else "",
        outcome=outcome,
        refusal=refusal,
        asked=asked or _NOTHING_ASKED,
        told=told,
        parties=list(Party),
        triggers=list(Trigger),
    )


def _ready_answers(visit: Visit) -> dict[int, str]:
    """What a ready answer says, in the language of whoever sends it; the reporter gets it in theirs."""
    render, language = visit.console.wording.render, visit.who.language
    return {which: render(f"utter_ready_answer_{which}", language, sms=False).text for which in READY_ANSWERS}


async def _do(
    visit: Visit, work: Callable[[Session], object], done: str, *, keep_draft: bool = True, newer: str = "newer"
) -> Response:
    """Do it and come back to the case. With an unfinished draft, the case is shown in this very answer instead. `newer`
    is the notice when the reporter, or a colleague, wrote since the page was shown."""
    try:
        await visit.console.database.run(work)
    except CaseNotFoundError:
        return visit.show("no_case.html", status=404, number=visit.number)
    except NewerMessagesError:
        return await show_case(visit, status=409, notice=newer)
    except AnswerRefusedError as error:
        return await show_case(visit, status=422, notice=error.reason if error.reason in REFUSALS else "refused")
    if keep_draft and visit.draft.strip():
        return await show_case(visit, notice=done)
    return RedirectResponse(f"/cases/{visit.number}?done={done}#newest", status_code=303)


async def _read(visit: Visit) -> Response:
    return await show_case(visit, notice=visit.request.query_params.get("done", ""))


async def _look(visit: Visit) -> Response:
    return await show_case(visit, notice="resumed" if "resumed" in visit.form else "")


async def _take(visit: Visit) -> Response:
    def take(session: Session) -> AckOutcome | None:
        outcome = acknowledge(session, visit.number, staff_id=visit.who.staff_id, settings=visit.console.settings)
        if outcome is not None and outcome.taken:
            report_id = session.scalars(select(Report.id).where(Report.number == visit.number)).one()
            session.add(AuditEntry(staff_id=visit.who.staff_id, action="acknowledged", report_id=report_id))
        return outcome

    outcome = await visit.console.database.run(take)
    if outcome is None:
        return await show_case(visit, notice="nothing_to_take")
    if not outcome.taken:
        return await show_case(visit, outcome=outcome)
    return RedirectResponse(f"/cases/{visit.number}?done=taken#newest", status_code=303)


async def _answer(visit: Visit) -> Response:
    def answer(session: Session) -> None:
        answer_case(
            session,
            visit.number,
            staff_id=visit.who.staff_id,
            text=visit.draft,
            seen_inbox_id=visit.seen_inbox_id,
            wording=visit.console.wording,
            writes_as_sms=visit.console.writes_as_sms,
            seen_answers=visit.field_number("seen_answers"),
        )

    return await _do(visit, answer, "queued", keep_draft=False)


async def _ready(visit: Visit) -> Response:
    which, seen = visit.field_number("which"), visit.field_number("seen_answers")

    def send(session: Session) -> None:
        send_ready_answer(session, visit.number, staff_id=visit.who.staff_id, which=which, seen_answers=seen)

    return await _do(visit, send, "queued")


async def _resend(visit: Visit) -> Response:
    outbox_id = visit.field_number("outbox_id")

    def resend(session: Session) -> bool:
        return resend_uncertain(session, visit.number, outbox_id, staff_id=visit.who.staff_id)

    try:
        again = await visit.console.database.run(resend)
    except CaseNotFoundError:
        return visit.show("no_case.html", status=404, number=visit.number)
    done = "resent" if again else "not_uncertain"
    return RedirectResponse(f"/cases/{visit.number}?done={done}#newest", status_code=303)


async def _give_back(visit: Visit) -> Response:
    return await _do(visit, lambda session: give_back(session, visit.number, staff_id=visit.who.staff_id), "given_back")


async def _lift_cover(visit: Visit) -> Response:
    def lift(session: Session) -> bool:
        require_seen(session, visit.number, visit.seen_inbox_id)
        return lift_cover(session, visit.number, staff_id=visit.who.staff_id)

    return await _do(visit, lift, "cover_lifted", newer="newer_words")


async def _close(visit: Visit) -> Response:
    def close(session: Session) -> None:
        require_seen(session, visit.number, visit.seen_inbox_id)
        close_case(session, visit.number, staff_id=visit.who.staff_id)

    return await _do(visit, close, "closed", newer="newer_words")
