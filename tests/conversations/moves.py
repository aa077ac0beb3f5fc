"""What a walk is made of: one message after the other, drawn by chance.

A move is told by its name; whoever knows the seed can make the same moves again, and no text has to be kept."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bench.chaos.words import LANGUAGES
from bot.messages.message import MessageKind
from tests.conversations.walk_words import (
    ALARMING,
    FOREIGN,
    HELP,
    NO_WORDS,
    SENTENCES,
    command_lists,
    practice,
)

LONGEST_WALK = 40
_ZERO = {"th": 0x0E50, "km": 0x17E0, "my": 0x1040}
_WITHOUT_WORDS = tuple(kind for kind in MessageKind if kind not in (MessageKind.TEXT, MessageKind.TAP))
_KINDS = ("number", "command", "sentence", "practice", "cry", "other")
_CALM, _RESTLESS = (45, 9, 20, 20, 3, 3), (25, 25, 18, 16, 7, 9)


@dataclass(frozen=True, kw_only=True)
class Move:
    """One message of a walk. Its name tells what it is; its text may be long and is never shown. `gap`: more than ten
    minutes since the last one. `alarming`: whatever else holds, somebody must be woken."""

    name: str
    language: str
    text: str = field(repr=False)
    kind: MessageKind = MessageKind.TEXT
    gap: bool = False
    alarming: bool = False

    def __str__(self) -> str:
        return f"{self.name} ({self.language}){' after a gap' if self.gap else ''}"


def word(text: str, language: str = "en") -> Move:
    """A move that is one word."""
    return Move(name=text, text=text, language=language)


def random_walk(chance: random.Random, longest: int = LONGEST_WALK) -> list[Move]:
    """Up to so many moves, mostly in one language. The same chance gives the same walk."""
    language, calm = chance.choice(LANGUAGES), chance.random() < 0.6
    length = chance.randint(1, longest)
    moves = opening(chance, language) if calm else []
    while len(moves) < length:
        if chance.random() < 0.05:
            language = chance.choice(LANGUAGES)
        moves.append(random_move(chance, language, calm=calm))
        if chance.random() < 0.01:
            moves += [replace(moves[-1], gap=False)] * chance.randint(4, 12)  # a flood of one message
    return moves[:length]


def opening(chance: random.Random, language: str) -> list[Move]:
    """What it is about, and that it is safe: chance alone would rarely come so far."""
    topic = chance.choice(("help", "tip", "question"))
    return [
        Move(name=topic, text=chance.choice(command_lists(language)[topic]), language=language),
        Move(name="1", text="1", language=language),
    ]


def asking_walk(chance: random.Random) -> list[Move]:
    """Somebody with a question, who says which of the six things it is about and answers once more; then by chance:
    the last of the answers one gets that way are met too rarely otherwise."""
    language = chance.choice(LANGUAGES)
    topic = Move(name="question", text=command_lists(language)["question"][0], language=language)
    asked = [topic, word("1", language), word(chance.choice("123456"), language), word(chance.choice("12"), language)]
    return [*asked, *(random_move(chance, language, calm=True) for _ in range(chance.randint(0, 6)))]


def random_move(chance: random.Random, language: str, *, calm: bool) -> Move:
    """Any one message. Who is calm mostly answers, or nothing would ever be told to its end."""
    gap = chance.random() < (0.01 if calm else 0.08)
    kind = chance.choices(_KINDS, _CALM if calm else _RESTLESS)[0]
    alarming = kind == "cry"
    if kind == "other":
        return replace(_other(chance, language), gap=gap)
    drawn = {"number": _number, "command": _command, "sentence": _sentence, "practice": _practice, "cry": _cry}
    name, text = drawn[kind](chance, language)
    return Move(name=name, text=text, language=language, gap=gap, alarming=alarming)


def _number(chance: random.Random, language: str) -> tuple[str, str]:
    number = chance.choices(range(1, 10), (30, 25, 9, 9, 9, 9, 3, 3, 3))[0]
    zero = _ZERO.get(language) if chance.random() < 0.5 else None
    return str(number), (chr(zero + number) if zero else str(number)) + chance.choice(("", "", ".", ")", " "))


def _command(chance: random.Random, language: str) -> tuple[str, str]:
    key = chance.choice([*sorted(command_lists(language)), "skip", "skip"])
    slash = "/" if chance.random() < 0.1 else ""
    return key, slash + chance.choice(command_lists(language)[key])


def _sentence(chance: random.Random, language: str) -> tuple[str, str]:
    name = chance.choice(list(SENTENCES))
    if chance.random() < 0.05:
        return "long text", " ".join([HELP[language]] * 120)[: chance.choice((900, 2000, 4000))]
    return name, SENTENCES[name][0][language]


def _practice(chance: random.Random, language: str) -> tuple[str, str]:
    return chance.choice(practice(language))


def _cry(chance: random.Random, language: str) -> tuple[str, str]:
    name = chance.choice(list(ALARMING))
    return name, ALARMING[name][language]


def _other(chance: random.Random, language: str) -> Move:
    """No words, words of another language, or digits that are no answer."""
    kind = chance.choice(_WITHOUT_WORDS)
    text = "14.1, 100.2" if kind is MessageKind.LOCATION else ""
    digits = "".join(chance.choice("0123456789") for _ in range(16))
    return chance.choice(
        (
            Move(name=kind.value, text=text, language=language, kind=kind),
            Move(name=kind.value, text=text, language=language, kind=kind),
            Move(name="foreign", text=chance.choice(FOREIGN), language=language),
            Move(name="no words", text=chance.choice(NO_WORDS), language=language),
            Move(name="four digits", text=digits[:4], language=language),
            Move(name="digits", text=f"{digits[:4]} {digits[4:8]} {digits[8:12]} {digits[12:]}", language=language),
        )
    )


def without_one(walk: Sequence[Move]) -> Iterator[list[Move]]:
    """Every walk that leaves one of the moves out."""
    return ([*walk[:place], *walk[place + 1 :]] for place in range(len(walk)))
