"""Bringing in colleagues from a case's page: calling one by name, asking one to take over, saying yes or no to whoever
asks, waking the next step, saying that one is at work on it. What came of it is said in the words that a phone would
read."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.case_pages import show_case
from bot.console.door import Console, Page, Visit, clean_text, page
from bot.console.permissions import Action
from bot.conversation.page_words import TEMPLATES, fill
from bot.escalation.reply_words import LONGEST_NAME, Word
from bot.escalation.wishes import wish_at_the_desk


def routes(console: Console) -> list[Route]:
    """One for each of them."""
    paths = {"call": Word.CALL, "hand-over": Word.GIVE, "escalate": Word.UP, "busy": Word.BUSY}
    paths |= {"yes": Word.YES, "no": Word.NO}
    return [
        page(f"/cases/{{number:int}}/{path}", _page_of(word), Action.BRING_IN, console, method="POST")
        for path, word in paths.items()
    ]


def _page_of(word: Word) -> Page:
    async def do(visit: Visit) -> Response:
        name = clean_text(visit.form, "colleague").strip()[:LONGEST_NAME]
        console, who = visit.console, visit.who
        outcome = await console.database.run(
            lambda session: wish_at_the_desk(
                session, visit.number, word, staff_id=who.staff_id, settings=console.settings, name=name
            )
        )
        if outcome.template == "taken_by_you":
            return RedirectResponse(f"/cases/{visit.number}?done=taken#newest", status_code=303)
        words = TEMPLATES[outcome.template]
        return await show_case(visit, told=fill(console.wording.catalogues, who.language, words, outcome.arguments))

    return do
