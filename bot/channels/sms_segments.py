"""What a text costs as SMS, and where it may be cut: pure functions, no network.

GSM-7 and its extension table are those of 3GPP TS 23.038, section 6.2.1; one character outside them turns the whole
message into UCS-2. A concatenated part loses 7 septets (153 of 160) or 3 code units (67 of 70) to its header
(3GPP TS 23.040, section 9.2.3.24.1).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from enum import StrEnum

from bot.channels.text_clusters import clusters, line_breaks

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENDED = frozenset("\f^{}\\[~]|€")  # each costs an escape and itself


class Encoding(StrEnum):
    """How a text travels."""

    GSM7 = "gsm7"  # 7 bits a character: 160 in one message, 153 in a part of several
    UCS2 = "ucs2"  # UTF-16 code units: 70 in one message, 67 in a part of several


SINGLE_UNITS = {Encoding.GSM7: 160, Encoding.UCS2: 70}
PART_UNITS = {Encoding.GSM7: 153, Encoding.UCS2: 67}


def encoding_of(text: str) -> Encoding:
    """How this text would travel once it is in NFC."""
    composed = unicodedata.normalize("NFC", text)
    return Encoding.GSM7 if all(c in GSM7_BASIC or c in GSM7_EXTENDED for c in composed) else Encoding.UCS2


def count_units(text: str) -> int:
    """Septets (GSM-7) or UTF-16 code units (UCS-2) of the text in NFC."""
    composed = unicodedata.normalize("NFC", text)
    return _septets(composed) if encoding_of(composed) is Encoding.GSM7 else utf16_units(composed)


def utf16_units(text: str) -> int:
    """UTF-16 code units: what UCS-2 messages and Telegram count; an emoji is two."""
    return sum(2 if ord(c) > 0xFFFF else 1 for c in text)


def part_count(text: str) -> int:
    """How many parts the network makes of it, and so what it costs: it cuts by units, wherever they fall.

    Only an escape and its character, or a surrogate pair, stay together. `segments` may need one part more.
    """
    composed = unicodedata.normalize("NFC", text)
    encoding = encoding_of(composed)
    measure = _septets if encoding is Encoding.GSM7 else utf16_units
    if measure(composed) <= SINGLE_UNITS[encoding]:
        return 1 if composed else 0
    parts, used = 1, 0
    for units in map(measure, composed):
        if used + units > PART_UNITS[encoding]:
            parts, used = parts + 1, 0
        used += units
    return parts


def segments(text: str) -> tuple[str, ...]:
    """The parts the text takes, in order; joined they are the text in NFC, and an empty text has none.

    Parts end between words where a word fits, else between clusters; only a cluster longer than a whole part is cut
    inside, at a code point.
    """
    composed = unicodedata.normalize("NFC", text)
    encoding = encoding_of(composed)
    measure = _septets if encoding is Encoding.GSM7 else utf16_units
    if measure(composed) <= SINGLE_UNITS[encoding]:
        return (composed,) if composed else ()
    return cut(composed, PART_UNITS[encoding], measure)


def cut(text: str, limit: int, measure: Callable[[str], int]) -> tuple[str, ...]:
    """Cut a text into pieces of at most `limit` units, between words where possible and never inside a cluster."""
    words = line_breaks(text)
    pieces: list[str] = []
    start = word_end = position = 0
    for atom in _atoms(text, limit, measure):
        end = position + len(atom)
        while start < position and measure(text[start:end]) > limit:
            at = word_end if word_end > start else position
            pieces.append(text[start:at])
            start = at
        if end in words:
            word_end = end
        position = end
    if start < len(text):
        pieces.append(text[start:])
    return tuple(pieces)


def _atoms(text: str, limit: int, measure: Callable[[str], int]) -> Iterator[str]:
    """Clusters; one that would not fit a piece on its own (10,000 stacked marks) falls into its code points."""
    for cluster in clusters(text):
        if measure(cluster) <= limit:
            yield cluster
        else:
            yield from cluster


def _septets(text: str) -> int:
    return sum(2 if c in GSM7_EXTENDED else 1 for c in text)
