"""Dates in figures and with the names of months, in five languages, of both eras."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache

from nlu.entities.calendar_days import date_of
from nlu.entities.lookups import phrases_of, table
from nlu.entities.pieces import Piece, time_words
from nlu.entities.reading import Reading
from nlu.entities.words import pattern_of

_ALL_HOURS = (24, 7)  # 24/7 is no day of July
_DAY = r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_FULL_YEAR = r"(?P<y>\d{4})"
_YEAR = (
    r"(?:[ ,]{0,2}(?:ปี |พ\.ศ\. ?|năm |nam |ឆ្នាំ ?|of )?"
    r"(?P<y>\d{4}|\d{2}(?= |\Z|[^\d:h]))(?!\d| ?[:h.]\d))?"
)
_NUMERIC = re.compile(
    r"(?<![\d/.\-])(?:(?P<y>\d{4})-(?P<ym>\d{1,2})-(?P<yd>\d{1,2})"
    r"|(?P<d>\d{1,2})(?P<s>[/.\-])(?P<m>\d{1,2})(?:(?P=s)(?P<dy>\d{4}|\d{2}))?)(?![\d/\-]|\.\d)"
)
_DAY_ONLY = re.compile(
    r"(?:วันที่ ?|ថ្ងៃទី ?|(?<![a-z])(?:ngày|ngay|mùng|mung|on the|by the|before the) )"
    r"(?P<d>\d{1,2})(?!\d|[/.:h]|[ ]?(?:tháng|thang|ខែ))(?:st|nd|rd|th)?"
)


@cache
def _months() -> tuple[dict[str, int], str]:
    spellings = {
        spelling: int(month)
        for month, lists in table("time")["months"].items()
        for phrase in phrases_of(lists)
        for spelling in phrase.spellings()
    }
    return spellings, pattern_of(spellings)


@cache
def _written_dates() -> list[re.Pattern[str]]:
    month = _months()[1]
    lead = r"(?:(?:วันที่|ថ្ងៃទី|ថ្ងៃ|ngày|ngay|the|on) ?)?"
    return [
        re.compile(rf"{lead}{_DAY}[ ,/]{{0,2}}(?:of |ខែ ?|เดือน ?)?(?P<m>{month}){_YEAR}"),
        re.compile(
            rf"(?P<m>{month})[ ,]{{0,2}}(?:လ ?)?{_DAY}(?!\d|[.:]\d| ?(?:pm|am|နာရီ))(?: ?ရက်)?(?:, ?{_FULL_YEAR})?"
        ),
        re.compile(
            r"(?:(?:ngày|ngay|mùng|mung) )?(?<!\d)(?P<d>\d{1,2}) (?:tháng|thang) (?P<m>\d{1,2})(?!\d)"
            rf"(?: (?:năm |nam )?{_FULL_YEAR})?"
        ),
        re.compile(rf"ថ្ងៃទី? ?(?P<d>\d{{1,2}}) ?ខែ(?:ទី)? ?(?P<m>\d{{1,2}})(?!\d)(?: ?ឆ្នាំ ?{_FULL_YEAR})?"),
        re.compile(rf"(?:{_FULL_YEAR} ?ခုနှစ် ?)?(?P<m>\d{{1,2}}) ?လပိုင်း ?(?P<d>\d{{1,2}}) ?ရက်(?:နေ့)?"),
    ]


def find_dates(reading: Reading, language: str | None, now: datetime) -> Iterator[Piece]:
    """All dates, also past ones (`spent`). Two figures for a year are of the Buddhist era in Thai, from 60 on."""
    months = _months()[0]
    buddhist = language == "th" or any("\u0e00" <= character <= "\u0e7f" for character in reading.low)
    for match in _NUMERIC.finditer(reading.low):
        yield from _numeric_date(reading, match, now, buddhist)
    for pattern in _written_dates():
        for match in pattern.finditer(reading.low):
            month = months.get(match["m"]) or (int(match["m"]) if match["m"].isdigit() else 0)
            year = int(match["y"]) if match["y"] else None
            yield _dated(match.start(), match.end(), date_of(int(match["d"]), month, year, now, buddhist=buddhist))
    for match in _DAY_ONLY.finditer(reading.low):
        if time_words("not_a_date").after(reading.spaced, match.end()) is None:
            yield _dated(match.start(), match.end(), date_of(int(match["d"]), None, None, now))


def _numeric_date(reading: Reading, match: re.Match[str], now: datetime, buddhist: bool) -> Iterator[Piece]:
    """Day before month, as everywhere in the region. Without a year a word must say so, or the day be above 12."""
    if match["y"]:
        yield _dated(match.start(), match.end(), date_of(int(match["yd"]), int(match["ym"]), int(match["y"]), now))
        return
    day, month, year = int(match["d"]), int(match["m"]), match["dy"]
    if month > 12 >= day:
        day, month = month, day
    start = time_words("date_lead").before(reading.spaced, match.start())
    likely = match["s"] == "/" and (day > 12 or start is not None) and (day, month) != _ALL_HOURS
    if year or likely:
        found = date_of(day, month, int(year) if year else None, now, buddhist=buddhist)
        yield _dated(match.start() if start is None else start, match.end(), found)


def _dated(start: int, end: int, day: date | None) -> Piece:
    return Piece(start, end, day=day, spent=day is None)
