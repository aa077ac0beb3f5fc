"""Files from a provider over HTTP, in pieces and never more of them than is allowed; shared by the channels that fetch
files. What an address holds (a token, a person's message) is never in an error or a log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import httpx

from bot.channels.provider_answers import after_no_answer, after_status
from bot.errors import FileTooLargeError, FileUnavailableError, SendError, TemporarySendError, UncertainSendError

_MOST_REDIRECTS = 3
_PLAIN = {"accept-encoding": "identity"}  # nothing is unpacked here: a small answer could become a huge one
_UNAVAILABLE = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


async def pieces_of(
    client: httpx.AsyncClient, url: str, most_bytes: int, *, auth: httpx.BasicAuth | None = None
) -> AsyncIterator[bytes]:
    """The file at this address. `auth` goes to the first address alone: where it redirects to is somebody else. Raises
    FileTooLargeError, FileUnavailableError, or another SendError where asking again later helps."""
    for _ in range(_MOST_REDIRECTS + 1):
        failure: SendError | None = None
        target = ""
        try:
            async with client.stream("GET", url, auth=auth, headers=_PLAIN, follow_redirects=False) as answer:
                target = _target(url, answer)
                if not target:
                    failure = judged(answer.status_code, answer.headers)
                    if failure is None:
                        async for piece in _at_most(answer, most_bytes):
                            yield piece
                        return
        except httpx.HTTPError as error:
            failure = after_no_answer(error)
        except httpx.InvalidURL:
            failure = FileUnavailableError("the redirect cannot be read")
        if failure is not None:
            raise failure
        url, auth = target, None
    raise FileUnavailableError("too many redirects")


def judged(status: int, headers: Mapping[str, str]) -> SendError | None:
    """What an answer to a request about a file means; None for success."""
    if status == HTTPStatus.OK:
        return None
    if status in _UNAVAILABLE:
        return FileUnavailableError(f"status {status}")
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return FileTooLargeError(f"status {status}")
    if HTTPStatus.OK < status < HTTPStatus.BAD_REQUEST:
        return UncertainSendError(f"status {status}")
    return after_status(status, headers)


def _target(url: str, answer: httpx.Response) -> str:
    """Where it redirects to, "" when it does not. Never from https to anything less."""
    location = answer.headers.get("location", "")
    if answer.status_code not in _REDIRECTS or not location:
        return ""
    target = urljoin(url, location)
    return target if urlsplit(target).scheme in {"https", urlsplit(url).scheme} else ""


async def _at_most(answer: httpx.Response, most_bytes: int) -> AsyncIterator[bytes]:
    announced = answer.headers.get("content-length", "")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise FileUnavailableError("packed")
    if announced.isdecimal() and len(announced) < 16 and int(announced) > most_bytes:
        raise FileTooLargeError("announced")
    came = 0
    async for piece in answer.aiter_raw():
        came += len(piece)
        if came > most_bytes:
            raise FileTooLargeError("came")
        yield piece
    if announced.isdecimal() and came < int(announced[:16]):
        raise TemporarySendError("cut off")
