"""Telephone numbers and accounts of the people who do this. The writer's own is left out when it is called so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from nlu.entities.entity import Entity
from nlu.entities.lookups import table
from nlu.entities.reading import Reading
from nlu.entities.words import Words

_PHONE = re.compile(
    r"(?<![\d@/.,+])(?<![a-z0-9])(?P<plus>\+|00(?=[1-9]))?"
    r"(?P<number>\(?\d{1,5}\)?(?:[ .\-]{0,2}\(?\d{2,6}\)?){1,5}|\d{8,15})(?!\d|[.,/]\d)"
)
_LINK = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?(?P<site>t\.me|telegram\.me|facebook\.com|fb\.com|fb\.me|m\.me|line\.me|zalo\.me|wa\.me"
    r"|instagram\.com|tiktok\.com|x\.com)"
    r"/(?P<path>[a-z0-9_.@/~?=+%-]{2,80})"
)
_AT = re.compile(r"(?<![a-z0-9_.@/])@(?P<name>[a-z][a-z0-9_.]{2,31})(?![a-z0-9_@])")
_ACCOUNT = re.compile(
    r"(?<![a-z])(?P<app>line|zalo|wechat|weixin|telegram|tele|viber|whatsapp|imo|facebook|fb"
    r"|ไลน์|วีแชท|วีแชต|เฟส|เทเลแกรม|ហ្វេសប៊ុក|တယ်လီဂရမ်|微信)"
    r"(?P<id> ?(?:id|ไอดี|acc|account|nick|name|ឈ្មោះ|ชื่อ))?(?![a-z0-9])(?P<said> ?[:=]| (?:is|là)(?= )| ?คือ)?"
    r" {0,2}(?P<name>@?[a-z0-9][a-z0-9_.\-]{2,31})(?![a-z0-9_])"
)
Written = tuple[str, int, int]  # the value, and where it stands in `Reading.low`
_NOBODYS_PAGES = ("story.php", "sharer", "share/", "watch", "hashtag", "events/", "p/", "reel", "photo", "login")
_NO_WORD = re.compile(r"[0-9_.]")
_FEWEST_DIGITS, _MOST_DIGITS = 8, 15


@cache
def _words() -> dict[str, Words]:
    return {name: Words(table("handle")[name]) for name in ("mine", "phone", "not_a_phone", "amount_after")}


def find_handles(reading: Reading, written: Sequence[Written]) -> Iterator[Entity]:
    """Values: digits, with a leading + where one was typed; "@name"; "t.me/name"; "line:name"."""
    for value, start, end in written:
        called = _words()["phone"].before(reading.spaced, start)
        mine = _words()["mine"].before(reading.spaced, start)
        if mine is None and (called is None or _words()["mine"].before(reading.spaced, called) is None):
            yield reading.entity("handle", value, start, end)


def numbers_and_accounts(reading: Reading) -> list[Written]:
    """Every telephone number and account, also the writer's own: the digits in it are nobody's age."""
    return list(_all(reading))


def _all(reading: Reading) -> Iterator[Written]:
    for match in _LINK.finditer(reading.low):
        path = match["path"].rstrip(".?=/")
        if path.startswith(_NOBODYS_PAGES):
            continue
        yield f"{match['site']}/{path}", match.start(), match.start("path") + len(path)
    for match in _AT.finditer(reading.low):
        name = match["name"].rstrip(".")
        yield f"@{name}", match.start(), match.start("name") + len(name)
    yield from _accounts(reading)
    yield from _phones(reading)


def _accounts(reading: Reading) -> Iterator[Written]:
    """An account of an application: announced ("line id: x"), or shaped as no word is (x_1)."""
    for match in _ACCOUNT.finditer(reading.low):
        name = match["name"].strip(".-")
        if name.startswith("@") or (name.isdigit() and len(name) >= _FEWEST_DIGITS):
            continue  # found as what it is
        if (match["id"] and match["said"]) or _NO_WORD.search(name):
            app = {"tele": "telegram", "fb": "facebook", "weixin": "wechat"}.get(match["app"], match["app"])
            yield f"{app}:{name}", match.start(), match.start("name") + len(name)


def _phones(reading: Reading) -> Iterator[Written]:
    for match in _PHONE.finditer(reading.low):
        digits = re.sub(r"\D", "", match["number"])
        if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS or _words()["not_a_phone"].before(
            reading.spaced, match.start()
        ):
            continue
        start, end = match.start(), match.end()
        called_phone = _words()["phone"].before(reading.spaced, start) is not None
        if not (match["plus"] or digits.startswith("0") or called_phone):
            continue
        if _is_a_date(digits, match.group()) or _words()["amount_after"].after(reading.spaced, end) is not None:
            continue
        yield ("+" if match["plus"] else "") + digits, start, end


def _is_a_date(digits: str, written: str) -> bool:
    return len(digits) == 8 and bool(re.fullmatch(r"\d{1,4}([-./ ])\d{1,2}\1\d{1,4}", written))
