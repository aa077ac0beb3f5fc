"""What docs/dialogue.md promises of every turn, whatever was written before it. walking.py takes the walks.

A promise that was broken is told by its name and the names of moves and responses: never by a word that was written."""

from __future__ import annotations

import json

from bot.conversation.directives import (
    ConfirmSafe,
    DeclareUnsafe,
    FileReport,
    GiveCode,
    RecordFacts,
    TellNumbers,
    TellStatus,
    Wipe,
)
from bot.conversation.engine import Situation
from bot.dialogue.commands import LANGUAGES
from bot.dialogue.hearing import CASE_SLOTS
from bot.dialogue.message import BESIDE_THE_POINT, COMMANDS, NOT_UNDERSTOOD, TOPIC_OF_INTENT
from bot.dialogue.questions import CHOICES, READ_BACK, TAKES_FREE_TEXT, YES_OR_NO
from bot.dialogue.state import BadStateError, check_state, empty_state
from tests.conversations.walks import Turn

LARGEST_STATE_BYTES = 16 * 1024
RECEIVED = {"urgent_received", "suicide_received"}
# What may be said to whoever has not said that it is safe: nothing that tells who we are, or what was told us.
NEUTRAL = RECEIVED | set(
    "ask_safe_now not_safe words_only ask_danger_now stop choose_language language_set ask_wipe wiped not_wiped".split()
)
_ASKED_AS = {"wipe_confirmed": "ask_wipe", "language_choice": "choose_language"}
_NO_ANSWER_EITHER = COMMANDS | BESIDE_THE_POINT | {"greet", "thanks", "start", "unreadable", "location"}


class Promises:
    """Looks at the turns of one walk, in order."""

    def __init__(self) -> None:
        self._asked_again = 0
        self._told_before_a_gap = False
        self._rules_told = False

    def broken(self, turn: Turn) -> list[str]:
        """The names of the promises that this turn breaks."""
        return [name for name, kept in self._kept(turn).items() if not kept]

    def _kept(self, turn: Turn) -> dict[str, bool]:
        return {
            "nobody is left in silence": bool(turn.answer.say),
            "two messages at most": len(turn.said) <= 2,
            "the open question is the last word": _ends_with_the_open_question(turn),
            "asked again once": self._asked_again_once(turn),
            "what was answered is not asked again": not (_is_answered(turn) and _is_asked_again(turn)),
            "nothing told before a gap is read back": self._is_discreet(turn),
            "nobody chooses before the rules are told": self._knows_the_rules(turn),
            "neutral until it is safe": _is_neutral(turn),
            "no word of theirs is handed back": not any(each.arguments for each in turn.answer.say),
            "the state is small and can be read": _is_good_state(turn),
            "urgent is answered": _urgent_is_answered(turn),
            "urgent is alarmed within its turn": not _must_alarm(turn) or turn.verdict.urgency.pages,
            "safe, erased and no danger only in exact words": turn.exact or not _takes_something_back(turn),
            "no fact is lost": _facts_are_kept(turn),
            "the next case begins empty": _next_case_is_empty(turn),
        }

    def _asked_again_once(self, turn: Turn) -> bool:
        """The safe question is the exception: it stays open."""
        before, after = turn.before["requested_slot"], turn.after["requested_slot"]
        intent, situation = turn.answer.understanding.intent or NOT_UNDERSTOOD, turn.arrived.request.situation
        counts = situation.kind == "text" and not situation.gap and intent not in _NO_ANSWER_EITHER
        same = counts and before is not None and before == after and before != "safe_now"
        self._asked_again = self._asked_again + 1 if same else 0
        return self._asked_again <= 1

    def _knows_the_rules(self, turn: Turn) -> bool:
        """Who may be told without their word is said before, or beside, the first question of whom we may tell."""
        self._rules_told = self._rules_told or "who_is_told" in turn.said
        if any(isinstance(each, Wipe) for each in turn.answer.do):
            self._rules_told = False
            return True
        return self._rules_told or "ask_tell_whom" not in turn.said

    def _is_discreet(self, turn: Turn) -> bool:
        """Another hand can say that it is safe as well; what it must not get is what was told before it came."""
        before, after = turn.before["slots"], turn.after["slots"]
        told = any(before[fact] is not None for fact in READ_BACK)
        if told and (
            turn.arrived.request.situation.gap
            or turn.arrived.request.situation.kind == "start"
            or before["safe_now"] is False
        ):
            self._told_before_a_gap = True
        if all(after[fact] is None for fact in READ_BACK):
            self._told_before_a_gap = False
        return not (self._told_before_a_gap and "ask_confirmed" in turn.said)


def _ends_with_the_open_question(turn: Turn) -> bool:
    requested = turn.after["requested_slot"]
    if "return_code" in turn.said:
        requested = None  # it asks for its last four digits: the open question waits for them
    questions = [name for name in turn.said if name.startswith("ask_") or name == "choose_language"]
    asked = [name for name in questions if name != "ask_rephrase"]
    expected = _ASKED_AS.get(requested, f"ask_{requested}")
    return (asked == [expected] and turn.said[-1] == expected) if requested else not asked


def _is_neutral(turn: Turn) -> bool:
    """Also what is done tells nothing: no status, no code, no number."""
    if turn.after["slots"]["safe_now"] is True:
        return True
    telling = any(isinstance(each, TellStatus | GiveCode | TellNumbers) for each in turn.answer.do)
    return set(turn.said) <= NEUTRAL and not telling


def _is_good_state(turn: Turn) -> bool:
    try:
        check_state(turn.after)
    except BadStateError:
        return False
    return len(json.dumps(turn.after).encode()) <= LARGEST_STATE_BYTES


def _urgent_is_answered(turn: Turn) -> bool:
    said = bool(RECEIVED & set(turn.said))
    before, after = turn.before["slots"]["urgent_said"], turn.after["slots"]["urgent_said"]
    if after and not before and not said:
        return False  # the next urgent words would be answered with silence about it
    unsafe = any(isinstance(each, DeclareUnsafe) for each in turn.answer.do)
    return said or not turn.urgent or unsafe or (before and not turn.arrived.request.situation.gap)


def _must_alarm(turn: Turn) -> bool:
    """What anybody would be woken for, what floor or model hears, what is answered to the question of danger."""
    return turn.move.alarming or turn.urgent or _tells_of_danger(turn)


def _tells_of_danger(turn: Turn) -> bool:
    """The question of danger, or of children, is answered so, in exact words or by what the model is sure of."""
    asked: str | None = turn.before["requested_slot"]
    command = turn.arrived.command
    if asked not in ("danger_now", "children"):
        return False
    if command is None:
        return turn.answer.understanding.intent == "affirm"
    if command.about_safety is not None:
        return asked == "danger_now" and not command.about_safety
    return command.intent == "affirm" or command.number == 1


def _is_answered(turn: Turn) -> bool:
    """The open question was answered, or left out, by a message that cannot be taken for anything else."""
    asked: str | None = turn.before["requested_slot"]
    command = turn.arrived.command
    if asked in (None, "safe_now") or turn.arrived.request.situation != Situation():
        return False
    if command is None:
        return asked in TAKES_FREE_TEXT and turn.answer.understanding.intent not in COMMANDS | BESIDE_THE_POINT
    if command.intent == "skip":
        return asked != "language_choice"
    if asked in YES_OR_NO:
        about_safety = command.about_safety is not None and asked != "danger_now"
        return not about_safety and (command.intent in ("affirm", "deny") or command.number in (1, 2))
    choices = len(LANGUAGES) if asked == "language_choice" else len(CHOICES.get(asked, ()))
    return command.number is not None and 1 <= command.number <= choices


def _is_asked_again(turn: Turn) -> bool:
    return bool(turn.after["requested_slot"] == turn.before["requested_slot"])


def _takes_something_back(turn: Turn) -> bool:
    no_danger = any(isinstance(each, RecordFacts) and each.facts.get("danger_now") == "no" for each in turn.answer.do)
    return no_danger or any(isinstance(each, ConfirmSafe | Wipe) for each in turn.answer.do)


def _facts_are_kept(turn: Turn) -> bool:
    """What somebody tells in words of their own is recorded, all of it."""
    intent = turn.answer.understanding.intent or NOT_UNDERSTOOD
    tells = turn.arrived.request.situation.kind == "text" and not turn.exact
    if not tells or (intent != NOT_UNDERSTOOD and intent not in TOPIC_OF_INTENT):
        return True
    told = [value for each in turn.answer.do if isinstance(each, RecordFacts) for value in each.facts.values()]
    return turn.arrived.text in told


def _next_case_is_empty(turn: Turn) -> bool:
    if not any(isinstance(each, FileReport) for each in turn.answer.do):
        return True
    slots = turn.after["slots"]
    empty = empty_state()["slots"]
    return all(slots[name] == empty[name] for name in CASE_SLOTS) and not set(slots["skipped"]) & set(CASE_SLOTS)
