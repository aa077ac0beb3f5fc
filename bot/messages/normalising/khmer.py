"""Khmer: the signs of a cluster in one order and one spelling.

What looks alike on the screen is stored in many ways, because keyboards differ and people type what they see. The
order follows the Khmer encoding structure (Unicode L2/22-290): base, robat, subscripts with ro last, register
shifter, vowel, signs."""

from __future__ import annotations

import re

_CLUSTER = re.compile("[\u1780-\u17b3\u25cc]((?:\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1\u17dd])+)")
_PIECE = re.compile("\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1\u17dd]")
_RO = "\u17d2\u179a"
_SHIFTERS = "\u17c9\u17ca"
_UPPER_VOWELS = frozenset("\u17b7\u17b8\u17b9\u17ba\u17be\u17d0")
_U = "\u17bb"
_TAKES_MUUSIKATOAN = frozenset("\u1784\u1789\u1794\u1798\u1799\u179a\u179c\u1793\u179b")
_TWO_VOWELS = {
    "\u17c1\u17b8": "\u17be",
    "\u17b8\u17c1": "\u17be",
    "\u17c1\u17b6": "\u17c4",
    "\u17b6\u17c1": "\u17c4",
    "\u17c1\u17c1": "\u17c2",
}
_INVISIBLE = {"\u17b4": None, "\u17b5": None}
_OLD_LETTERS = {"\u17a3": "\u17a2", "\u17a4": "\u17a2\u17b6", "\u17b2": "\u17b1", "\u17dd": "\u17d1"}
_LETTERS = str.maketrans(_OLD_LETTERS | _INVISIBLE)
_COENG_DA, _COENG_TA = "\u17d2\u178a", "\u17d2\u178f"  # one shape on the screen, spelt either way


def khmer(text: str) -> str:
    """One spelling for every cluster. A coeng without a consonant after it is left where it is."""
    text = text.translate(_LETTERS).replace(_COENG_DA, _COENG_TA)
    return _CLUSTER.sub(_in_order, text)


def _in_order(cluster: re.Match[str]) -> str:
    base = cluster[0][0]
    pieces = sorted(_PIECE.findall(cluster[1]), key=_rank)
    signs = "".join(pieces)
    for typed, meant in _TWO_VOWELS.items():
        signs = signs.replace(typed, meant)
    return base + _once_each(_shifter_for_u(base, signs))


def _rank(piece: str) -> int:
    if piece[0] == "\u17d2":
        return 2 if piece == _RO else 1
    if piece == "\u17cc":
        return 0
    if piece in _SHIFTERS:
        return 3
    if piece <= "\u17c5":
        return 4
    if piece == "\u17c6":
        return 5
    return 7 if piece in "\u17c7\u17c8" else 6


def _shifter_for_u(base: str, signs: str) -> str:
    """Under an upper vowel a shifter is drawn like the vowel u, so people type the vowel."""
    if _U not in signs or not _UPPER_VOWELS.intersection(signs) or any(sign in signs for sign in _SHIFTERS):
        return signs
    shifter = _SHIFTERS[0] if base in _TAKES_MUUSIKATOAN else _SHIFTERS[1]
    return "".join(sorted(_PIECE.findall(signs.replace(_U, shifter)), key=_rank))


def _once_each(signs: str) -> str:
    return "".join(dict.fromkeys(_PIECE.findall(signs)))
