"""Whether a case may be about a child and sexual abuse: pure. Where both were named, the files of the conversation are
locked, and no machine and no single person looks into them. It wakes nobody; that is the floor's work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from bot.messages.normalising import Reading, canonical_pattern, without_marks

_WORDS = Path(__file__).with_name("safeguarding_words.yml")
_LONGEST = 20_000  # characters looked at; Telegram's longest text has 4,096


class Sign(StrEnum):
    """What was named in a conversation; kept with it, and never taken back by a machine."""

    CHILD = "child"  # somebody under 18
    SEXUAL = "sexual"  # sexual abuse, or its sale


_OF_TRIGGER = {
    "child_in_danger": Sign.CHILD,
    "minor_exploited": Sign.CHILD,
    "sexual_violence": Sign.SEXUAL,
}
_AGE = re.compile(r"\d+")
_OF_AGE = 18


def must_be_locked(signs: Iterable[str]) -> bool:
    """Whether the files of a conversation with these signs are locked."""
    return set(Sign) <= set(signs)


def signs_in_words(reading: Reading) -> frozenset[Sign]:
    """What a message names, in any language and under any reading of its script."""
    texts = {text[:_LONGEST].lower() for text in reading.all}
    texts |= {without_marks(text) for text in texts}
    return frozenset(sign for sign, pattern in _patterns().items() if any(pattern.search(text) for text in texts))


def signs_of_triggers(triggers: Iterable[str]) -> frozenset[Sign]:
    """What the reasons of the floor and the themes of the model tell."""
    return frozenset(_OF_TRIGGER[each] for each in triggers if each in _OF_TRIGGER)


def signs_of_facts(facts: Mapping[str, str]) -> frozenset[Sign]:
    """What was answered, and what the model named: children among them, an age, a kind of work."""
    found = set()
    if facts.get("children") == "yes" or _is_a_minor(facts.get("heard_age", "")):
        found.add(Sign.CHILD)
    if any(line.split(" ")[0] == "sex" for line in facts.get("heard_work", "").split("\n")):
        found.add(Sign.SEXUAL)
    return frozenset(found)


def _is_a_minor(ages: str) -> bool:
    """A line each, `14 (สิบสี่)`; `<18` and `10-20` count too."""
    values = [line.split(" ")[0] for line in ages.split("\n") if line]
    return any(int(lowest) < _OF_AGE or value == "<18" for value in values for lowest in _AGE.findall(value)[:1])


@cache
def _patterns() -> Mapping[Sign, re.Pattern[str]]:
    content = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return {
        sign: re.compile(
            "|".join(f"(?:{canonical_pattern(each)})" for each in _of_all_languages(content[sign.value])), re.IGNORECASE
        )
        for sign in Sign
    }


def _of_all_languages(words: Mapping[str, list[str]]) -> list[str]:
    return [each for language in words.values() for each in language]
