"""How much a turn says: the engine's words that may be said now, and beside them what was held and waits to be told.
Nobody reads three messages at once. What is not said now and must be known is said with a later turn."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.conversation.engine import Say, State, TurnAnswer
from bot.conversation.turn import Turn
from bot.conversation.who_is_told import QUESTION, asks_whom_to_tell
from bot.database.states import Safety
from bot.database.tables import Conversation
from bot.dialogue.disclosing import DISCLOSURES, WHO_IS_TOLD, may_give_way, take_back
from bot.messages.what_was_held import let_one_go, something_waits

_MOST = 2
# What the bot says even while a human speaks: the safety of the phone, return codes, stop and erase stay its duty.
_SAID_BESIDE_A_HUMAN = frozenset(
    "utter_ask_safe_now utter_not_safe utter_stop utter_ask_wipe utter_wiped utter_not_wiped utter_code_kept "
    "utter_code_not_right utter_code_continues utter_code_in_text utter_code_unknown utter_code_wait "
    "utter_vanish utter_keep utter_status utter_hotlines utter_choice_kept utter_choice_unchanged "
    "utter_return_code".split()
)
_SAID_WHEN_THEY_ASK = frozenset({QUESTION, WHO_IS_TOLD})  # beside a human only when they wrote the word for it
_ABOUT_COVER = frozenset(
    "utter_who_is_this utter_ask_safe_word utter_ask_duress_word utter_words_set utter_word_not_usable "
    "utter_words_must_differ utter_word_left_out utter_ask_check_in_time utter_check_in_time_not_clear "
    "utter_ask_check_in_word utter_check_in_set utter_check_in_cancelled utter_no_check_in".split()
)
_ONLY_OF_WHAT_IS_NOT_WRITTEN = "utter_words_only"  # not true of words in a language that we do not speak
_ASKED_WHO_WE_ARE = "who_are_you"


def make_room(session: Session, conversation: Conversation, turn: Turn, answer: TurnAnswer) -> tuple[TurnAnswer, bool]:
    """The answer with nothing but what is said now, and whether something that was held goes before it. The
    conversation is locked, and its safety is that of after this turn."""
    said = [each for each in answer.say if _may_be_said(conversation, turn, answer.state, each)]
    waits = conversation.safety is Safety.SAFE and something_waits(session, conversation.id)
    if waits and len(said) >= _MOST and turn.understanding.intent != _ASKED_WHO_WE_ARE:
        yields = may_give_way(answer.state.get("slots") or {}, [each.response for each in said])
        said = [each for each in said if each.response != yields]
    goes = waits and len(said) < _MOST
    if goes:
        let_one_go(session, conversation.id)
    return replace(answer, say=tuple(said), state=_state_after(answer, said)), goes


def _may_be_said(conversation: Conversation, turn: Turn, state: State, each: Say) -> bool:
    if conversation.owner_id is not None:
        beside = _SAID_BESIDE_A_HUMAN | _ABOUT_COVER
        beside |= _SAID_WHEN_THEY_ASK if asks_whom_to_tell(state) else frozenset()
        if each.response not in beside:
            return False
    return turn.language_known or each.response != _ONLY_OF_WHAT_IS_NOT_WRITTEN


def _state_after(answer: TurnAnswer, said: list[Say]) -> State:
    """What the engine counts as told and was not said is told later."""
    unsaid = {each.response for each in answer.say} - {each.response for each in said}
    slots = answer.state.get("slots") or {}
    for name in DISCLOSURES:
        if name in unsaid and may_give_way(slots, [name]):
            slots = take_back(slots, name)
    return {**answer.state, "slots": slots} if unsaid else answer.state
