"""One scripted turn: what Rasa's rules (`stories/rules.yml`) do with a command or an answer, without Rasa. Pure.

What a message changes and which question follows stand in `bot/dialogue`, for both engines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.commands import LANGUAGES
from bot.dialogue.doing import in_order
from bot.dialogue.hearing import Hearing
from bot.dialogue.message import Message
from bot.dialogue.questions import next_question, safety_unknown, something_pending
from bot.dialogue.saying import two_at_most
from bot.dialogue.state import RECENT_INTENTS, VERSION, empty_state

_QUESTION = {
    "wipe_confirmed": ("wipe_form", "utter_ask_wipe"),
    "language_choice": ("language_form", "utter_choose_language"),
}


class ScriptedTurn:
    """Takes in one message over a state that `begin` has opened; `say`, `do` and `state` are what it came to."""

    def __init__(self, state: Mapping[str, Any], message: Message) -> None:
        self._hearing = Hearing({**state["slots"]})
        self._message = message
        self._recent: list[str] = state["recent"]
        self._asking: str | None = state["requested_slot"] if state["loop"] else None
        self._loop: str | None = None
        self._requested: str | None = None
        self._wiped = False

    def take(self) -> None:
        """Obey a command, or hear an answer; then ask what is open."""
        if self._obey_command():
            return
        if self._asking == "wipe_confirmed":
            if not (self._message.gap and self._message.yes_or_no("wipe_confirmed") is None):
                self._answer_wipe_question()
                return
            self._asking = None  # after a gap the safe question comes first
        elif self._asking == "language_choice":
            if self._message.number in range(1, len(LANGUAGES) + 1):
                self._set_language(LANGUAGES[(self._message.number or 0) - 1])
                return
            self._asking = None  # it holds nobody
        self._hearing.hear(self._message, self._asking)
        self._hearing.disclose()
        if self._asking == "safe_now" and self._slots["safe_now"] is False:
            return  # nothing else is said
        self._ask_next()

    @property
    def say(self) -> list[str]:
        """The names of the responses, in order."""
        return two_at_most(self._hearing.say, str)

    @property
    def do(self) -> list[dict[str, Any]]:
        """The directives of docs/dialogue.md, in their order."""
        return in_order(self._hearing.directives())

    @property
    def state(self) -> dict[str, Any]:
        """What the next turn begins with."""
        if self._wiped:
            return empty_state()
        return {
            "v": VERSION,
            "slots": self._slots,
            "loop": self._loop,
            "requested_slot": self._requested,
            "rejected": False,
            "recent": [*self._recent, self._message.intent][-RECENT_INTENTS:],
        }

    @property
    def _slots(self) -> dict[str, Any]:
        return self._hearing.slots

    def _obey_command(self) -> bool:
        hearing, message = self._hearing, self._message
        if not message.is_command:
            return False
        if message.intent == "stop":
            hearing.stop(message)
        elif message.intent == "start":
            self._ask("language_choice")
        elif message.intent == "wipe":
            self._slots.update(wipe_confirmed=None, misses=0)
            hearing.announce(message)
            self._ask("wipe_confirmed")
        else:
            hearing.announce(message)
            self._obey_and_go_on()
        return True

    def _obey_and_go_on(self) -> None:
        if self._message.intent == "talk_to_person":
            self._hearing.want_person()
            self._ask_again()
        elif self._message.intent in ("status", "code", "numbers", "vanish", "keep", "share"):
            self._tell_what_is_asked(self._message.intent)
            self._ask_again()
        elif self._message.intent == "unreadable":
            self._hearing.ask_danger_first()
            self._ask_next()
        elif self._message.language in LANGUAGES:
            self._set_language(self._message.language)
        else:
            self._ask("language_choice")

    def _tell_what_is_asked(self, command: str) -> None:
        """Told to nobody who has not said that it is safe."""
        if safety_unknown(self._slots):
            return
        if command == "status":
            self._hearing.tell_status()
        elif command == "code":
            self._hearing.give_code()
        elif command == "numbers":
            self._hearing.tell_numbers()
        elif command == "share":
            self._hearing.ask_whom_to_tell()
        else:
            self._hearing.keep_chat_empty(wanted=command == "vanish")

    def _set_language(self, language: str) -> None:
        self._hearing.set_language(language)
        if self._asking == "language_choice":
            self._asking = None
        self._ask_again()

    def _answer_wipe_question(self) -> None:
        self._hearing.hear(self._message, "wipe_confirmed")
        confirmed = self._slots["wipe_confirmed"]
        if confirmed is None:
            self._ask("wipe_confirmed")
        elif confirmed:
            self._hearing.slots = empty_state()["slots"]
            self._hearing.do.append({"directive": "wipe"})
            self._hearing.say.append("utter_wiped")
            self._wiped = True
        else:
            self._hearing.say.append("utter_not_wiped")
            self._slots["wipe_confirmed"] = None
            self._ask_next()

    def _ask_again(self) -> None:
        if self._asking in _QUESTION:
            self._ask(self._asking)
        else:
            self._ask_next()

    def _ask_next(self) -> None:
        question = next_question(self._slots)
        if question is not None:
            self._ask(question)
        elif self._slots["topic"] is not None or something_pending(self._slots):
            self._hearing.conclude()

    def _ask(self, question: str) -> None:
        self._loop, response = _QUESTION.get(question, ("report_form", f"utter_ask_{question}"))
        self._requested = question
        self._hearing.say.append(response)
