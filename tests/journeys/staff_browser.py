"""A responder's browser without script, over real HTTP, against the console of a running world."""

from __future__ import annotations

from http import HTTPStatus

import httpx

from bot.console.accounts import find_account
from bot.console.passwords import Passwords
from tests.journeys.world import World
from tests.unit.console.browser import PASSWORD, SAME_ORIGIN, forms_of


class StaffBrowser:
    """Signs in on being made; `page` is what it shows."""

    def __init__(self, world: World, name: str) -> None:
        self._http = world.http
        self._http.headers.update(SAME_ORIGIN)
        self._http.follow_redirects = True
        self._http.base_url = world.settings.console_url
        with world.database.transaction() as session:
            find_account(session, name).password_hash = Passwords().hash_now(PASSWORD)
        self.page = self._http.get("/sign-in").text
        self.page = self._http.post("/sign-in", data={"name": name, "password": PASSWORD}).text

    def open_case(self, number: int) -> str:
        """Read a case; the page."""
        self._number = number
        answer = self._http.get(f"/cases/{number}")
        assert answer.status_code == 200
        self.page = answer.text
        return self.page

    def is_offered_a_file(self) -> bool:
        """Whether the page at hand has a button that opens one."""
        return any(form.action == f"/cases/{self._number}/files/open" for form in forms_of(self.page))

    def open_file(self) -> httpx.Response:
        """Open the first file of the case at hand."""
        path = f"/cases/{self._number}/files/open"
        form = next(form for form in forms_of(self.page) if form.action == path)
        return self._http.post(path, data=form.fields)

    def answer(self, words: str) -> str:
        """Send words of one's own; the page afterwards."""
        path = f"/cases/{self._number}/answer"
        form = next(form for form in forms_of(self.page) if form.action == path)
        self.page = self._http.post(path, data={**form.fields, "text": words}).text
        return self.page

    def press(self, act: str) -> bool:
        """Press "give-back" or "close" on the open case. False when newer words forbid it; the page shows them."""
        path = f"/cases/{self._number}/{act}"
        form = next(form for form in forms_of(self.page) if path in (form.action, *form.other_actions))
        answer = self._http.post(path, data=form.fields)
        assert answer.status_code in (HTTPStatus.OK, HTTPStatus.CONFLICT)
        self.page = answer.text
        return answer.status_code == HTTPStatus.OK
