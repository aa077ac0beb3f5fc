"""Whether a request came from our own page."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from bot.console.request_checks import comes_from_elsewhere, form_token, token_is_right
from bot.console.sessions import SignedIn
from bot.database.states import StaffRole
from bot.privacy.sealing import ServiceKeys

OURS = "https://console.example.org"


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, False),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site", "origin": OURS}, True),
        ({"origin": OURS}, False),
        ({"origin": "https://evil.example"}, True),
        ({"origin": OURS + ":444"}, True),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_what_the_browser_says_of_where_it_comes_from(headers: dict[str, str], elsewhere: bool) -> None:
    assert comes_from_elsewhere(Headers(headers), OURS + "/") is elsewhere


def test_a_forms_token_belongs_to_one_session_and_one_installation(keys: ServiceKeys) -> None:
    mine, theirs = (
        SignedIn(staff_id=1, name="Noor", language="en", role=StaffRole.RESPONDER, token_hash=bytes([number]) * 32)
        for number in (1, 2)
    )
    token = form_token(keys, mine)
    assert token_is_right(keys, mine, token)
    assert not token_is_right(keys, theirs, token)
    assert not token_is_right(ServiceKeys.generate(), mine, token)
    assert not token_is_right(keys, mine, "")
    assert not token_is_right(keys, mine, "\ud800")
