"""Money demanded from people, and money they are said to owe. Wages, fares and prices are neither."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from nlu.entities.entity import Entity
from nlu.entities.lookups import table
from nlu.entities.numbers import Number, power_words
from nlu.entities.reading import Reading
from nlu.entities.words import Lexicon, Words, lexicon_of

NEAR = 45
NEAR_WITHOUT_CURRENCY = 8
# People leave the currency out where only one can be meant: "200 triệu" is đồng, ห้าแสน is baht, သိန်း ၅၀ is kyat.
_OF_MULTIPLIER = {"th": "THB", "vi": "VND", "my": "MMK"}
NO_CURRENCY = ""


@cache
def _currencies() -> Lexicon:
    return lexicon_of(table("currency"))


@cache
def _claims() -> dict[str, Words]:
    return {name: Words(table("money")[name]) for name in ("money_demanded", "debt", "neither", "not_money")}


def find_money(reading: Reading, numbers: Sequence[Number]) -> Iterator[Entity]:
    """Amount and currency (ISO 4217 or USDT) as `money_demanded` or as `debt`: "5000 USD", "10000-20000 THB", and
    "80000" when no currency was named."""
    if not numbers:
        return
    currencies = [(hit.value, hit.start, hit.end) for hit in _currencies().hits(reading.spaced, None)]
    claims = [
        (name, start, end)
        for name, words in _claims().items()
        if name != "not_money"
        for start, end in words.spans(reading.spaced)
    ]
    for number in numbers:
        found = _amount(reading, number, currencies)
        if found is None:
            continue
        currency, start, end = found
        near = NEAR if currency != NO_CURRENCY else NEAR_WITHOUT_CURRENCY
        kind = _claim(reading, start, end, claims, near)
        if kind in ("money_demanded", "debt"):
            yield reading.entity(kind, f"{_amount_text(number)} {currency}".rstrip(), start, end)


def _amount(
    reading: Reading, number: Number, currencies: Sequence[tuple[str, int, int]]
) -> tuple[str, int, int] | None:
    for currency, start, end in currencies:
        if 0 <= start - number.end <= 1 or (0 <= number.start - end <= 1 and start < number.start):
            return currency, min(start, number.start), max(end, number.end)
    if number.high < 100 or _claims()["not_money"].after(reading.spaced, number.end) is not None:
        return None
    if number.in_words and (
        not number.multiplied_in or reading.low[number.start : number.end].strip() in power_words()
    ):
        return None
    if set(f"{number.low:.0f}") == {"5"}:
        return None  # Thai laughter: 555
    if number.low == number.high and 1900 <= number.low <= 2600 and not number.multiplied_in:
        return None  # a year, rather
    return _OF_MULTIPLIER.get(number.multiplied_in, NO_CURRENCY), number.start, number.end


def _claim(reading: Reading, start: int, end: int, claims: Sequence[tuple[str, int, int]], near: int) -> str | None:
    """What the nearest word of the sentence makes of an amount; what stands before it counts as nearer."""
    first, last = reading.sentence(start, end)
    best: tuple[int, str] | None = None
    for name, begin, stop in claims:
        if begin < first or stop > last or (begin < end and start < stop):
            continue
        distance = start - stop if stop <= start else 12 + begin - end
        if name == "neither":
            distance -= 2
        if distance <= near * (2 if name == "debt" else 1) and (best is None or distance < best[0]):
            best = distance, name
    return best[1] if best else None


def _amount_text(number: Number) -> str:
    low, high = (f"{value:.0f}" if value == int(value) else f"{value:.2f}" for value in (number.low, number.high))
    return low if low == high else f"{low}-{high}"
