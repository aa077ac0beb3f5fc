"""Runs inside the Rasa environment: random conversations over the folded state and over the whole history, compared.

Prints one JSON object: turns, reports filed, longest history in events, largest state in bytes, and differences.
"""
# mypy: ignore-errors
# It runs in the Rasa environment, which the service's type checker does not see.

import asyncio
import json
import random
import sys
from pathlib import Path
from typing import Any

from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

import nlu.quiet as quiet  # before Rasa
from bot.dialogue.doing import in_order
from bot.dialogue.saying import two_at_most
from bot.dialogue.state import EMPTY_SLOTS, begin, check_state
from nlu.in_process import Collector
from nlu.state import fold, unfold
from nlu.turn import Dialogue, hear_urgency

TEXTS = (
    "skip", "skip", "skip", "skip", "skip",
    "1", "1", "2", "yes", "no", "skip", "help", "tip", "question", "zzkq", "they took my passport at Poipet", "hello",
    "thank you", "I saw girls locked in a house", "stop", "wipe", "person", "language", "khmer", "is this job real?",
)  # fmt: skip
SITUATIONS = [{"kind": "text", "urgent": False, "gap": False}] * 12 + [
    {"kind": "text", "urgent": True, "gap": False},
    {"kind": "text", "urgent": False, "gap": True},
    {"kind": "start", "urgent": False, "gap": False},
    {"kind": "unreadable", "urgent": False, "gap": False},
    {"kind": "location", "urgent": False, "gap": False},
]


class WholeHistory:
    """A conversation whose tracker is never folded: every event since its first message is still in it."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self.tracker = DialogueStateTracker.from_events(
            "-", unfold(check_state(None)), slots=dialogue._processor.domain.slots
        )

    async def take_turn(self, request: dict[str, Any]) -> dict[str, Any]:
        """As Dialogue.take_turn, on the whole history."""
        domain = self._dialogue._processor.domain
        channel = Collector()
        message = await self._dialogue._read(request, request["situation"]["kind"], channel)
        situation = {"suicidal": False, **request["situation"]}
        hear_urgency(message.parse_data, situation)
        before = fold(self.tracker, [])
        begun = begin(before, gap=situation["gap"], kind=situation["kind"])
        events = [SlotSet(name, value) for name, value in begun["slots"].items() if value != before["slots"][name]]
        if begun["loop"] != before["loop"]:
            # What `begin` opens, it opens before the message: after the listening that precedes it.
            listened = self.tracker.events.pop()
            events += [ActionExecuted(begun["loop"]), ActiveLoop(begun["loop"]), listened]
        self.tracker.update_with_events([*events, SlotSet("turn", situation)], domain)
        await self._dialogue._processor.take(message, self.tracker)
        if any(directive["directive"] == "wipe" for directive in channel.do):
            listened = self.tracker.events.pop()  # the listening stays the last of a turn
            emptied = [SlotSet(name, value) for name, value in EMPTY_SLOTS.items()]
            self.tracker.update_with_events([*emptied, listened], domain)
        return {
            "say": two_at_most(channel.say, lambda each: str(each["response"])),
            "do": in_order(channel.do),
            "state": fold(self.tracker, []),
        }


async def compare(dialogue: Dialogue, conversations: int, turns: int) -> dict[str, Any]:
    """Take every turn twice."""
    chance = random.Random(20)
    report: dict[str, Any] = {"turns": 0, "filed": 0, "events": 0, "bytes": 0, "differences": []}
    for number in range(conversations):
        whole, state = WholeHistory(dialogue), None
        for turn in range(turns):
            situation = chance.choice(SITUATIONS)
            text = {"text": chance.choice(TEXTS), "location": "14.1, 100.2"}.get(situation["kind"], "")
            request = {"text": text, "language": "en", "channel": "sms", "situation": situation}
            folded = await dialogue.take_turn({**request, "state": state})
            full = await whole.take_turn(request)
            state = json.loads(json.dumps(folded["state"]))
            report["turns"] += 1
            report["filed"] += any(each["directive"] == "file_report" for each in folded["do"])
            report["events"] = max(report["events"], len(whole.tracker.events))
            report["bytes"] = max(report["bytes"], len(json.dumps(state)))
            same = {**folded["state"], "recent": []} == full["state"]
            if not same or (folded["say"], folded["do"]) != (full["say"], full["do"]):
                report["differences"].append(f"conversation {number}, turn {turn}")
                break
    return report


if __name__ == "__main__":
    quiet.silence_logs()
    print(json.dumps(asyncio.run(compare(Dialogue(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])))))  # noqa: T201
