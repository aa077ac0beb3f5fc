"""The desk for cover stands before the dialogue: words of the person's own, and everything that keeps a stranger with
the phone from learning anything. What it decides holds whichever engine takes the turn, and while a human speaks.

Their words open and close the conversation (`take_own_word`); what is asked of this desk, a word to choose or a time to
agree on, is taken by `take_request`. docs/dialogue.md, "Cover", is its specification."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.conversation.at_once import (
    Arrived,
    answer_at_once,
    asking_for_safety,
    forgetting_safety,
    language_of,
    state_of,
)
from bot.conversation.check_in_desk import begin_check_in, cancel_check_in, hear_time
from bot.conversation.command_words import find_command
from bot.conversation.cover_phrases import Phrase, phrase_of
from bot.conversation.directives import Directive, RaiseUrgency
from bot.conversation.duress import DURESS, duress_follows, fall_dull, sound_duress
from bot.conversation.engine import Say, Situation, TurnAnswer, TurnRequest, Understanding
from bot.conversation.own_words_desk import begin_words, hear_choice
from bot.conversation.turn import NEUTRAL, Rooms
from bot.database.states import Asking, ClosedBy, Safety
from bot.database.tables import Conversation
from bot.messages import check_ins, inbox
from bot.messages.chat_history import delete_received
from bot.messages.cover import (
    OwnWord,
    close,
    cover_of,
    is_closed,
    own_word_in,
    reopen,
    trust,
)
from bot.messages.message import MessageKind
from bot.reports.report_store import find_open_report, lock_conversation
from bot.reports.urgency import Urgency

STRANGER_ASKS = "stranger_asks"
_WHO_IS_THIS, _SURE = "who_is_this", 0.8  # the model's intent, once it has one
_OBEYED_WHILE_UNSAFE = frozenset({"stop", "wipe"})


class Step(StrEnum):
    """What becomes of a message."""

    GO_ON = "go_on"  # nothing to do with this desk: the engine's turn counts
    DONE = "done"  # answered, and everything it caused is in this transaction
    OPENS = "opens"  # the safe word: it is them, and safe
    SAYS_SAFE = "says_safe"  # after "not safe": an exact word or number takes that back
    NEUTRAL = "neutral"  # heard, by the engine too, and answered by the neutral line alone
    ANSWERS = "answers"  # perhaps the answer to what this desk asked: the engine hears first whether it is a cry


def take_own_word(session: Session, conversation: Conversation, arrived: Arrived, rooms: Rooms) -> Step:
    """Their words, if they chose any; then whether anything but the neutral line may be said. Nothing is locked but
    where one of their words came: who tries codes is counted before any conversation is locked (return_codes.py)."""
    closed = _is_closed(session, conversation, arrived, rooms)
    if arrived.claimed.kind is MessageKind.TEXT:
        word = own_word_in(session, conversation.id, arrived.readings, rooms.keys)
        if word is OwnWord.DURESS or DURESS in arrived.claimed.floor_reasons:
            _go_dull(session, conversation, arrived, rooms)
            return Step.DONE
        if closed or arrived.gap or not _is_choosing(session, conversation):
            if check_ins.is_word_of_check_in(session, conversation.id, arrived.readings, rooms.keys):
                _keep_check_in(session, conversation, arrived, rooms)
                return Step.DONE
            if word is OwnWord.SAFE:
                return Step.OPENS
    return Step.NEUTRAL if closed else Step.GO_ON


def _is_choosing(session: Session, conversation: Conversation) -> bool:
    """While a word is asked for, one that they had before is an answer. After a silence that question is over."""
    cover = cover_of(session, conversation.id)
    return cover is not None and cover.asking not in (None, Asking.CHECK_IN_TIME)


def _is_closed(session: Session, conversation: Conversation, arrived: Arrived, rooms: Rooms) -> bool:
    return is_closed(session, conversation.id, arrived.claimed.received_at, rooms.settings.cover_after)


def _go_dull(session: Session, conversation: Conversation, arrived: Arrived, rooms: Rooms) -> None:
    """Where the door did not know it yet (the word was chosen by a message before this one), people are woken here."""
    if DURESS in arrived.claimed.floor_reasons:
        fall_dull(session, lock_conversation(session, conversation.id))
    else:
        sound_duress(session, conversation.id, keys=rooms.keys, settings=rooms.settings)
    answer_at_once(session, arrived, [Say(response=NEUTRAL)], rooms, erase=True)


def _keep_check_in(session: Session, conversation: Conversation, arrived: Arrived, rooms: Rooms) -> None:
    """The first time their word comes it says that they are well, and nothing else: the second time it opens."""
    lock_conversation(session, conversation.id)
    check_ins.keep(session, conversation.id)
    delete_received(session, arrived.claimed.id)
    answer_at_once(session, arrived, [Say(response=NEUTRAL)], rooms, erase=True)


def take_request(session: Session, conversation: Conversation, arrived: Arrived, rooms: Rooms) -> Step:
    """What is asked of this desk while the conversation is open, and what "not safe" leaves of it."""
    language = language_of(conversation, arrived, rooms)
    typed = arrived.claimed.kind is MessageKind.TEXT
    if conversation.safety is Safety.UNSAFE and not arrived.gap:
        return _while_unsafe(conversation, arrived, language, rooms)
    phrase = phrase_of(arrived.text, language) if typed else None
    if phrase is Phrase.WHO_IS_THIS:
        answer_stranger(session, conversation, arrived, rooms)
        return Step.DONE
    if _may_answer(session, conversation, arrived):
        return Step.ANSWERS
    if phrase in (Phrase.SAFE_WORD, Phrase.CHECK_IN, Phrase.CANCEL_CHECK_IN):
        _begin(session, conversation, arrived, phrase, rooms)
        return Step.DONE
    return Step.GO_ON


def _may_answer(session: Session, conversation: Conversation, arrived: Arrived) -> bool:
    """Whether this desk has asked something that the message may answer; else the question is over."""
    cover = cover_of(session, conversation.id)
    if cover is None or cover.asking is None:
        return False
    plain = arrived.claimed.kind is MessageKind.TEXT and arrived.claimed.floor_urgency is None
    if plain and not arrived.gap and conversation.safety is Safety.SAFE:
        return True
    lock_conversation(session, conversation.id)
    cover.asking = None
    session.flush()
    return False


def _while_unsafe(conversation: Conversation, arrived: Arrived, language: str, rooms: Rooms) -> Step:
    """The safe question, again and again, would tell a stranger what this is. It is asked again after ten minutes of
    silence; until then an exact "it is safe" or "1" is heard, "ok" and "yes" are not: they answer the line they saw."""
    if arrived.claimed.kind is MessageKind.START:
        return Step.GO_ON
    if arrived.claimed.kind is not MessageKind.TEXT:
        return Step.NEUTRAL
    command = find_command(arrived.text, language)
    if command is not None and command.intent in _OBEYED_WHILE_UNSAFE:
        return Step.GO_ON
    if state_of(conversation, rooms)["requested_slot"] == "wipe_confirmed":
        return Step.GO_ON
    if command is not None and (command.about_safety is True or command.number == 1):
        return Step.SAYS_SAFE
    return Step.NEUTRAL


def _begin(session: Session, conversation: Conversation, arrived: Arrived, phrase: Phrase, rooms: Rooms) -> None:
    if conversation.safety is not Safety.SAFE or arrived.gap:  # told to nobody who has not said that it is safe
        state = asking_for_safety(state_of(conversation, rooms))
        answer_at_once(session, arrived, [Say(response="utter_ask_safe_now")], rooms, state=state)
    elif phrase is Phrase.SAFE_WORD:
        begin_words(session, conversation, arrived, rooms)
    elif phrase is Phrase.CHECK_IN:
        begin_check_in(session, conversation, arrived, rooms)
    else:
        cancel_check_in(session, conversation, arrived, rooms)


def answer_stranger(
    session: Session, conversation: Conversation, arrived: Arrived, rooms: Rooms, heard: Understanding | None = None
) -> None:
    """Somebody who does not know whom they write to. The neutral answer, nothing of before, and safety is forgotten;
    to somebody who never wrote before, the safe question as well. What the model heard in it counts."""
    conversation = lock_conversation(session, conversation.id)
    state = state_of(conversation, rooms)
    if arrived.first:
        say = [Say(response="utter_who_is_this"), Say(response="utter_ask_safe_now")]
        answer_at_once(session, arrived, say, rooms, state=asking_for_safety(state), understood=heard)
        return
    if conversation.safety is not Safety.UNSAFE:
        conversation.safety = Safety.RETURNED
    close(session, conversation.id, ClosedBy.STRANGER)
    conversation.version += 1  # what the bot has written and has not left yet is for somebody else
    session.flush()
    told_before = find_open_report(session, conversation.id) is not None
    do: tuple[Directive, ...] = (RaiseUrgency(urgency=Urgency.HIGH, reason=STRANGER_ASKS),) if told_before else ()
    say = [Say(response="utter_who_is_this")]
    answer_at_once(session, arrived, say, rooms, state=forgetting_safety(state), do=do, understood=heard)


def opened_request(request: TurnRequest, conversation: Conversation, rooms: Rooms) -> TurnRequest:
    """The same message as the answer "yes" to the safe question, so that either engine goes on where they were."""
    return replace(
        request,
        state=asking_for_safety(state_of(conversation, rooms)),
        text="1",
        language=conversation.language or request.language,
        situation=Situation(),
    )


def finish_with_engine(
    session: Session,
    conversation: Conversation,
    arrived: Arrived,
    step: Step,
    version: int,
    answer: TurnAnswer,
    rooms: Rooms,
) -> tuple[Step, bool]:
    """After the engine's turn, over a locked conversation: what the step has become, and whether all was answered here
    already. Meanwhile somebody may have come through the door who makes the person write: then nothing is opened."""
    if step is Step.OPENS:
        inbox.erase_text(session, arrived.claimed)
        delete_received(session, arrived.claimed.id)
        if conversation.version != version or duress_follows(session, arrived.claimed):
            return Step.NEUTRAL, False
        reopen(session, conversation.id, arrived.claimed.received_at)
        return step, False
    if step is not Step.NEUTRAL and _is_closed(session, conversation, arrived, rooms):
        return Step.NEUTRAL, False
    heard = answer.understanding
    if step is Step.ANSWERS:
        return step, _hear_answer(session, conversation, arrived, heard, rooms)
    if step is Step.GO_ON and heard.intent == _WHO_IS_THIS and heard.confidence >= _SURE:
        answer_stranger(session, conversation, arrived, rooms, heard)
        return step, True
    if step is Step.GO_ON and not arrived.gap and conversation.safety in (Safety.SAFE, Safety.UNKNOWN):
        trust(session, conversation.id, arrived.claimed.received_at)
    return step, False


def _hear_answer(
    session: Session, conversation: Conversation, arrived: Arrived, heard: Understanding, rooms: Rooms
) -> bool:
    """The answer to what this desk asked. False when it is something else: then the question is over, and the message
    is heard like any other, because a word that is kept as a hash can be read by nobody."""
    cover = cover_of(session, conversation.id)
    if cover is None or cover.asking is None:
        return False
    hear = hear_time if cover.asking is Asking.CHECK_IN_TIME else hear_choice
    if not heard.themes and hear(session, conversation, cover, arrived, heard, rooms):
        return True
    cover.asking = None
    session.flush()
    return False
