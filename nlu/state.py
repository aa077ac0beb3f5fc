"""The folded state of a conversation: slots, the open form and question, the last few intents. One to two kilobytes.

It holds no message and no history, so turn 200 costs what turn 5 costs. Every rule in `stories/rules.yml` is one
message long (asserted at start-up by `turn.py`), which is why nothing older than this is needed to decide a turn.
"""

from collections.abc import Mapping
from typing import Any

from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker

VERSION = 1
LOOPS = ("report_form", "wipe_form", "language_form")
RECENT_INTENTS = 4

# What a conversation begins with, and what a state may hold; anything else in it is refused.
EMPTY_SLOTS: Mapping[str, Any] = {
    "safe_now": None,
    "told_who": False,
    "topic": None,
    "danger_now": None,
    "place": None,
    "details": None,
    "question": None,
    "wipe_confirmed": None,
    "language_choice": None,
    "misses": 0,
    "filed": False,
    "skipped": [],
    "urgent_said": False,
    "danger_first": False,
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


def unfold(state: Mapping[str, Any]) -> list[Event]:
    """The shortest history after which Rasa stands where the state says: listening, inside the form, slots set."""
    events: list[Event] = [SlotSet(name, value) for name, value in state["slots"].items()]
    loop = state["loop"]
    if loop:
        # The form's own action must stand before its loop, or Rasa does not see a form that was running well.
        events += [ActionExecuted(loop), ActiveLoop(loop)]
        events.append(SlotSet("requested_slot", state["requested_slot"]))
        if state["rejected"]:
            events.append(ActionExecutionRejected(loop))
    events.append(ActionExecuted("action_listen"))
    return events


def fold(tracker: DialogueStateTracker, recent: list[str]) -> dict[str, Any]:
    """What is kept of a conversation after a turn; `unfold` of it predicts as the whole history would."""
    loop: str | None = tracker.active_loop_name
    return {
        "v": VERSION,
        "slots": {name: tracker.get_slot(name) for name in EMPTY_SLOTS},
        "loop": loop,
        "requested_slot": tracker.get_slot("requested_slot") if loop else None,
        "rejected": bool(tracker.is_active_loop_rejected),
        "recent": recent[-RECENT_INTENTS:],
    }
