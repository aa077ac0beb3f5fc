"""Which question comes next, from the slots alone. What an answer means stands in `hearing.py`."""

from collections.abc import Mapping
from typing import Any

# After "danger now?" at most five, each of which can be left out (docs/dialogue.md, rule 5).
_HELP = ("whose", "danger_now", "place", "details", "people", "write_back", "write_when", "tell_whom")
_TIP = ("danger_now", "details", "place", "when", "people", "children", "how_known", "confirmed", "correction")
_QUESTION = ("info_topic", "aid_kind", "departure", "scam_kind", "question")
QUESTIONS: Mapping[str, tuple[str, ...]] = {"help": _HELP, "tip": _TIP, "question": _QUESTION}
# What a number, or a button, answers; the codes are what staff's facts hold.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "topic": ("help", "tip", "question"),
    "whose": ("self", "other"),
    "info_topic": ("job_offer", "work", "out", "reporting", "lost_money", "aid", "other"),
    "aid_kind": ("shelter", "medical", "legal", "counselling", "embassy"),
    "scam_kind": ("lost_money", "brought_to_work"),
    "write_back": ("when_i_write", "at_times", "any_time"),
    "tell_whom": ("ours", "ngo", "embassy", "labour", "police"),
}
TAKES_FREE_TEXT = frozenset(
    {"place", "details", "question", "when", "people", "how_known", "write_when", "correction", "departure"}
)
YES_OR_NO = frozenset({"safe_now", "danger_now", "children", "confirmed", "wipe_confirmed"})
# What is told of a case and belongs to it: recorded for staff, and cleared when it is filed.
FACTS = (
    "topic",
    "whose",
    "danger_now",
    "details",
    "place",
    "when",
    "people",
    "children",
    "how_known",
    "write_back",
    "write_when",
    "tell_whom",
    "correction",
    "info_topic",
    "aid_kind",
    "departure",
    "scam_kind",
    "question",
)
# What is told of whoever writes, and stays true in their next case.
ABOUT_THE_WRITER = ("child",)
# What "is this right?" reads back to the person.
READ_BACK = ("details", "place", "when", "people")
# A question that is asked only after this answer to another one.
_ASKED_AFTER: Mapping[str, tuple[str, Any]] = {
    "write_when": ("write_back", "at_times"),
    "correction": ("confirmed", False),
    "aid_kind": ("info_topic", "aid"),
    "departure": ("info_topic", "job_offer"),
    "scam_kind": ("info_topic", "lost_money"),
}
# What is told at once when a subject is chosen: information, without reporting anything.
INFORMATION: Mapping[str, str] = {
    "job_offer": "utter_info_job_offer",
    "work": "utter_info_work",
    "out": "utter_info_out",
    "reporting": "utter_info_reporting",
    "shelter": "utter_info_shelter",
    "medical": "utter_info_medical",
    "legal": "utter_info_legal",
    "counselling": "utter_info_counselling",
    "embassy": "utter_info_embassy",
}

Slots = Mapping[str, Any]


def is_open(slots: Slots, name: str) -> bool:
    """True when the question was neither answered nor left out, and the answer before it calls for it."""
    before = _ASKED_AFTER.get(name)
    if before is not None and slots[before[0]] != before[1]:
        return False
    if name == "info_topic" and slots["question"] is not None:
        return False  # they asked already
    if name == "question" and slots["info_topic"] not in (None, "other"):
        return False
    if name == "confirmed" and all(slots[fact] is None for fact in READ_BACK):
        return False  # nothing was told that could be read back
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
    if slots["share_asked"] and is_open(slots, "tell_whom"):
        return "tell_whom"
    if slots["topic"] is None:
        return None if slots["filed"] else "topic"
    return next((name for name in QUESTIONS[slots["topic"]] if is_open(slots, name)), None)


def something_pending(slots: Slots) -> bool:
    """True when a fact was kept that belongs to no open report: it was told after filing, before safety was known."""
    return slots["topic"] is None and any(slots[name] is not None for name in FACTS)


def urgencies_of(slots: Slots) -> list[tuple[str, str]]:
    """What the answers alone say about urgency, and why, the most urgent first. It is only ever used to raise."""
    found = []
    if slots["danger_now"] is True:
        found.append((("CRITICAL" if slots["topic"] == "help" else "URGENT"), "danger_now"))
    child_in_need = slots["child"] is True and slots["topic"] == "help" and slots["whose"] == "self"
    if slots["children"] is True or child_in_need:
        found.append(("URGENT", "minor_exploited"))
    if slots["departure"] is not None:
        found.append(("HIGH", "about_to_travel"))
    return found
