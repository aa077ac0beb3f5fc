"""Burmese in Zawgyi: found, converted, and converted back, beside myanmartools and ICU alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import cache

import icu
from babel.messages.pofile import read_po
from myanmartools import ZawgyiDetector

from bench.language.messages import ROOT
from bench.language.samples import lines, zawgyi_pairs
from bot.messages.normalising import Encoding, canonical, read, to_zawgyi

CATALOGUE = ROOT / "locale" / "my" / "LC_MESSAGES" / "sampan.po"
Detect = Callable[[str], Encoding]
DETECTION_COLUMNS = (
    "encoding",
    "Zawgyi found",
    "of distinct lines",
    "read both ways",
    "Unicode taken for Zawgyi",
    "ms/message",
)
CONVERSION_COLUMNS = (
    "conversion",
    "characters right",
    "whole lines right",
    "to Zawgyi and back: TALPCo",
    "our catalogue",
)


def detection_rows() -> list[list[str]]:
    """Of the lines that read differently in the two encodings, because others have no encoding to be found; and of
    lines in Unicode, how many were converted."""
    typed = lines("zawgyi_forums.my.txt") + [zawgyi for zawgyi, _ in zawgyi_pairs()]
    different = [line for line in typed if canonical(_plain_icu(line)) != canonical(line)]
    unicode_lines = lines("talpco.my.txt") + lines("sib200.my.jsonl") + [text for _, text in zawgyi_pairs()]
    rows = []
    for name, detect in (("ours", lambda text: read(text).encoding), ("myanmartools, 0.05 and 0.95", _plain_detection)):
        started = time.perf_counter()
        found = [detect(line) for line in different]
        wrong = [detect(line) for line in unicode_lines]
        milliseconds = (time.perf_counter() - started) * 1000 / (len(found) + len(wrong))
        rows.append(
            [
                name,
                share(found.count(Encoding.ZAWGYI), len(found)),
                _share_of_distinct(different, found),
                share(found.count(Encoding.UNCLEAR), len(found)),
                share(wrong.count(Encoding.ZAWGYI), len(wrong)),
                f"{milliseconds:.2f}",
            ]
        )
    return rows


def conversion_rows() -> list[list[str]]:
    """Both sides are brought to one spelling before they are compared."""
    pairs = zawgyi_pairs()
    ours = [(read(zawgyi).text, canonical(text)) for zawgyi, text in pairs]
    plain = [(canonical(_plain_icu(zawgyi)), canonical(text)) for zawgyi, text in pairs]
    return [
        ["ours", *_right(ours), *_round_trips(to_zawgyi)],
        ["ICU alone", *_right(plain), *_round_trips(_icu("my-Zawgyi").transliterate)],
    ]


def _share_of_distinct(texts: Sequence[str], found: Sequence[Encoding]) -> str:
    """Titles stand in the forum's lines again and again; here each text counts once."""
    once = dict(zip(texts, found, strict=True))
    return share(sum(each is Encoding.ZAWGYI for each in once.values()), len(once))


def share(part: int, whole: int) -> str:
    """A percentage with its count."""
    return f"{part / (whole or 1):.2%} ({part}/{whole})"


def _right(pairs: Sequence[tuple[str, str]]) -> list[str]:
    same = sum(
        block.size for got, want in pairs for block in SequenceMatcher(None, got, want, False).get_matching_blocks()
    )
    characters = sum(max(len(got), len(want)) for got, want in pairs)
    return [share(same, characters), share(sum(got == want for got, want in pairs), len(pairs))]


def _round_trips(convert: Callable[[str], str]) -> list[str]:
    cells = []
    for texts in (lines("talpco.my.txt"), _catalogue()):
        back = sum(canonical(_back(convert, text)) == canonical(text) for text in texts)
        cells.append(share(back, len(texts)))
    return cells


def _back(convert: Callable[[str], str], text: str) -> str:
    there = convert(text)
    return read(there).text if convert is to_zawgyi else _plain_icu(there)


def _catalogue() -> list[str]:
    with CATALOGUE.open("rb") as file:
        found = [message.string for message in read_po(file) if message.id and message.string]
    return [text for each in found for text in ([each] if isinstance(each, str) else each) if text]


def _plain_detection(text: str) -> Encoding:
    probability = _detector().get_zawgyi_probability(text)
    if probability < 0.05:
        return Encoding.UNICODE
    return Encoding.ZAWGYI if probability > 0.95 else Encoding.UNCLEAR


def _plain_icu(text: str) -> str:
    converted: str = _icu("Zawgyi-my").transliterate(text)
    return converted


@cache
def _icu(name: str) -> icu.Transliterator:
    return icu.Transliterator.createInstance(name)


@cache
def _detector() -> ZawgyiDetector:
    return ZawgyiDetector()
