"""What is told of ourselves, and of who may be told; and the question whom we may tell, asked again on their word.

Each works on the slots and adds to what is said.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.dialogue.questions import next_question

WHO_IS_TOLD = "utter_who_is_told"
ANSWERS_TO_DISTRESS = frozenset({"utter_suicide_received", "utter_urgent_received"})
DISCLOSURES = ("utter_who", WHO_IS_TOLD, "utter_who_can_see")
Slots = dict[str, Any]


def disclose(slots: Slots, say: list[str]) -> None:
    """Who writes here, who may be told, who can see it: one with each turn that says nothing else beside its question,
    because nobody reads three messages at once. But nobody chooses before the rules were told: where distress has to be
    answered instead, they are not asked to."""
    told = slots["told_who"]
    if next_question(slots) == "tell_whom" and told <= DISCLOSURES.index(WHO_IS_TOLD):
        if ANSWERS_TO_DISTRESS.isdisjoint(say):
            _tell_the_rules(slots, say)
        else:  # there is no room for the rules beside it; nobody else is told, and "share" asks them at any time
            slots["skipped"] = [*slots["skipped"], "tell_whom"]
    elif slots["safe_now"] is True and told < len(DISCLOSURES) and not say:
        say.append(DISCLOSURES[told])
        slots["told_who"] = told + 1


def may_give_way(slots: Mapping[str, Any], say: Sequence[str]) -> str | None:
    """The disclosure of this turn that can as well be said with a later one. The rules beside the question of whom we
    may tell cannot, nor can who we are when that was asked."""
    for at, name in enumerate(DISCLOSURES):
        if name in say and slots.get("told_who") == at + 1 and "utter_ask_tell_whom" not in say:
            return name
    return None


def take_back(slots: Mapping[str, Any], disclosure: str) -> dict[str, Any]:
    """The slots when this disclosure was not said after all: it comes with a later turn."""
    return {**slots, "told_who": min(slots["told_who"], DISCLOSURES.index(disclosure))}


def ask_whom_to_tell(slots: Slots, say: list[str]) -> None:
    """They ask who is told, or want to choose anew: the rules are told first, then the question is asked again."""
    skipped = [name for name in slots["skipped"] if name != "tell_whom"]
    slots.update(share_asked=True, tell_whom=None, skipped=skipped, misses=0)
    _tell_the_rules(slots, say)


def end_share(slots: Slots, say: list[str], response: str) -> None:
    """The choice is made, or stays as it was; at rest there is no open case that it would have to be kept for."""
    slots["share_asked"] = False
    if slots["filed"] and slots["topic"] is None:
        slots["tell_whom"] = None
        slots["skipped"] = [name for name in slots["skipped"] if name != "tell_whom"]
    say.append(response)


def _tell_the_rules(slots: Slots, say: list[str]) -> None:
    say.append(WHO_IS_TOLD)
    slots["told_who"] = max(slots["told_who"], DISCLOSURES.index(WHO_IS_TOLD) + 1)
