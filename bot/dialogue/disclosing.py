"""What is told of ourselves, and of who may be told; and the question whom we may tell, asked again on their word.

Each works on the slots and adds to what is said.
"""

from typing import Any

from bot.dialogue.questions import next_question

WHO_IS_TOLD = "utter_who_is_told"
DISCLOSURES = ("utter_who", WHO_IS_TOLD, "utter_who_can_see")
Slots = dict[str, Any]


def disclose(slots: Slots, say: list[str]) -> None:
    """Who writes here, who may be told, who can see it: one with each turn that says nothing else beside its question,
    because nobody reads three messages at once. But nobody chooses before the rules were told."""
    told = slots["told_who"]
    if next_question(slots) == "tell_whom" and told <= DISCLOSURES.index(WHO_IS_TOLD):
        _tell_the_rules(slots, say)
    elif slots["safe_now"] is True and told < len(DISCLOSURES) and not say:
        say.append(DISCLOSURES[told])
        slots["told_who"] = told + 1


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
