"""The folded state of a conversation: slots, the open form and question, the last few intents. One to two kilobytes.

It holds no message and no history, so turn 200 costs what turn 5 costs. Both engines read and write it.
"""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.questions import ABOUT_THE_WRITER, FACTS, READ_BACK, safety_unknown

VERSION = 1
LOOPS = ("report_form", "wipe_form", "language_form")
RECENT_INTENTS = 4

# What a conversation begins with, and what a state may hold; anything else in it is refused.
EMPTY_SLOTS: Mapping[str, Any] = {
    "safe_now": None,
    "told_who": 0,
    **dict.fromkeys((*FACTS, *ABOUT_THE_WRITER)),
    "confirmed": None,
    "wipe_confirmed": None,
    "language_choice": None,
    "misses": 0,
    "filed": False,
    "skipped": [],
    "urgent_said": False,
    "danger_first": False,
    "share_asked": False,
    "person_asked": False,
}


class BadStateError(ValueError):
    """The state does not have the shape that `fold` writes. It carries nothing of what was in it."""


def empty_state() -> dict[str, Any]:
    """The state before the first message, and after everything was erased."""
    return {
        "v": VERSION,
        "slots": {**EMPTY_SLOTS, "skipped": []},
        "loop": None,
        "requested_slot": None,
        "rejected": False,
        "recent": [],
    }


def check_state(state: Any) -> dict[str, Any]:
    """Return the state as it is, or raise BadStateError when `fold` could not have written it."""
    if state is None:
        return empty_state()
    if not isinstance(state, dict) or state.get("v") != VERSION:
        raise BadStateError("unknown version of the state")
    slots, loop, requested = state.get("slots"), state.get("loop"), state.get("requested_slot")
    if not isinstance(slots, dict) or not set(slots) <= set(EMPTY_SLOTS):
        raise BadStateError("unknown slots")
    if loop not in (None, *LOOPS) or requested not in (None, *EMPTY_SLOTS) or (requested and not loop):
        raise BadStateError("unknown form or question")
    recent = state.get("recent")
    if not isinstance(recent, list) or not all(isinstance(intent, str) for intent in recent):
        raise BadStateError("unknown recent intents")
    return {**state, "slots": {**empty_state()["slots"], **slots}, "rejected": bool(state.get("rejected"))}


def begin(state: Mapping[str, Any], *, gap: bool, kind: str) -> dict[str, Any]:
    """The state as a turn finds it: after a gap safety is forgotten, and until it is known the report is open."""
    slots = {**state["slots"]}
    fresh = gap or kind == "start"
    if fresh or slots["safe_now"] is False:  # a "no" was for that moment only
        forget_safety(slots)
    if fresh:
        slots["danger_first"] = False
    loop = state["loop"]
    if loop is None and safety_unknown(slots):
        loop = "report_form"
    return {**state, "slots": slots, "loop": loop}


def forget_safety(slots: dict[str, Any]) -> None:
    """The phone may be in another hand by now: the safe question is asked anew. That hand can tap "yes" as well, so
    what was told before is not read back, nor that a person was asked for."""
    slots["safe_now"] = None
    slots["person_asked"] = False
    slots["skipped"] = [name for name in slots["skipped"] if name != "safe_now"]
    if "confirmed" not in slots["skipped"] and any(slots[fact] is not None for fact in READ_BACK):
        slots["skipped"].append("confirmed")
