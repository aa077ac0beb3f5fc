"""The forms and actions that `stories/rules.yml` names. They run inside the process; there is no action server.

Each translates between Rasa and `bot/dialogue`: slots in, SlotSets and messages out. Nothing here decides a rule.
"""

from abc import abstractmethod
from typing import Any

from bot.dialogue.commands import LANGUAGES
from bot.dialogue.hearing import Hearing
from bot.dialogue.message import Message
from bot.dialogue.questions import at_rest, next_question, safety_unknown, something_pending
from bot.dialogue.state import EMPTY_SLOTS, empty_state
from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction
from rasa_sdk.interfaces import ActionExecutionRejection

from nlu.message import read_message

Dispatcher = CollectingDispatcher
Domain = dict[str, Any]
Events = list[EventType]


def hearing_of(tracker: Tracker) -> Hearing:
    """A hearing over a copy of the slots."""
    return Hearing({name: tracker.get_slot(name) for name in EMPTY_SLOTS})


def message_of(tracker: Tracker) -> Message:
    """This turn's message."""
    return read_message(tracker.latest_message, tracker.get_slot("turn"))


def tell(hearing: Hearing, tracker: Tracker, dispatcher: Dispatcher, **marks: bool) -> Events:
    """Hand over what was gathered; return the slots that changed, and the marks later actions of this turn look for."""
    for response in hearing.say:
        dispatcher.utter_message(response=response)
    for directive in hearing.directives():
        dispatcher.utter_message(json_message=directive)
    changed = {name: value for name, value in hearing.slots.items() if value != tracker.get_slot(name)}
    changed["turn"] = {**tracker.get_slot("turn"), **marks}
    tracker.slots.update(changed)
    return [SlotSet(name, value) for name, value in changed.items()]


def resume(tracker: Tracker, slots: dict[str, Any]) -> Events:
    """Go back to the open question, if there is one. Inside a form Rasa does so by itself."""
    resting = at_rest(slots) and not something_pending(slots) and not slots["share_asked"]
    if (tracker.active_loop or {}).get("name") or resting:
        return []
    return [FollowupAction("report_form")]


class _Form(FormValidationAction):
    """A form that takes in the message once, leaves commands to the rules, and asks what `next_question` names."""

    opened_by = frozenset()  # the commands that open this form, and so are not declined by it

    def domain_slots(self, domain: Domain) -> list[str]:
        """Not used: the questions and their order depend on the slots."""
        return []

    async def get_extraction_events(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        """Nothing: one message may fill several slots, which `hear` settles together."""
        return []

    async def get_validation_events(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        """Take in the message, unless an action of this turn has. ActionExecutionRejection on a command."""
        if tracker.get_slot("turn").get("heard"):
            return []
        message = message_of(tracker)
        if message.is_command and message.intent not in self.opened_by:
            raise ActionExecutionRejection(self.name(), "left to the rules")
        hearing = hearing_of(tracker)
        marks = self.hear(hearing, message, tracker.get_slot(REQUESTED_SLOT))
        return tell(hearing, tracker, dispatcher, **marks)

    async def next_requested_slot(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> EventType | None:
        """The question to ask now; None in it ends the form."""
        return SlotSet(REQUESTED_SLOT, self.next_question(tracker.slots))

    @abstractmethod
    def hear(self, hearing: Hearing, message: Message, requested: str | None) -> dict[str, bool]:
        """Take in the message; return the marks for later actions of this turn."""

    @abstractmethod
    def next_question(self, slots: dict[str, Any]) -> str | None:
        """The slot to ask for, or None when the form is done."""


class ValidateReportForm(_Form):
    """The report: is it safe, what is it about, is anyone in danger, where, what happened."""

    def name(self) -> str:
        return "validate_report_form"

    def hear(self, hearing: Hearing, message: Message, requested: str | None) -> dict[str, bool]:
        hearing.hear(message, requested)
        hearing.disclose()
        return {"heard": True, "put_off": requested == "safe_now" and hearing.slots["safe_now"] is False}

    def next_question(self, slots: dict[str, Any]) -> str | None:
        return None if slots["turn"].get("put_off") else next_question(slots)


class ValidateWipeForm(_Form):
    """Erase everything? Whatever is not a yes leaves everything as it is."""

    opened_by = frozenset({"wipe"})

    def name(self) -> str:
        return "validate_wipe_form"

    def hear(self, hearing: Hearing, message: Message, requested: str | None) -> dict[str, bool]:
        if message.intent == "wipe":
            hearing.slots.update(wipe_confirmed=None, misses=0)
            hearing.announce(message)
            return {"heard": True}
        if message.gap and message.yes_or_no("wipe_confirmed") is None:
            return {"put_off": True}  # after a gap the safe question comes first
        hearing.hear(message, "wipe_confirmed")
        return {"heard": True}

    def next_question(self, slots: dict[str, Any]) -> str | None:
        answered = slots["wipe_confirmed"] is not None
        return None if answered or slots["turn"].get("put_off") else "wipe_confirmed"


class ValidateLanguageForm(_Form):
    """Which language? It holds nobody: any other answer is passed over to the report."""

    opened_by = frozenset({"start", "choose_language"})

    def name(self) -> str:
        return "validate_language_form"

    def hear(self, hearing: Hearing, message: Message, requested: str | None) -> dict[str, bool]:
        chosen = message.language if message.intent == "choose_language" else None
        if message.number in range(1, len(LANGUAGES) + 1):
            chosen = LANGUAGES[message.number - 1]
        if chosen:
            hearing.slots["language_choice"] = chosen
        elif message.intent not in self.opened_by:
            return {"put_off": True}
        return {"heard": True}

    def next_question(self, slots: dict[str, Any]) -> str | None:
        answered = slots["language_choice"] is not None
        return None if answered or slots["turn"].get("put_off") else "language_choice"


class AskWipe(Action):
    """The wipe question; its response is not named after the slot."""

    def name(self) -> str:
        return "action_ask_wipe_confirmed"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        dispatcher.utter_message(response="utter_ask_wipe")
        return []


class AskLanguage(Action):
    """The language question; its response is not named after the slot."""

    def name(self) -> str:
        return "action_ask_language_choice"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        dispatcher.utter_message(response="utter_choose_language")
        return []


class AfterReport(Action):
    """All questions are answered or left out: file the report. Or nothing was open: note what was told."""

    def name(self) -> str:
        return "action_after_report"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        hearing = hearing_of(tracker)
        if not tracker.get_slot("turn").get("put_off"):
            hearing.conclude()
        return tell(hearing, tracker, dispatcher)


class AfterWipeQuestion(Action):
    """Erase, or go back to the open question."""

    def name(self) -> str:
        return "action_after_wipe_question"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        hearing = hearing_of(tracker)
        if hearing.slots["wipe_confirmed"]:
            hearing.slots = empty_state()["slots"]
            hearing.do.append({"directive": "wipe"})
            hearing.say.append("utter_wiped")
            return tell(hearing, tracker, dispatcher)
        if hearing.slots["wipe_confirmed"] is False:
            hearing.say.append("utter_not_wiped")
        hearing.slots["wipe_confirmed"] = None
        return [*tell(hearing, tracker, dispatcher, put_off=False), *resume(tracker, hearing.slots)]


class AfterLanguageQuestion(Action):
    """Set the language that was chosen, then go back to the open question; or let the report hear the message."""

    def name(self) -> str:
        return "action_after_language_question"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        hearing = hearing_of(tracker)
        if hearing.slots["language_choice"] is None:
            return [*tell(hearing, tracker, dispatcher, put_off=False), FollowupAction("report_form")]
        hearing.set_language(hearing.slots["language_choice"])
        hearing.slots["language_choice"] = None
        return [*tell(hearing, tracker, dispatcher), *resume(tracker, hearing.slots)]


class Stop(Action):
    """Write nothing more. The next message, if one comes, begins with the safe question."""

    def name(self) -> str:
        return "action_stop"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        hearing = hearing_of(tracker)
        hearing.stop(message_of(tracker))
        events = tell(hearing, tracker, dispatcher, heard=True)
        return [*events, ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]


class CallPerson(Action):
    """A person is asked for."""

    def name(self) -> str:
        return "action_call_person"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        hearing = hearing_of(tracker)
        hearing.announce(message_of(tracker))
        hearing.want_person()
        return [*tell(hearing, tracker, dispatcher, heard=True), *resume(tracker, hearing.slots)]


class TellStatus(Action):
    """How far have my words come? Told to nobody who has not said that it is safe."""

    def name(self) -> str:
        return "action_tell_status"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        hearing = hearing_of(tracker)
        hearing.announce(message_of(tracker))
        if not safety_unknown(hearing.slots):
            hearing.tell_status()
        return [*tell(hearing, tracker, dispatcher, heard=True), *resume(tracker, hearing.slots)]


class GiveCode(Action):
    """A number to come back by. Told to nobody who has not said that it is safe."""

    def name(self) -> str:
        return "action_give_code"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        hearing = hearing_of(tracker)
        hearing.announce(message_of(tracker))
        if not safety_unknown(hearing.slots):
            hearing.give_code()
        return [*tell(hearing, tracker, dispatcher, heard=True), *resume(tracker, hearing.slots)]


class TellNumbers(Action):
    """Whom else can I call? Told to nobody who has not said that it is safe."""

    def name(self) -> str:
        return "action_tell_numbers"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        hearing = hearing_of(tracker)
        hearing.announce(message_of(tracker))
        if not safety_unknown(hearing.slots):
            hearing.tell_numbers()
        return [*tell(hearing, tracker, dispatcher, heard=True), *resume(tracker, hearing.slots)]


class KeepChatEmpty(Action):
    """Their chat is to empty itself, or no longer. Obeyed for nobody who has not said that it is safe."""

    def name(self) -> str:
        return "action_keep_chat_empty"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        message, hearing = message_of(tracker), hearing_of(tracker)
        hearing.announce(message)
        if not safety_unknown(hearing.slots):
            hearing.keep_chat_empty(wanted=message.intent == "vanish")
        return [*tell(hearing, tracker, dispatcher, heard=True), *resume(tracker, hearing.slots)]


class AskWhomToTell(Action):
    """Who may be told, and the question again. Asked of nobody who has not said that it is safe."""

    def name(self) -> str:
        return "action_ask_whom_to_tell"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        hearing = hearing_of(tracker)
        hearing.announce(message_of(tracker))
        if not safety_unknown(hearing.slots):
            hearing.ask_whom_to_tell()
        return [*tell(hearing, tracker, dispatcher, heard=True), *resume(tracker, hearing.slots)]


class SetLanguage(Action):
    """A language is named, or the list of languages is asked for."""

    def name(self) -> str:
        return "action_set_language"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        message, hearing = message_of(tracker), hearing_of(tracker)
        hearing.announce(message)
        if message.language not in LANGUAGES:
            return [*tell(hearing, tracker, dispatcher), FollowupAction("language_form")]
        hearing.set_language(message.language)
        return [*tell(hearing, tracker, dispatcher, heard=True), *resume(tracker, hearing.slots)]


class WordsOnly(Action):
    """Something that cannot be read arrived: ask the one question that matters, before anything else."""

    def name(self) -> str:
        return "action_words_only"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        hearing = hearing_of(tracker)
        hearing.announce(message_of(tracker))
        hearing.ask_danger_first()
        return [*tell(hearing, tracker, dispatcher, heard=True), FollowupAction("report_form")]


class DefaultFallback(Action):
    """No rule applied. Rasa's own fallback undoes the turn and its facts; here the report hears the message."""

    def name(self) -> str:
        return "action_default_fallback"

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: Domain) -> Events:
        return [FollowupAction("report_form")]


ALL_ACTIONS = (
    ValidateReportForm,
    ValidateWipeForm,
    ValidateLanguageForm,
    AskWipe,
    AskLanguage,
    AfterReport,
    AfterWipeQuestion,
    AfterLanguageQuestion,
    Stop,
    CallPerson,
    TellStatus,
    GiveCode,
    TellNumbers,
    KeepChatEmpty,
    AskWhomToTell,
    SetLanguage,
    WordsOnly,
    DefaultFallback,
)
