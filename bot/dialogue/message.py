"""One message as the dialogue sees it: what was made of it, and the situation it was found in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

COMMANDS = frozenset(
    "stop wipe talk_to_person choose_language status code numbers vanish keep share start unreadable".split()
)
TOPIC_OF_INTENT = {"help_self": "help", "help_other": "help", "report_tip": "tip", "ask_information": "question"}
# The answer to each question that a guess, however sure, must not give: it is asked for again instead.
ONLY_IN_EXACT_WORDS = {"safe_now": True, "danger_now": False, "wipe_confirmed": True}
NOT_UNDERSTOOD = "nlu_fallback"
# Answered in a word, and the question stays open. "Who are you?" asks somebody who needs us; "who is this?" asks who
# found the phone: safety is forgotten, and the bot answers it (bot/conversation/cover_desk.py).
BESIDE_THE_POINT = frozenset({"insult", "who_are_you", "who_is_this"})
_PLEASANTRIES = frozenset({"greet", "thanks"}) | BESIDE_THE_POINT


@dataclass(frozen=True)
class Message:
    """The person's message in this turn; `exact` when the whole of it is a command word or a number."""

    intent: str
    text: str = field(repr=False)
    exact: bool = False
    number: int | None = None
    about_safety: bool | None = None  # "safe" is True, "not safe" False; they answer two questions differently
    early: Mapping[str, str] = field(default_factory=dict, repr=False)  # answers to questions not asked yet
    language: str | None = None
    urgent: bool = False
    suicidal: bool = False
    gap: bool = False
    child: str | None = None  # whether a child writes it: bot/dialogue/childhood.py

    @property
    def is_command(self) -> bool:
        return self.intent in COMMANDS

    @property
    def topic(self) -> str | None:
        return TOPIC_OF_INTENT.get(self.intent)

    @property
    def beside_the_point(self) -> bool:
        """Neither an answer nor a command. What is urgent never is."""
        return self.intent in BESIDE_THE_POINT and not self.urgent

    @property
    def is_bare_courtesy(self) -> bool:
        """Thanks or a greeting in exact words, and nothing else: no answer to any question."""
        return self.exact and self.intent in ("greet", "thanks") and not self.urgent

    @property
    def tells(self) -> bool:
        """True when the text may hold facts: anything in the person's own words that is not a bare pleasantry."""
        if self.exact or self.intent in _PLEASANTRIES:
            return self.urgent and not self.exact
        return bool(self.text)

    def yes_or_no(self, question: str) -> bool | None:
        """The answer this message gives to a yes/no question, or None."""
        if self.about_safety is not None:
            return {"safe_now": self.about_safety, "danger_now": not self.about_safety}.get(question)
        if self.number in (1, 2):
            return self.number == 1
        answer = {"affirm": True, "deny": False}.get(self.intent)
        return None if not self.exact and answer == ONLY_IN_EXACT_WORDS.get(question) else answer
