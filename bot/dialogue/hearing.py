"""What one message changes: the slots it fills, what is said about it, what the bot is asked to do.

Called by Rasa's forms (`nlu/actions.py`) and by the scripted engine (`bot/conversation/scripted_turn.py`); the
specification is `docs/dialogue.md`. Which question follows is decided by `questions.py`.
"""

from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.childhood import PERHAPS, SURELY
from bot.dialogue.disclosing import DISCLOSURES, ask_whom_to_tell, disclose, end_share
from bot.dialogue.message import NOT_UNDERSTOOD, Message
from bot.dialogue.questions import (
    CHOICES,
    FACTS,
    INFORMATION,
    QUESTIONS,
    TAKES_FREE_TEXT,
    at_rest,
    is_open,
    safety_unknown,
    something_pending,
    urgencies_of,
)
from bot.dialogue.state import forget_safety

KEPT_CHARACTERS = 80
_NO_MORE_THAN_AN_AGE = 40  # characters
_ANSWERED_AT_ONCE = frozenset({"info_topic", "aid_kind", "scam_kind"})  # what is chosen there is told in the same turn
# The last question of those who only ask.
_INFORMED_LAST = frozenset({"aid_kind", "departure", "scam_kind", "question"})
CASE_SLOTS: dict[str, Any] = {
    **dict.fromkeys(FACTS),
    "confirmed": None,
    "misses": 0,
    "urgent_said": False,
    "danger_first": False,
    "share_asked": False,
}


@dataclass
class Hearing:
    """The slots while one message is being heard, and what has been gathered to say and to do."""

    slots: dict[str, Any] = field(repr=False)
    say: list[str] = field(default_factory=list)
    do: list[dict[str, Any]] = field(default_factory=list, repr=False)
    _told: dict[str, Any] = field(default_factory=dict, repr=False)
    _before: list[tuple[str, str]] = field(default_factory=list)
    _raised: tuple[str, str] | None = None
    _person_wanted: bool = False

    def __post_init__(self) -> None:
        self._before = urgencies_of(self.slots)

    def hear(self, message: Message, requested: str | None) -> None:
        """Take in an ordinary message while the question `requested` is open (None: no question is)."""
        self.announce(message, requested)
        self._note_a_child(message)
        if message.intent == "location":
            self._keep("place", message.text)
            if requested is None and at_rest(self.slots):
                self._note()
            return
        if message.intent == "skip" and requested:
            self.leave_out(requested)
        elif message.beside_the_point:
            self._answer_kindly(message, requested)
        elif requested and self._answer(message, requested):
            self.slots["misses"] = 0
        elif requested is None:
            self._begin(message)
        else:
            self._hear_something_else(message, requested)

    def announce(self, message: Message, requested: str | None = None) -> None:
        """Tell that an urgent message arrived; it also settles what the conversation is about. It is told anew whenever
        distress comes up again, not after each of several urgent messages in a row; who wants to die is answered each
        time."""
        if not message.urgent:
            self.slots["urgent_said"] = False
            return
        if requested == "safe_now" and message.yes_or_no("safe_now") is False:
            return
        if message.gap or message.suicidal or not self.slots["urgent_said"]:
            self.say.append("utter_suicide_received" if message.suicidal else "utter_urgent_received")
            self.slots["urgent_said"] = True
        self._choose_topic("help")

    def leave_out(self, question: str) -> None:
        """The question is taken as unknown and not asked again; but who we are is told to nobody who has not said that
        it is safe, so that question stays open, and a person is called."""
        self.slots["misses"] = 0
        if question == "safe_now":
            self._person_wanted = True  # without a word: whoever holds the phone need not learn that people are here
            return
        if question == "topic":
            self._choose_topic("help")  # whoever cannot say what it is about is asked what a person in need is asked
            return
        if question == "wipe_confirmed":
            self.slots[question] = False
            return
        if question == "tell_whom" and self.slots["share_asked"] and safety_unknown(self.slots):
            return  # that they had asked to choose is told to nobody who has not said that it is safe; asked again
        self.slots["skipped"] = [*self.slots["skipped"], question]
        if question == "tell_whom" and self.slots["share_asked"]:
            end_share(self.slots, self.say, "utter_choice_unchanged")
            return
        self._begin_again_if_nothing_is_open()

    def want_person(self) -> None:
        """A person is asked for, or the machine gives up understanding. One is called at once; that there are people is
        told to nobody who has not said that it is safe."""
        self.slots["misses"] = 0
        self._person_wanted = True
        if safety_unknown(self.slots):
            self.slots["person_asked"] = True
        else:
            self.say.append("utter_to_person")

    def set_language(self, language: str) -> None:
        """A language was chosen."""
        self.slots["misses"] = 0
        self.do.append({"directive": "choose_language", "language": language})
        self.say.append("utter_language_set")

    def tell_status(self) -> None:
        """How far their words have come is known to the bot, not here."""
        self.slots["misses"] = 0
        self.do.append({"directive": "tell_status"})
        self.say.append("utter_status")

    def give_code(self) -> None:
        """A number is asked for, by which to come back from another phone."""
        self.slots["misses"] = 0
        self.do.append({"directive": "give_code"})
        self.say.append("utter_return_code")

    def tell_numbers(self) -> None:
        """Whom else they can call; which numbers were checked is known to the bot, not here."""
        self.slots["misses"] = 0
        self.do.append({"directive": "tell_numbers"})
        self.say.append("utter_hotlines")

    def keep_chat_empty(self, *, wanted: bool) -> None:
        """Their chat is to empty itself, or no longer; where messages cannot be deleted, the bot says so."""
        self.slots["misses"] = 0
        self.do.append({"directive": "keep_chat_empty", "wanted": wanted})
        self.say.append("utter_vanish" if wanted else "utter_keep")

    def ask_whom_to_tell(self) -> None:
        """They ask who is told, or want to choose anew."""
        ask_whom_to_tell(self.slots, self.say)

    def stop(self, message: Message) -> None:
        """They want to hear nothing more; what was told is kept. Words that are urgent are answered all the same."""
        if message.urgent:
            self.announce(message)
        self.do.append({"directive": "opt_out"})
        self.say.append("utter_stop")
        self.slots.update(misses=0, danger_first=False, share_asked=False)
        forget_safety(self.slots)

    def ask_danger_first(self) -> None:
        """Something arrived that cannot be read: danger is asked before safety, even when it was answered before."""
        self.say.append("utter_words_only")
        skipped = [name for name in self.slots["skipped"] if name != "danger_now"]
        self.slots.update(danger_first=True, danger_now=None, skipped=skipped, misses=0)

    def conclude(self) -> None:
        """No question is left: file the report, or note what was told beside one already filed."""
        topic = self.slots["topic"]
        if topic == "question" and self.slots["question"] is None and self.slots["departure"] is None:
            if not _INFORMED_LAST.isdisjoint(self.slots["skipped"]):
                self.say.append("utter_thanks")  # the last question was left out; without this it ended in silence
            finish_case(self.slots)  # informed, and nothing told that a person would have to read
        elif topic is not None:
            self.do.append({"directive": "file_report", "topic": topic})
            self.say.append("utter_filed")
            finish_case(self.slots)
        elif something_pending(self.slots):
            self._note()

    def _note_a_child(self, message: Message) -> None:
        """From now on the words are simpler. A bare age is the writer's own when the case is about themselves."""
        sure = message.child == SURELY or (message.child == PERHAPS and self.slots["whose"] == "self")
        if sure and not self.slots["child"]:
            self._keep("child", True)

    def _answer_kindly(self, message: Message, requested: str | None) -> None:
        """An insult, or "who is this?": a short word, and the open question stays open. Nothing counts against them."""
        self._keep_early(message)
        if requested in TAKES_FREE_TEXT and not message.exact:
            self._told["details"] = message.text  # it was perhaps the answer: nothing is lost
        if message.gap or safety_unknown(self.slots):
            return
        if message.intent == "insult":
            self.say.append("utter_insult")
        elif message.intent == "who_is_this":
            forget_safety(self.slots)  # another hand holds the phone: nothing is said before it is safe
        elif message.intent == "who_are_you":
            self.say.append(DISCLOSURES[0])
            self.slots["told_who"] = max(1, self.slots["told_who"])

    def directives(self) -> list[dict[str, Any]]:
        """All that was gathered, in the order of docs/dialogue.md."""
        do = list(self.do)
        if self._told:
            do.append({"directive": "record_facts", **self._told})
        if self._raised:
            do.append({"directive": "raise_urgency", "urgency": self._raised[0], "reason": self._raised[1]})
        if self._person_wanted:
            do.append({"directive": "call_person"})
        return do

    def _answer(self, message: Message, requested: str) -> bool:
        if requested in TAKES_FREE_TEXT:
            if message.is_bare_courtesy:
                return False
            self._keep(requested, message.text)
            self._keep_early(message)
            return True
        if requested in CHOICES:
            return self._answer_choice(message, requested)
        answer = message.yes_or_no(requested)
        if answer is None:
            return False
        self._keep_what_is_told(message)
        return self._answer_yes_or_no(requested, answer)

    def _answer_choice(self, message: Message, requested: str) -> bool:
        answered_at_once = requested in _ANSWERED_AT_ONCE or (requested == "tell_whom" and self.slots["share_asked"])
        if answered_at_once and safety_unknown(self.slots):
            return False  # the answer would be read by whoever holds the phone now; they are asked again
        choices, number = CHOICES[requested], message.number or 0
        chosen = choices[number - 1] if 1 <= number <= len(choices) else None
        if requested == "topic":
            chosen = chosen or self.slots["topic"] or message.topic
        elif requested in ("whose", "info_topic"):
            chosen = chosen or message.early.get(requested)
        if chosen is None:
            return False
        if requested == "topic":
            self._choose_topic(chosen)
        else:
            self._keep(requested, chosen)
            if requested == "tell_whom" and self.slots["share_asked"]:
                end_share(self.slots, self.say, "utter_choice_kept")
            if requested in _ANSWERED_AT_ONCE:
                self._inform(chosen)
        self._keep_what_is_told(message)
        return True

    def _inform(self, chosen: str) -> None:
        """Say what there is to say about a subject. Who got out, or was brought to work, is somebody in need."""
        if chosen in INFORMATION:
            self.say.append(INFORMATION[chosen])
        if chosen in ("out", "brought_to_work"):
            self._keep("topic", "help")
        elif self.slots["scam_kind"] == "lost_money":
            self.say.append("utter_info_lost_money")

    def _answer_yes_or_no(self, requested: str, answer: bool) -> bool:
        if requested == "danger_now":
            self._keep("danger_now", answer)
            if answer:
                self.slots["filed"] = False
        elif requested == "safe_now":
            self.slots["safe_now"] = answer
            self.do.append({"directive": "confirm_safe" if answer else "declare_unsafe"})
            if answer:
                if self.slots["person_asked"]:
                    self.slots["person_asked"] = False
                    self.say.append("utter_to_person")
                self._begin_again_if_nothing_is_open()
            else:
                self.say.append("utter_not_safe")
        elif requested == "children":
            self._keep(requested, answer)
        else:
            self.slots[requested] = answer
        return True

    def _hear_something_else(self, message: Message, requested: str) -> None:
        if message.topic and self.slots["topic"] is None:
            self._choose_topic(message.topic)
        self._keep_what_is_told(message)
        if message.gap:
            return  # the safe question is all that is said, and nothing counts against the person
        if message.intent in ("greet", "thanks"):
            self.slots["misses"] = 0
            if message.intent == "thanks" and not safety_unknown(self.slots):
                self.say.append("utter_thanks")
            return
        self.slots["misses"] += 1
        given_up = self.slots["misses"] >= 2
        if requested == "topic" and self.slots["topic"] is None:
            self._did_not_understand(given_up)
        elif given_up and requested != "wipe_confirmed":
            self._pass_on()
        if given_up:
            self.leave_out(requested)

    def _pass_on(self) -> None:
        """Asked once more in vain: a person reads what they mean. It is said where they have said that it is safe, and
        where nothing else is said of the question (whom we may tell, asked on their own word)."""
        self._person_wanted = True
        if not safety_unknown(self.slots) and not self.slots["share_asked"]:
            self.say.append("utter_to_person")

    def _begin(self, message: Message) -> None:
        """No question is open: the conversation begins, comes back after a gap, or is at rest after filing."""
        resting = at_rest(self.slots)
        if message.topic and self.slots["topic"] is None:
            self._choose_topic(message.topic)
            resting = False
        if message.intent == "thanks" and not safety_unknown(self.slots):
            self.slots["misses"] = 0
            self.say.append("utter_thanks")
        elif resting and message.intent == "greet":
            self.slots["filed"] = False
        elif resting and (message.exact or message.intent in ("affirm", "deny")):
            self.slots["misses"] += 1
            self._did_not_understand(self.slots["misses"] >= 2)
        else:
            self._keep_what_is_told(message)
            if resting and something_pending(self.slots):
                self._note()

    def _did_not_understand(self, given_up: bool) -> None:
        if given_up:
            self.want_person()
        else:
            self.say.append("utter_ask_rephrase")

    def _note(self) -> None:
        self.say.append("utter_noted")
        finish_case(self.slots)

    def disclose(self) -> None:
        """Tell who we are and who may be told, a piece with each turn that has room for it."""
        disclose(self.slots, self.say)

    def _begin_again_if_nothing_is_open(self) -> None:
        if self.slots["filed"] and self.slots["topic"] is None and not something_pending(self.slots):
            self.slots["filed"] = False

    def _choose_topic(self, topic: str) -> None:
        if self.slots["topic"] is not None:
            return
        self._keep("topic", topic)
        self.slots["filed"] = False
        if topic == "question" and self.slots["question"] is None and self.slots["details"] is not None:
            self._keep("question", self.slots["details"])

    def _keep_early(self, message: Message) -> None:
        for name, value in message.early.items():
            asked_for = name == "place" or (self.slots["topic"] in QUESTIONS and name in QUESTIONS[self.slots["topic"]])
            told_by_the_word = name == "info_topic" and self.slots[name] is None
            if asked_for and (is_open(self.slots, name) or told_by_the_word):
                self._keep(name, value)

    def _keep_what_is_told(self, message: Message) -> None:
        self._keep_early(message)
        if "info_topic" in message.early and self.slots["topic"] != "question":
            self._told["details"] = message.text  # "I was scammed", from somebody who asks for help or saw something
        if message.tells and (message.number is None or message.intent == NOT_UNDERSTOOD):
            fact = "question" if self.slots["topic"] == "question" else "details"
            if message.child and len(message.text) <= _NO_MORE_THAN_AN_AGE:
                self._told[fact] = message.text  # for staff; what has happened is still to be asked
            else:
                self._keep(fact, message.text)

    def _keep(self, fact: str, value: Any) -> None:
        self._told[fact] = value
        self.slots[fact] = value[:KEPT_CHARACTERS] if isinstance(value, str) else value
        new = [each for each in urgencies_of(self.slots) if each not in self._before]
        if new:
            self._raised = new[0]  # remembered here: the same turn may file the report and clear the answer


def finish_case(slots: dict[str, Any]) -> None:
    """Clear what belongs to the case, so that the next one never begins with this one's facts."""
    slots.update(CASE_SLOTS)
    slots["filed"] = True
    slots["skipped"] = [name for name in slots["skipped"] if name not in CASE_SLOTS]
