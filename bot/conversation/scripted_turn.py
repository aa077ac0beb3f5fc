"""One scripted turn: commands, the wipe and the language question, and which question comes next. Pure.

The numbers in comments are those of the rules in docs/dialogue.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.directives import ChooseLanguage, OptOut, Wipe
from bot.conversation.folded_state import Slots
from bot.conversation.scripted_hearing import Hearing

QUESTIONS = {
    "help": ("danger_now", "place", "details"),
    "tip": ("danger_now", "place", "details"),
    "question": ("question",),
}
LANGUAGES = ("th", "km", "vi", "my", "en")  # the order of the buttons of utter_choose_language


@dataclass(kw_only=True)
class Turn(Hearing):
    """A hearing, and what is asked after it: `loop` and `requested`, the form and the question then open."""

    loop: str | None = None
    requested: str | None = None

    def take(self) -> None:
        """Take the turn; afterwards `say`, `directives`, `slots`, `loop` and `requested` are what it came to."""
        asking = self.state.asking
        fresh = self.situation.gap or self.intent == "start"
        if fresh or self.slots.safe_now is False:  # a "no" was for that moment only
            self.forget_safety()
        if fresh:
            self.set(danger_first=False)
        if self._obey_command(asking):
            return
        if asking == "wipe_confirmed":
            if not (self.situation.gap and self.yes_or_no(asking) is None):
                self._answer_wipe_question()
                return
            asking = None
        elif asking == "language_choice":
            if self._choose_language_by_number():
                return
            asking = None
        self.hear(asking)
        if self.slots.safe_now is False and asking == "safe_now":
            return  # 2: nothing else is said
        self._ask_next()

    def _obey_command(self, asking: str | None) -> bool:
        match self.intent:
            case "stop":
                self.first.append(OptOut())
                self.say.append("utter_stop")
                self.set(misses=0, danger_first=False)
                self.forget_safety()
            case "start":
                self._ask("language_form", "language_choice", "utter_choose_language")
            case "wipe":
                self.set(misses=0)
                self.announce_urgent()
                self._ask("wipe_form", "wipe_confirmed", "utter_ask_wipe")
            case "talk_to_person":
                self.announce_urgent()
                self.want_person()
                self._ask_again(asking)
            case "choose_language":
                self.announce_urgent()
                language = self.command.language if self.command else None
                self._set_language(language, asking)
            case "unreadable":
                self.announce_urgent()
                skipped = tuple(name for name in self.slots.skipped if name != "danger_now")
                self.set(danger_first=True, danger_now=None, skipped=skipped, misses=0)
                self.say.append("utter_words_only")
                self._ask_next()
            case _:
                return False
        return True

    def _set_language(self, language: str | None, asking: str | None) -> None:
        if language is None:
            self._ask("language_form", "language_choice", "utter_choose_language")
            return
        self.set(misses=0)
        self.first.append(ChooseLanguage(language=language))
        self.say.append("utter_language_set")
        self._ask_again(None if asking == "language_choice" else asking)

    def _choose_language_by_number(self) -> bool:
        number = self.command.number if self.command else None
        if number is None or not 1 <= number <= len(LANGUAGES):
            return False
        self._set_language(LANGUAGES[number - 1], None)
        return True

    def _answer_wipe_question(self) -> None:
        self.hear("wipe_confirmed")
        confirmed = self.slots.wipe_confirmed
        if confirmed is None:
            self._ask("wipe_form", "wipe_confirmed", "utter_ask_wipe")
        elif confirmed:
            self.first.append(Wipe())
            self.say.append("utter_wiped")
            self.slots = Slots()
        else:
            self.say.append("utter_not_wiped")
            self.set(wipe_confirmed=None)
            self._ask_again(None)

    def _ask_next(self) -> None:
        question = self._next_question()
        if question:
            self._ask("report_form", question, f"utter_ask_{question}")
        elif self.slots.topic is not None:
            self.filed_topic = self.slots.topic
            self.say.append("utter_filed")
            self.finish_case()
        elif self.pending():
            self.note()

    def _ask_again(self, asking: str | None) -> None:
        if asking == "wipe_confirmed":
            self._ask("wipe_form", "wipe_confirmed", "utter_ask_wipe")
        elif asking == "language_choice":
            self._ask("language_form", "language_choice", "utter_choose_language")
        else:
            self._ask_next()

    def _next_question(self) -> str | None:
        open_questions = [name for name in self._order() if self._is_open(name)]
        return open_questions[0] if open_questions else None

    def _order(self) -> tuple[str, ...]:
        danger_first = ("danger_now",) if self.slots.danger_first else ()
        safe = ("safe_now",) if self.safety_unknown() else ()
        if self.slots.topic is not None:
            return (*danger_first, *safe, *QUESTIONS[self.slots.topic])
        return (*danger_first, *safe, *(() if self.slots.filed else ("topic",)))

    def _is_open(self, name: str) -> bool:
        value = getattr(self.slots, name)
        return (value is None or (name == "safe_now" and value is False)) and name not in self.slots.skipped

    def _ask(self, loop: str, question: str, response: str) -> None:
        self.loop, self.requested = loop, question
        self.say.append(response)
