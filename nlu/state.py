"""Rasa's tracker from a folded state, and back. What the state is stands in `bot/dialogue/state.py`.

Every rule in `stories/rules.yml` is one message long (asserted at start-up by `turn.py`), which is why nothing older
than the state is needed to decide a turn.
"""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.state import EMPTY_SLOTS, RECENT_INTENTS, VERSION
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker


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
