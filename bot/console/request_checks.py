"""What a request must show before a page looks at it: that it was sent by our own page, and the form's token."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from bot.console.sessions import SignedIn
from bot.privacy.sealing import ServiceKeys


def comes_from_elsewhere(headers: Headers, console_url: str) -> bool:
    """Whether the browser says that another site made it send this. Our pages send no referrer, and for that a browser
    writes `Origin: null` (Fetch standard, "append a request Origin header"), so null says nothing either way."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site != "same-origin"
    origin = headers.get("origin")
    return origin not in (None, "null", _origin_of(console_url))


def form_token(keys: ServiceKeys, signed_in: SignedIn) -> str:
    """Stands in every form; only this session's own pages can know it."""
    return hmac.new(keys.form, b"console form " + signed_in.token_hash, hashlib.sha256).hexdigest()


def token_is_right(keys: ServiceKeys, signed_in: SignedIn, given: str) -> bool:
    """Whether a form came from a page of this session; in constant time."""
    return hmac.compare_digest(form_token(keys, signed_in).encode(), given.encode("utf-8", "surrogatepass"))


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
