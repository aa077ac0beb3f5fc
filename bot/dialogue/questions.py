"""Which question comes next, from the slots alone. What an answer means stands in `hearing.py`."""

from collections.abc import Mapping
from typing import Any

QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "help": ("danger_now", "place", "details"),
    "tip": ("danger_now", "place", "details"),
    "question": ("question",),
}
FACTS = ("topic", "danger_now", "place", "details", "question")
TAKES_FREE_TEXT = frozenset({"place", "details", "question"})
YES_OR_NO = frozenset({"safe_now", "danger_now", "wipe_confirmed"})

Slots = Mapping[str, Any]


def is_open(slots: Slots, name: str) -> bool:
    """True when the question was neither answered nor left out."""
    return slots[name] is None and name not in slots["skipped"]


def safety_unknown(slots: Slots) -> bool:
    """True when nothing but the safe question may be said."""
    return slots["safe_now"] is not True and "safe_now" not in slots["skipped"]


def at_rest(slots: Slots) -> bool:
    """True when the report was filed and nothing new was begun."""
    return bool(slots["filed"]) and slots["topic"] is None and not safety_unknown(slots)


def next_question(slots: Slots) -> str | None:
    """The slot to ask for, or None when everything was answered or left out."""
    if slots["danger_first"] and is_open(slots, "danger_now"):
        return "danger_now"
    if safety_unknown(slots):
        return "safe_now"
    if slots["topic"] is None:
        return None if slots["filed"] else "topic"
    return next((name for name in QUESTIONS[slots["topic"]] if is_open(slots, name)), None)


def something_pending(slots: Slots) -> bool:
    """True when a fact was kept that belongs to no open report: it was told after filing, before safety was known."""
    return slots["topic"] is None and any(slots[name] is not None for name in FACTS)


def urgency_of(slots: Slots) -> str | None:
    """What the answers alone say about urgency; None when they say nothing. It is only ever used to raise."""
    if slots["danger_now"] is not True:
        return None
    return "CRITICAL" if slots["topic"] == "help" else "URGENT"
