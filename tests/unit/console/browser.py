"""A browser without script: it follows forms as they stand in the page, hidden fields and all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx
from starlette.types import ASGIApp

PASSWORD = "a quiet river runs"
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


@dataclass
class Form:
    """A form: where it posts to, its fields, and the places its buttons post to instead."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    other_actions: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(action=found["action"]))
        elif tag == "input" and self.forms:
            self.forms[-1].fields[found["name"]] = found.get("value", "")
        elif tag == "textarea" and self.forms:
            self._area = found["name"]
            self.forms[-1].fields[self._area] = ""
        elif tag == "button" and "formaction" in found:
            self.forms[-1].other_actions.add(found["formaction"])

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.forms[-1].fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            fields = self.forms[-1].fields
            fields[self._area] = fields[self._area].removeprefix("\n")  # HTML: the first line feed is not content
            self._area = None


def forms_of(page: str) -> list[Form]:
    """All forms of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def draft_in(page: str) -> str:
    """What stands in the page's box for an answer."""
    return next(form.fields["text"] for form in forms_of(page) if "text" in form.fields)


class Browser:
    """One person's browser."""

    def __init__(self, app: ASGIApp, url: str) -> None:
        self._transport = httpx.ASGITransport(app=app)
        self._url = url
        self.cookies = httpx.Cookies()
        self.page = ""

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], fields: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One request, whatever page is at hand."""

        async def ask() -> httpx.Response:
            client = httpx.AsyncClient(transport=self._transport, base_url=self._url, cookies=self.cookies)
            async with client:
                response = await client.request(method, path, headers=dict(headers), data=dict(fields or {}))
                self.cookies = client.cookies
                return response

        return asyncio.run(ask())

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Fill in the sign-in form of the page at hand, or of /sign-in."""
        if "/sign-in" not in [form.action for form in forms_of(self.page)]:
            self.open("/sign-in")
        return self.send("/sign-in", name=name, password=password)

    def open(self, path: str) -> httpx.Response:
        """Follow a link; `page` is then what came."""
        return self._came(self.ask("GET", path, SAME_ORIGIN))

    def send(self, action: str, headers: Mapping[str, str] = SAME_ORIGIN, **filled: str) -> httpx.Response:
        """Send the form of the page at hand that posts to `action`, with some fields filled in."""
        fitting = [form for form in forms_of(self.page) if action == form.action or action in form.other_actions]
        assert fitting, f"no form posts to {action}"
        return self._came(self.ask("POST", action, headers, {**fitting[0].fields, **filled}))

    def follow(self, response: httpx.Response) -> httpx.Response:
        """Go where a redirect points."""
        assert response.status_code == 303
        return self.open(response.headers["location"])

    def _came(self, response: httpx.Response) -> httpx.Response:
        self.page = response.text
        return response

    def actions(self) -> Iterator[str]:
        """Everywhere the page at hand can post to."""
        for form in forms_of(self.page):
            yield form.action
            yield from form.other_actions
