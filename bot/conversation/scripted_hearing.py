"""What one message changes when no model reads it: slots, words, directives (docs/dialogue.md, rules 2 to 7, 10 to 12).

Pure. Commands, and which question comes next, stand in scripted_turn.py; numbers in comments are those of the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bot.conversation.command_words import Command
from bot.conversation.directives import (
    CallPerson,
    ConfirmSafe,
    DeclareUnsafe,
    Directive,
    FileReport,
    RaiseUrgency,
    RecordFacts,
)
from bot.conversation.engine import Situation
from bot.conversation.folded_state import FoldedState, Slots
from bot.reports.urgency import Urgency

FACTS = ("topic", "danger_now", "place", "details", "question")
FREE_TEXT = ("place", "details", "question")
TOPICS = {"help_self": "help", "help_other": "help", "report_tip": "tip", "ask_information": "question"}
TOPIC_NUMBERS = {1: "help", 2: "tip", 3: "question"}
KEPT_CHARACTERS = 80


@dataclass(kw_only=True)
class Hearing:
    """One message being heard. `command` is None for free text; `slots` change as it is heard."""

    state: FoldedState
    text: str = field(repr=False)
    command: Command | None
    situation: Situation
    say: list[str] = field(default_factory=list)
    first: list[Directive] = field(default_factory=list)  # what the message itself asks for
    told: dict[str, str] = field(default_factory=dict, repr=False)
    person_wanted: bool = False
    filed_topic: str | None = None

    def __post_init__(self) -> None:
        self.slots = self.state.slots
        self._urgency_before = self._urgency()
        self._raised: Urgency | None = None

    @property
    def intent(self) -> str | None:
        """What the command word, the number or the kind of message stands for; None for free text."""
        if self.situation.kind != "text":
            return self.situation.kind
        return self.command.intent if self.command else None

    @property
    def directives(self) -> tuple[Directive, ...]:
        """All of the turn, in the order the contract gives."""
        do = [*self.first]
        if self.told:
            do.append(RecordFacts(facts=self.told))
        if self._raised is not None:
            do.append(RaiseUrgency(urgency=self._raised, reason="danger_now"))
        if self.person_wanted:
            do.append(CallPerson())
        if self.filed_topic:
            do.append(FileReport(topic=self.filed_topic))
        return tuple(do)

    def set(self, **changes: Any) -> None:
        """Change slots."""
        self.slots = replace(self.slots, **changes)
        now = self._urgency()
        if now is not None and now is not self._urgency_before:
            self._raised = now  # remembered here: the same turn may file the report and clear the answer

    def hear(self, asking: str | None) -> None:
        self.announce_urgent(asking)
        if self.intent == "location":
            resting = self._at_rest()
            self._keep("place", self.text)
            if asking is None and resting:
                self.note()
        elif self.intent == "skip" and asking:
            self._leave_out(asking)
        elif asking is None:
            self._hear_unasked()
        elif self._answer(asking):
            self.set(misses=0)
        else:
            self._hear_something_else(asking)

    def _answer(self, asking: str) -> bool:
        if asking in FREE_TEXT:
            self._keep(asking, self.text)
            return True
        if asking == "topic":
            return self._answer_topic()
        answer = self.yes_or_no(asking)
        if asking == "wipe_confirmed" and answer is not None:
            self.set(wipe_confirmed=answer)
        elif asking == "danger_now" and answer is not None:
            self.told["danger_now"] = "yes" if answer else "no"
            self.set(danger_now=answer, filed=self.slots.filed and not answer)
        elif asking == "safe_now" and answer is not None:
            self._answer_safe(answer)
        return answer is not None

    def _answer_topic(self) -> bool:
        number = self.command.number if self.command else None
        topic = TOPIC_NUMBERS.get(number or 0) or self.slots.topic or TOPICS.get(self.intent or "")
        if topic is None:
            return False
        self._choose_topic(topic)
        self._keep_free_text()
        return True

    def _answer_safe(self, safe: bool) -> None:
        self.set(safe_now=safe)
        if safe:
            self.first.append(ConfirmSafe())
            self._tell_who()
            self._begin_anew_if_nothing_is_open()
        else:
            self.first.append(DeclareUnsafe())
            self.say.append("utter_not_safe")

    def _hear_something_else(self, asking: str) -> None:
        """12 (and 11 at the topic question): kept, asked again once, then taken as unknown."""
        if self.intent in TOPICS:
            self._choose_topic(TOPICS[self.intent])
        self._keep_free_text()
        if self.situation.gap:
            return
        given_up = self.slots.misses >= 1
        self.set(misses=self.slots.misses + 1)
        if asking == "topic" and self.slots.topic is None:
            self._did_not_understand(given_up)
        if given_up:
            self._leave_out(asking)

    def _hear_unasked(self) -> None:
        """No question is open: the conversation begins, comes back, or is at rest after filing (6)."""
        resting = self._at_rest()
        if self.intent in TOPICS:
            self._choose_topic(TOPICS[self.intent])
        elif resting and self.command is not None:
            given_up = self.slots.misses >= 1
            self.set(misses=self.slots.misses + 1)
            self._did_not_understand(given_up)
        else:
            self._keep_free_text()
            if resting:
                self.note()

    def announce_urgent(self, asking: str | None = None) -> None:
        """3 and 4."""
        if not self.situation.urgent or (asking == "safe_now" and self.yes_or_no("safe_now") is False):
            return
        if self.situation.gap or not self.slots.urgent_said:
            self.say.append("utter_urgent_received")
            self.set(urgent_said=True)
        self._choose_topic("help")

    def yes_or_no(self, question: str) -> bool | None:
        if self.command is None:
            return None
        if self.command.about_safety is not None:
            return {"safe_now": self.command.about_safety, "danger_now": not self.command.about_safety}.get(question)
        if self.command.number in (1, 2):
            return self.command.number == 1
        return {"affirm": True, "deny": False}.get(self.command.intent)

    def _leave_out(self, question: str) -> None:
        self.set(misses=0)
        if question == "safe_now":
            self.want_person()  # who we are is told to nobody who has not said that it is safe
        elif question == "topic":
            self._choose_topic("help")
        elif question == "wipe_confirmed":
            self.set(wipe_confirmed=False)
        else:
            self.set(skipped=(*self.slots.skipped, question))
            self._begin_anew_if_nothing_is_open()

    def _choose_topic(self, topic: str) -> None:
        if self.slots.topic is not None:
            return
        self._keep("topic", topic)
        self.set(filed=False)
        if topic == "question" and self.slots.question is None and self.slots.details is not None:
            self._keep("question", self.slots.details)

    def _keep_free_text(self) -> None:
        if self.command is None and self.text:
            self._keep("question" if self.slots.topic == "question" else "details", self.text)

    def _keep(self, fact: str, value: str) -> None:
        self.told[fact] = value
        self.set(**{fact: value[:KEPT_CHARACTERS]})

    def _tell_who(self) -> None:
        if not self.slots.told_who:
            self.say += ["utter_who", "utter_who_can_see"]
            self.set(told_who=True)

    def want_person(self) -> None:
        self.person_wanted = True
        self.say.append("utter_to_person")
        self.set(misses=0)

    def _did_not_understand(self, given_up: bool) -> None:
        if given_up:
            self.want_person()
        else:
            self.say.append("utter_ask_rephrase")

    def note(self) -> None:
        self.say.append("utter_noted")
        self.finish_case()

    def finish_case(self) -> None:
        """What belongs to this case is cleared: the next one never begins with its facts (5)."""
        kept = self.slots
        self.slots = Slots(
            safe_now=kept.safe_now,
            told_who=kept.told_who,
            filed=True,
            skipped=tuple(name for name in kept.skipped if name not in FACTS),
        )

    def forget_safety(self) -> None:
        self.set(safe_now=None, skipped=tuple(name for name in self.slots.skipped if name != "safe_now"))

    def _begin_anew_if_nothing_is_open(self) -> None:
        if self.slots.filed and self.slots.topic is None and not self.pending():
            self.set(filed=False)

    def pending(self) -> bool:
        return self.slots.topic is None and any(getattr(self.slots, fact) is not None for fact in FACTS)

    def safety_unknown(self) -> bool:
        return self.slots.safe_now is not True and "safe_now" not in self.slots.skipped

    def _at_rest(self) -> bool:
        return self.slots.filed and self.slots.topic is None and not self.safety_unknown()

    def _urgency(self) -> Urgency | None:
        if self.slots.danger_now is not True:
            return None
        return Urgency.CRITICAL if self.slots.topic == "help" else Urgency.URGENT
