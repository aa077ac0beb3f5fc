"""The known forms of what a responder sends from the phone, typed or tapped: pure. All else is not understood."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

LONGEST_NAME = 60
_FORM = re.compile(
    r"\s*(?P<word>[a-z]{2,5})[\s,:]+(?P<number>\d{1,9})[\s,:]+(?P<code>[a-z0-9]{4})(?:[\s,:]+(?P<rest>.+?))?[\s.]*\Z",
    re.IGNORECASE,
)
_READY = re.compile(r"\s*(\d{1,9})[\s,:]+([a-z0-9]{4})[\s,:]+([1-9])[\s.]*\Z", re.IGNORECASE)


class Word(StrEnum):
    """What a responder wants done."""

    ACK = "ack"  # I take it; or: I am here, as I was asked
    UP = "up"  # send it on to the next step now
    CALL = "call"  # page this colleague by name
    GIVE = "give"  # ask this colleague to take it over
    YES = "yes"  # I do what I was asked
    NO = "no"  # I do not
    BUSY = "busy"  # I am at work on it, although I have not answered


_WORDS = {word.value: word for word in Word} | {"ok": Word.ACK}
_NAMES_SOMEBODY = frozenset({Word.CALL, Word.GIVE})


@dataclass(frozen=True, kw_only=True)
class ResponderReply:
    """A reply as it was typed or tapped. `ready` is a ready answer's number, and then there is no word; `name` is the
    colleague that is meant."""

    number: int
    code: str = field(repr=False)
    ready: int | None = None
    word: Word = Word.ACK
    name: str = field(repr=False, default="")


def parse_reply(text: str) -> ResponderReply | None:
    """Read a responder's words; None when they are none of the known forms."""
    if match := _READY.match(text):
        return ResponderReply(number=int(match[1]), code=match[2].upper(), ready=int(match[3]))
    match = _FORM.match(text)
    word = _WORDS.get(match["word"].lower()) if match else None
    if match is None or word is None:
        return None
    name = (match["rest"] or "").strip()
    if bool(name) is not (word in _NAMES_SOMEBODY) or len(name) > LONGEST_NAME:
        return None
    return ResponderReply(number=int(match["number"]), code=match["code"].upper(), word=word, name=name)
