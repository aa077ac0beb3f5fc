"""Clock times as they are written and said: 22:00, 10pm, 3h sáng, ตี 3, สี่ทุ่ม, ម៉ោង ៨យប់, ည ၁၀ နာရီ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlu.entities.calendar_days import Clock
from nlu.entities.numbers import Number
from nlu.entities.pieces import Piece, time_lexicon, time_words
from nlu.entities.reading import Reading
from nlu.entities.words import LETTERS

_HOUR = r"(?P<h>[01]?\d|2[0-4])"
_WRITTEN = (
    re.compile(r"(?<![\d:./])(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))? ?(?P<half_day>[ap])\.?m\b\.?"),
    re.compile(rf"(?<![\d:./]){_HOUR}:(?P<m>[0-5]\d)(?![\d:])(?: ?น\.?)?"),
    re.compile(rf"(?<![\d:./,]){_HOUR}\.(?P<m>[0-5]\d) ?น\.?"),
    re.compile(
        rf"(?<![\d:./,a-z]){_HOUR} ?(?:h|g|giờ|gio)(?![{LETTERS}]) ?(?:(?P<m>[0-5]\d)(?!\d)|(?P<half>rưỡi|ruoi))?"
    ),
    re.compile(r"(?<![\d:./,])(?P<h>\d{1,2}) ?(?:o'clock|o clock)"),
    re.compile(r"\bat (?P<h>\d{1,2})(?= (?:tonight|today|tomorrow|tmr|in the)\b|[,!?]|\.?\Z)"),
    re.compile(r"ម៉ោង ?(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))?(?P<half>កន្លះ)?"),
)
_THAI_UNIT = re.compile(r" ?(ทุ่ม|โมงเช้า|โมงเย็น|โมง)(ครึ่ง)?")
_THAI_LEAD = re.compile(r"(?:ตอน)?(ตี|บ่าย) ?\Z")
_BEATEN = re.compile(r" ?คน|ครั้ง|ที")  # after ตี and a number: "beat three people"
_BURMESE_UNIT = re.compile(r" ?နာရီ ?(ခွဲ)?")
_VIETNAMESE_UNIT = re.compile(r" (?:giờ|gio)(?: (rưỡi|ruoi))?(?= (?:sáng|trưa|chiều|tối|đêm|khuya|sang|toi|dem)\b)")


def find_clock_times(reading: Reading, numbers: Sequence[Number]) -> Iterator[Piece]:
    """All times of the day; whether morning or evening is meant is left open where it was not said."""
    for pattern in _WRITTEN:
        for match in pattern.finditer(reading.low):
            if time_words("not_a_clock").after(reading.spaced, match.end()) is None:
                yield from _written(match)
    for number in numbers:
        if number.whole and number.low == number.high <= 12:
            yield from _thai(reading, number)
            yield from _burmese(reading, number)
            yield from _vietnamese_in_words(reading, number)


def _written(match: re.Match[str]) -> Iterator[Piece]:
    groups = match.groupdict()
    hour, minute = int(groups["h"]), 30 if groups.get("half") else int(groups.get("m") or 0)
    half_day = groups.get("half_day")
    if hour > (12 if half_day else 24):
        return
    if half_day:
        hour = hour % 12 + (12 if half_day == "p" else 0)
    sure = bool(half_day) or hour > 12 or hour == 0 or (len(groups["h"]) == 2 and bool(groups.get("m")))
    yield Piece(match.start(), match.end(), clock=Clock(hour, minute, sure))


def _thai(reading: Reading, number: Number) -> Iterator[Piece]:
    """ตี 3, 7 โมงเช้า, บ่าย 2, 5 โมงเย็น, สี่ทุ่ม: the day is counted in four times six hours."""
    hour, low = int(number.low), reading.low
    unit = _THAI_UNIT.match(low, number.end)
    lead = _THAI_LEAD.search(low, max(0, number.start - 9), number.start)
    minute = 30 if unit and unit[2] else 0
    if lead and hour <= 5 and not _BEATEN.match(low, number.end):
        end = unit.end() if unit else number.end
        yield Piece(lead.start(), end, clock=Clock(hour + (12 if lead[1] == "บ่าย" else 0), minute))
    elif unit and unit[1] == "ทุ่ม" and hour <= 5:
        yield Piece(number.start, unit.end(), clock=Clock(18 + hour, minute))
    elif unit and unit[1] != "ทุ่ม":
        hour += 12 if unit[1] == "โมงเย็น" and hour < 12 else 0
        yield Piece(number.start, unit.end(), clock=Clock(hour, minute, sure=unit[1] != "โมง" or hour > 6))


def _burmese(reading: Reading, number: Number) -> Iterator[Piece]:
    """ည ၁၀ နာရီ: with the part of the day right before it; without one it may be a length of time."""
    unit = _BURMESE_UNIT.match(reading.low, number.end)
    if unit is None:
        return
    before = reading.spaced[max(0, number.start - 20) : number.start]
    named = [*time_lexicon("parts").hits(before, "my"), *time_lexicon("days").hits(before, "my")]
    if any(len(before) - hit.end <= 2 for hit in named):
        yield Piece(number.start, unit.end(), clock=Clock(int(number.low), 30 if unit[1] else 0, sure=False))


def _vietnamese_in_words(reading: Reading, number: Number) -> Iterator[Piece]:
    """Hai giờ sáng: with the part of the day after it; in figures it was found as written."""
    unit = _VIETNAMESE_UNIT.match(reading.low, number.end) if number.in_words else None
    if unit:
        yield Piece(number.start, unit.end(), clock=Clock(int(number.low), 30 if unit[1] else 0, sure=False))
