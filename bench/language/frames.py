"""Frames: two messages share one when they differ only in what fills it (places, numbers, names of money, punctuation,
politeness), or in next to nothing."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Iterator
from functools import cache

import yaml

from bench.language.messages import ROOT, heldout, training
from bot.messages.normalising import read, without_marks

_GRAM = 4
_ALIKE = 0.7  # share of common character 4-grams from which two texts count as one frame
_SHORTEST_COMPARED = 12  # characters; below it only equal frames are shared
_MONEY = (
    r"usdt?|baht|dollars?|kyats?|riels?|vnd|dong|บาท|ดอลลาร์|ដុល្លារ|រៀល|ကျပ်|ဘတ်|ဒေါ်လာ"
    r"|đồng|đô|triệu|ngàn|nghìn|ล้าน|แสน|หมื่น|พัน"
)
_POLITE = (
    r"ครับ|คับ|ค่ะ|คะ|จ้ะ|นะ|\bạ\b|\bnhé\b|\bvới\b|ပါ|ဗျ|ရှင့်|ရှင်|ဗျာ"
    r"|\bplease\b|\bpls\b|\bplz\b|សូម|ផង|\bsir\b|\bmadam\b"
)


@cache
def _places() -> re.Pattern[str]:
    names: set[str] = set()
    for aliases in yaml.safe_load((ROOT / "nlu" / "lookups" / "places.yml").read_text(encoding="utf-8")).values():
        names.update(str(name).lstrip("=").lower() for name in aliases["names"] if not str(name).startswith("?"))
    longest_first = sorted(names | {without_marks(name) for name in names}, key=len, reverse=True)
    return re.compile("|".join(re.escape(name) for name in longest_first))


def frame_of(text: str) -> str:
    """What is left of a text when everything that may fill a frame is blanked."""
    plain = read(text).text.lower()
    plain = _places().sub("□", plain)
    plain = re.sub(_MONEY, "", re.sub(_POLITE, "", plain))
    plain = without_marks(re.sub(r"\d[\d,.]*", "0", plain))
    return re.sub(r"[\W_]+", "", plain.replace("□", "p"))


def _grams(frame: str) -> frozenset[str]:
    return frozenset(frame[at : at + _GRAM] for at in range(max(len(frame) - _GRAM + 1, 0)))


def shared_frames(kept_out: Iterable[str], examples: Iterable[str]) -> Iterator[str]:
    """The examples that share a frame with one of the texts kept out."""
    frames = {frame_of(text) for text in kept_out}
    grams = [_grams(frame) for frame in frames if len(frame) >= _SHORTEST_COMPARED]
    holders: dict[str, list[int]] = collections.defaultdict(list)
    for number, each in enumerate(grams):
        for gram in each:
            holders[gram].append(number)
    for example in examples:
        frame = frame_of(example)
        if frame in frames or (len(frame) >= _SHORTEST_COMPARED and _is_alike(_grams(frame), grams, holders)):
            yield example


def _is_alike(own: frozenset[str], grams: list[frozenset[str]], holders: dict[str, list[int]]) -> bool:
    common: collections.Counter[int] = collections.Counter()
    for gram in own:
        common.update(holders.get(gram, ()))
    return any(count >= _ALIKE * len(own | grams[number]) for number, count in common.most_common(3))


def in_language(language: str) -> list[str]:
    """The training examples of a language that share a frame with its held-out messages."""
    kept_out = [message.text for message in heldout(language)]
    return list(dict.fromkeys(shared_frames(kept_out, [message.text for message in training(language)])))
