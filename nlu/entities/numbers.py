"""Numbers in a text: in digits, in words of five languages, with multipliers, as ranges. Units are judged elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from nlu.entities.lookups import table
from nlu.entities.reading import Reading
from nlu.entities.words import LATIN, tree

LANGUAGES = ("th", "km", "vi", "my", "en")
MOST_NUMBERS = 60  # a text with more is a table, not a story
_POWERS = frozenset({10, 100, 1000, 10_000, 100_000, 1_000_000, 1_000_000_000})
_DIGITS = r"(?:\d{1,3}(?:[.,]\d{3})+(?!\d)|\d{1,15}(?:[.,]\d{1,2}(?!\d))?)"
_TO = r"(?: ?(?:-|–|~|ถึง|ដល់|မှ) ?| (?:to|or|đến|den|tới|hoặc|ទៅ|hay|-) )"


@dataclass(frozen=True)
class Number:
    """From `low` to `high` (alike but in ranges), where it stands in `Reading.low`; `in_words`: no digit in it.
    `multiplied_in`: the language of its multiplier, "" without one."""

    start: int
    end: int
    low: float
    high: float
    in_words: bool
    multiplied_in: str = ""

    @property
    def whole(self) -> bool:
        """Whether people or years can be counted by it."""
        return self.low == int(self.low) and self.high == int(self.high)


def value_of(parts: Sequence[int]) -> int:
    """Two, hundred, five, ten → 250: powers of ten multiply what stands before them, everything else adds up."""
    total, unit = 0, 0
    for part in parts:
        if part in _POWERS:
            smaller = total % part
            total += ((smaller + unit) or 1) * part - smaller
            unit = 0
        else:
            unit += part
    return total + unit


@cache
def _known() -> dict[str, tuple[int, str]]:
    words = {word: (value, language) for language in LANGUAGES for word, value in table("numbers")[language].items()}
    after = table("numbers")["after_digits"]
    short = {word: (value, language) for language in after for word, value in after[language].items()}
    return {**short, **words}


_GOES_ON = "(?![\u102b-\u103e\u0e30-\u0e3aa-z\u00c0-\u024f\u1e00-\u1eff])"
_NO_NAME_BEFORE = r"(?<![0-9.,])(?<!\b[a-z])(?<!\b[a-z]{2})"  # A3 and KK2 are names


@cache
def power_words() -> frozenset[str]:
    """Words that multiply, and alone are no amount: แสน, "million"."""
    return frozenset(word for word, (value, _) in _known().items() if value in _POWERS)


@cache
def _powers() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The multipliers after digits, and all number words."""
    powers = tree([word for word, (value, _) in _known().items() if value in _POWERS], " ")
    return re.compile(f" ?{powers}{_GOES_ON}"), re.compile(tree(_known(), " "))


@cache
def _pattern() -> re.Pattern[str]:
    times = f"(?:{_powers()[0].pattern}){{1,2}}"
    first = tree(table("numbers")["before_digits"], " ")
    digits = rf"{_NO_NAME_BEFORE}(?P<before>{first} ?)?(?P<low>{_DIGITS})(?P<low_times>{times})?"
    upto = rf"(?:{_TO}(?P<high>{_DIGITS})(?P<high_times>{times})?)?"
    return re.compile(f"{digits}{upto}|(?P<words>{'|'.join(_in_words(language) for language in LANGUAGES)})")


def _in_words(language: str) -> str:
    one = tree(table("numbers")[language], " ")
    if language in ("vi", "en"):
        return rf"(?<![{LATIN}]){one}(?:[ -]{one}){{0,6}}(?![{LATIN}])"
    return rf"{one}(?: ?{one}){{0,8}}"


def find_numbers(reading: Reading) -> list[Number]:
    """The first `MOST_NUMBERS` numbers of a text."""
    return [_number(match) for match in islice(_pattern().finditer(reading.low), MOST_NUMBERS)]


def untaken(numbers: Sequence[Number], taken: Sequence[tuple[int, int]]) -> list[Number]:
    """The numbers that touch none of some stretches of the text."""
    return [number for number in numbers if not any(start < number.end and number.start < end for start, end in taken)]


def _number(match: re.Match[str]) -> Number:
    words = match["words"]
    if words:
        value = value_of([_known()[word][0] for word in _powers()[1].findall(words)])
        return Number(match.start(), match.end(), value, value, in_words=True, multiplied_in=_language_of(words))
    before, low_times, high_times = match["before"] or "", match["low_times"] or "", match["high_times"] or ""
    low = _in_digits(match["low"]) * _product(before) * _product(low_times or (high_times if match["high"] else ""))
    high = _in_digits(match["high"]) * _product(high_times) if match["high"] else low
    return Number(
        match.start(),
        match.end(),
        low,
        max(low, high),
        in_words=False,
        multiplied_in=_language_of(before + low_times + high_times),
    )


def _in_digits(digits: str) -> float:
    """Three digits after a point or comma are thousands, one or two are a fraction."""
    head, mark, tail = digits.replace(",", ".").rpartition(".")
    return float(head.replace(".", "") + ("." + tail if len(tail) < 3 else tail)) if mark else float(digits)


def _product(words: str) -> int:
    product = 1
    for word in _powers()[1].findall(words):
        product *= _known()[word][0]
    return product


def _language_of(words: str) -> str:
    """The language of the last multiplier of some words; "" without one."""
    powers = [_known()[word] for word in _powers()[1].findall(words)]
    return next((language for value, language in reversed(powers) if value >= 1000), "")
