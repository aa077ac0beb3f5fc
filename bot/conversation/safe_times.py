"""At what times of day somebody may be written to, read from their own words in five languages; pure.

A wrong reading would put a message on a phone that another hand holds. So every word of the answer has to be known
(safe_time_words.py), the words have to come in one of a few orders, and whether morning or evening is meant has to be
said. Everything else is None: then nothing leaves by itself, and staff read the words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time
from functools import cache

from bot.conversation.safe_time_words import WORDS

_DAY = 24 * 60
_FROM_A_TIME_ON = 3 * 60  # "after nine" names no end
_AT_A_TIME = 30  # "at eight"
_SHORTEST, _LONGEST, _LONGEST_OF_ONE_PART = 30, 16 * 60, 8 * 60
# What lies in a part of the day for everybody who uses its word.
_CORES = {
    "morning": (8, 11),
    "noon": (12, 13),
    "afternoon": (14, 16),
    "dusk": (17, 18),
    "evening": (19, 21),
    "night": (21, 24),
    "day": (10, 15),
}
# Which hours, as they are said, belong to a part: those that stay, those to which twelve are added.
_HOURS = {
    "morning": (range(1, 12), range(0)),
    "noon": (range(11, 13), range(1, 3)),
    "afternoon": (range(12, 13), range(1, 7)),
    "dusk": (range(0), range(3, 12)),
    "evening": (range(0), range(5, 13)),
    "night": (range(1, 5), range(6, 13)),
    "dawn": (range(1, 6), range(0)),
    "pm": (range(12, 13), range(1, 12)),
    "am": (range(1, 12), range(0)),
    "clock": (range(25), range(0)),
}
_NUMBER = re.compile(r"(?<!\d)(?P<h>[0-2]?\d)(?:\s?[:.h]\s?(?P<m>[0-5]\d))?(?!\d)(?:\s?(?P<half>[ap])\.?m\b\.?)?")
_APART = re.compile(r"[\s,.!?;:()\"'’។៕၊။\u200b-\u200d\u2060]+")
_WA_FOR_ZERO = re.compile("(?<=[0-9])\u101d(?![\u102b-\u103e])")  # looks the same, and is typed for it
_ORDERS = {
    "a part of the day": re.compile(r"p"),
    "a time": re.compile(r"t"),
    "from a time on": re.compile(r"[af]t|f?to|tk"),
    "between two times": re.compile(r"f?t-t|bt[&-]t|tkt-?|t-t-"),
}
_LETTER = {"FROM": "f", "TO": "-", "AFTER": "a", "ONWARD": "o", "BETWEEN": "b", "AND": "&", "THEN": "k"}


@dataclass(frozen=True, kw_only=True)
class _Said:
    """An hour as it was said: `lead` the part of the day before it, `trail` the one after it."""

    hour: int
    minute: int = 0
    lead: str | None = None
    trail: str | None = None
    written_out: bool = False  # 06:00: nobody writes the evening so
    mong: bool = False  # โมง alone: of seven to eleven, the morning
    fixed: bool = False  # noon, midnight

    @property
    def part(self) -> str | None:
        return self.trail or self.lead

    @property
    def by_24_hours(self) -> bool:
        return self.written_out or self.hour > 12 or self.hour == 0 or self.part == "clock"


def read_times(text: str, language: str) -> tuple[time, time] | None:
    """From when until when, of a day where they are; the second is the earlier one past midnight. None unless it is
    sure."""
    tokens = _tokens(text, language)
    if tokens is None:
        return None
    order, times, parts = _shape(tokens)
    if order == "p":
        return _window(*(60 * hour for hour in _CORES[parts[0]])) if parts[0] in _CORES else None
    kind = next((name for name, pattern in _ORDERS.items() if pattern.fullmatch(order)), None)
    if kind is None or kind == "a part of the day":
        return None
    if kind == "between two times":
        return _between(times[0], times[1])
    start = _minutes(times[0])
    if start is None:
        return None
    return _window(start, start + (_AT_A_TIME if kind == "a time" else _FROM_A_TIME_ON))


def _window(start: int, end: int) -> tuple[time, time]:
    opens, closes = (divmod(minutes % _DAY, 60) for minutes in (start, end))
    return time(*opens), time(*closes)


def _between(first: _Said, second: _Said) -> tuple[time, time] | None:
    longest = _LONGEST
    if first.part is None and second.trail is not None and not first.fixed and not first.by_24_hours:
        first, longest = replace(first, trail=second.trail), _LONGEST_OF_ONE_PART  # 6-8 tối
    elif second.part is None and first.lead is not None and not (second.fixed or second.by_24_hours):
        second, longest = replace(second, lead=first.lead), _LONGEST_OF_ONE_PART  # ညနေ ၆ ကနေ ၈
    elif first.part is None and second.mong and not first.fixed:
        first = replace(first, mong=True)
    if first.part is None and second.part is None and (first.by_24_hours or second.by_24_hours):
        first, second = (replace(each, written_out=True) for each in (first, second))
    start, end = _minutes(first), _minutes(second)
    if start is None or end is None:
        return None
    length = (end - start) % _DAY
    return _window(start, end) if _SHORTEST <= length <= longest else None


def _minutes(said: _Said) -> int | None:
    """Of the day; None when it is not sure which half of it is meant."""
    hour = _hour(said)
    return None if hour is None or hour * 60 + said.minute > _DAY else hour * 60 + said.minute


def _hour(said: _Said) -> int | None:
    part, hour = said.part, said.hour
    if said.fixed:
        return hour if part in (None, "night", "day", "noon") else None
    if part == "thum":
        return 18 + hour if 1 <= hour <= 6 else None
    if part is None:
        sure = said.by_24_hours or (said.mong and 7 <= hour <= 11)
        return hour if sure and hour <= 24 else None
    if part in ("am", "pm") and hour > 12:
        return None
    if hour > 12:
        return hour if hour <= 24 and part in ("afternoon", "dusk", "evening", "night", "clock") else None
    stays, moves = _HOURS.get(part, (range(0), range(0)))
    if hour == 12 and part == "am":
        return 0
    return hour if hour in stays else hour + 12 if hour in moves else None


def _shape(tokens: list[tuple[str, _Said | None]]) -> tuple[str, list[_Said], list[str]]:
    """The order of what was said, with each part of the day put to the hour it belongs to."""
    letters: list[str] = []
    times: list[_Said] = []
    parts: list[str] = []
    waiting: str | None = None
    right_after = False
    for name, said in tokens:
        kind, _, value = name.partition(":")
        if said is not None:
            times.append(replace(said, lead=waiting))
            letters.append("t")
            waiting, right_after = None, True
        elif kind == "PART":
            if right_after and times[-1].trail is None and times[-1].lead in (None, "afternoon", "dawn"):
                times[-1] = replace(times[-1], trail=value)
            elif waiting is None:
                waiting = value
                parts.append(value)
            else:
                letters.append("?")
        elif kind == "TOI" and right_after and times[-1].part is None:
            times[-1] = replace(times[-1], trail="evening")  # without tone marks it can be "I" or "to" anywhere else
        elif kind in ("MONG", "HALF") and right_after:
            changed = {"mong": True} if kind == "MONG" else {"minute": 30}
            times[-1] = replace(times[-1], **changed)
        elif kind != "HOUR":
            letters.append(_LETTER.get(kind, "?"))
            right_after = False
    if waiting is not None:
        letters.append("p")
    return "".join(letters), times, parts


def _tokens(text: str, language: str) -> list[tuple[str, _Said | None]] | None:
    """Every word of the text that says something; None when one of them is not known."""
    tokens: list[tuple[str, _Said | None]] = []
    for token in _read(_plain(text), language):
        if token is None:
            return None
        if token[0] != "SAY NOTHING":
            tokens.append(token)
    return tokens


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text).casefold()
    digits = (str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)
    return _WA_FOR_ZERO.sub("0", "".join(digits))


def _read(text: str, language: str) -> Iterator[tuple[str, _Said | None] | None]:
    pattern, meanings = _known(language)
    place = 0
    while place < len(text):
        if apart := _APART.match(text, place):
            place = apart.end()
        elif number := _NUMBER.match(text, place):
            yield "TIME", _written(number)
            place = number.end()
        elif word := pattern.match(text, place):
            place = word.end()
            yield _meant(meanings[word.group()], text, place)
        else:
            yield None
            return


def _meant(name: str, text: str, place: int) -> tuple[str, _Said | None]:
    kind, _, value = name.partition(":")
    if kind in ("NUMBER", "AT"):
        return "TIME", _Said(hour=int(value), fixed=kind == "AT")
    if name == "TOI" and re.match(r"\s*\d", text[place:]):
        return "TO", None  # "tu 6 toi 8"
    return name, None


def _written(number: re.Match[str]) -> _Said:
    half, minute = number["half"], number["m"]
    return _Said(
        hour=int(number["h"]),
        minute=int(minute or 0),
        trail=f"{half}m" if half else None,
        written_out=bool(minute) and number["h"].startswith("0"),
    )


@cache
def _known(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for all words, the longest first, and what each means; their own language before English."""
    meanings = {
        word.casefold(): name
        for spoken in ("en", language)
        for name, words in WORDS.get(spoken, {}).items()
        for word in words.split("|")
    }
    latin = "0-9a-z\u00c0-\u024f\u1e00-\u1eff"
    ways = []
    for word in sorted(meanings, key=len, reverse=True):
        whole = word[-1].isascii() or unicodedata.name(word[-1], "").startswith("LATIN")
        ways.append(re.escape(word) + (f"(?![{latin}])" if whole and word[-1].isalpha() else ""))
    return re.compile("|".join(ways)), meanings
