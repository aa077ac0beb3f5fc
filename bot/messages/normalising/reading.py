"""A message as it can be compared: one spelling per script, Burmese in Unicode. Pure, and it never fails."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.messages.normalising import zawgyi
from bot.messages.normalising.canonical import canonical, clean
from bot.messages.normalising.zawgyi import Encoding

_MOST_PASSES = 4


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a text is read: `text` is the likelier reading, `other` the second one where the encoding is unclear.
    `encoding` is how it was typed, so that the answer can go out the same way."""

    text: str = field(repr=False)
    other: str | None = field(repr=False, default=None)
    encoding: Encoding = Encoding.UNICODE

    @property
    def zawgyi(self) -> bool:
        """Whether the text was certainly typed in Zawgyi, and `text` is converted."""
        return self.encoding is Encoding.ZAWGYI

    @property
    def all(self) -> tuple[str, ...]:
        """Every reading worth looking at."""
        return (self.text,) if self.other is None else (self.text, self.other)


def read(raw: str) -> Reading:
    """Normalise what somebody typed. Never fails, whatever the input; reading a reading changes nothing."""
    typed = clean(raw)
    first = _read_once(typed)
    if first.text == typed:
        return first
    text, again = first.text, _read_once(first.text).text
    for _ in range(_MOST_PASSES):  # signs at random may look like Zawgyi once they are in order; words do not
        if again == text:
            break
        text, again = again, _read_once(again).text
    return first if text == first.text else replace(first, text=text)


def _read_once(typed: str) -> Reading:
    as_unicode = canonical(typed)
    encoding = Encoding.UNICODE if typed.isascii() else zawgyi.encoding_of(typed)
    if encoding is Encoding.UNICODE:
        return Reading(text=as_unicode)
    converted = zawgyi.from_zawgyi(typed)
    # What would be taken for Zawgyi once more after its conversion was not Zawgyi, but no Burmese at all.
    if encoding is Encoding.ZAWGYI and zawgyi.encoding_of(converted) is not Encoding.ZAWGYI:
        return Reading(text=converted, encoding=Encoding.ZAWGYI)
    return Reading(text=as_unicode, other=converted, encoding=Encoding.UNCLEAR)


def warm_up() -> None:
    """Load the detector's model and the converter now, not with the first message."""
    zawgyi.warm_up()
