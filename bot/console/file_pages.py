"""The files of one case: opening one, taking its original, locking them, releasing a locked one. A file is given out
only in answer to a form, so that nothing fetches it ahead, and never in a way in which a browser would run it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.door import Console, Page, Visit, clean_text, page
from bot.console.permissions import Action
from bot.console.picture_process import redrawn
from bot.conversation.case_files import FileRefusedError, OpenedFile, lock_case_files, open_file, release_file
from bot.reports.queue_cards import CaseNotFoundError

_PICTURE = "image/jpeg"
_NO_SCRIPT = "default-src 'none'; sandbox"


def routes(console: Console) -> list[Route]:
    """What can be done with the files of a case."""

    def posted(path: str, page_of: Page, action: Action) -> Route:
        return page(f"/cases/{{number:int}}/files/{path}", page_of, action, console, method="POST")

    return [
        posted("open", _open, Action.OPEN_FILE),
        posted("original", _original, Action.OPEN_FILE),
        posted("release", _release, Action.RELEASE_FILE),
        posted("lock", _lock, Action.LOCK_FILES),
    ]


async def _open(visit: Visit) -> Response:
    """A picture redrawn, in the browser, so that nothing of it stays on the telephone; all else as it came, to save."""
    opened = await _unsealed(visit, original=False)
    if isinstance(opened, Response):
        return opened
    if not opened.is_picture:
        return _given_out(visit, opened.content, opened.media_type, opened.suffix, inline=False)
    drawn = await redrawn(opened.content)
    return _back(visit, "file_broken") if drawn is None else _given_out(visit, drawn, _PICTURE, "jpg", inline=True)


async def _original(visit: Visit) -> Response:
    """As it came, for evidence: with all that it may tell of whoever made it."""
    opened = await _unsealed(visit, original=True)
    if isinstance(opened, Response):
        return opened
    return _given_out(visit, opened.content, opened.media_type, opened.suffix, inline=False)


async def _unsealed(visit: Visit, *, original: bool) -> OpenedFile | Response:
    def unseal(session: Session) -> OpenedFile:
        who, keys = visit.who.staff_id, visit.console.keys
        return open_file(session, visit.number, _file_id(visit), staff_id=who, keys=keys, original=original)

    try:
        return await visit.console.database.run(unseal)
    except CaseNotFoundError:
        return visit.show("no_case.html", status=404, number=visit.number)
    except FileRefusedError as error:
        return _back(visit, error.reason)


def _given_out(visit: Visit, content: bytes, media_type: str, suffix: str, *, inline: bool) -> Response:
    place = "inline" if inline else "attachment"
    name = f"case-{visit.number}-file-{_file_id(visit)}.{suffix}"
    headers = {"content-disposition": f'{place}; filename="{name}"', "content-security-policy": _NO_SCRIPT}
    return Response(content, media_type=media_type, headers=headers)


async def _release(visit: Visit) -> Response:
    reason, deployment = clean_text(visit.form, "reason"), visit.console.wording.deployment

    def release(session: Session) -> str:
        who = visit.who.staff_id
        done = release_file(session, visit.number, _file_id(visit), staff_id=who, reason=reason, deployment=deployment)
        return "file_released" if done else "file_release_asked"

    return await _do(visit, release)


async def _lock(visit: Visit) -> Response:
    def lock(session: Session) -> str:
        lock_case_files(session, visit.number, staff_id=visit.who.staff_id)
        return "files_locked"

    return await _do(visit, lock)


async def _do(visit: Visit, work: Callable[[Session], str]) -> Response:
    try:
        return _back(visit, await visit.console.database.run(work))
    except CaseNotFoundError:
        return visit.show("no_case.html", status=404, number=visit.number)
    except FileRefusedError as error:
        return _back(visit, error.reason)


def _back(visit: Visit, notice: str) -> Response:
    return RedirectResponse(f"/cases/{visit.number}?done={notice}#files", status_code=303)


def _file_id(visit: Visit) -> int:
    return visit.field_number("file_id")
