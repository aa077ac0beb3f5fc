"""Commits what a turn caused, in one transaction of the caller: words to say, facts, urgency, alarm, the new state.

The conversation is locked meanwhile. If a human has taken it over during the turn, the bot's words carry the older
version and are cancelled by the outbox; facts and urgency count all the same."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.channels.text_clusters import shortened
from bot.conversation import directives as want
from bot.conversation import received_files
from bot.conversation.choices_made import choice_in, chose_for_a_closed_case, note_official
from bot.conversation.engine import Say, State, TurnAnswer, Understanding
from bot.conversation.heard_facts import deadline_of, heard_facts
from bot.conversation.hotline_words import ASKED as HOTLINES
from bot.conversation.hotline_words import numbers_asked_for
from bot.conversation.status import true_response
from bot.conversation.who_is_told import QUESTION, Telling, asks_whom_to_tell, note_what_was_told, true_words
from bot.conversation.wipe import wipe_conversation
from bot.conversation.wording import Wording
from bot.database.states import Author, ClosedBy, ReportKind, Safety
from bot.database.tables import ContactPoint, Conversation, Report
from bot.dialogue.disclosing import WHO_IS_TOLD
from bot.escalation.alarms import raise_alarm, stand_down, wait_for_danger_answer
from bot.escalation.owner_notes import tell_owner_of_new_words
from bot.messages.cover import begin_cover, close, cover_of, is_closed, trust
from bot.messages.inbox import Claimed
from bot.messages.message import MessageKind
from bot.messages.outbox import REPLY, URGENT_REPLY, Words, release_held, say
from bot.messages.return_codes import give_code
from bot.privacy.return_codes import grouped
from bot.privacy.sealing import ConversationOpener, ServiceKeys, seal_to
from bot.reports.choices import record_choice
from bot.reports.report_store import find_open_report, lock_conversation, open_report, raise_urgency, record_facts
from bot.reports.triage import Verdict, judge
from bot.reports.urgency import Urgency
from bot.settings import Settings

# What the bot says even while a human speaks: the safety of the phone, return codes, stop and erase stay its duty.
_RETURN_CODE = "utter_return_code"
_SAID_BESIDE_A_HUMAN = frozenset(
    "utter_ask_safe_now utter_not_safe utter_stop utter_ask_wipe utter_wiped utter_not_wiped utter_code_kept "
    "utter_code_not_right utter_code_continues utter_code_in_text utter_code_unknown utter_code_wait "
    "utter_vanish utter_keep utter_status utter_hotlines utter_choice_kept utter_choice_unchanged".split()
) | {_RETURN_CODE}
_SAID_WHEN_THEY_ASK = frozenset({QUESTION, WHO_IS_TOLD})  # beside a human only when they wrote the word for it
_ABOUT_COVER = frozenset(
    "utter_who_is_this utter_ask_safe_word utter_ask_duress_word utter_words_set utter_word_not_usable "
    "utter_words_must_differ utter_word_left_out utter_ask_check_in_time utter_check_in_time_not_clear "
    "utter_ask_check_in_word utter_check_in_set utter_check_in_cancelled utter_no_check_in".split()
)
NEUTRAL = "utter_not_safe"  # the deployment's own line: all that is said while the outside has to stay neutral
_ONLY_OF_WHAT_IS_NOT_WRITTEN = "utter_words_only"  # not true of words in a language that we do not speak
ENGLISH = "en"
_READ_BACK, _READ_BACK_CHARACTERS, _NOT_TOLD = ("details", "place", "when", "people"), 24, "–"
_KINDS = {"help": ReportKind.HELP_REQUEST, "tip": ReportKind.TIP, "question": ReportKind.QUESTION}


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One handled message and the engine's answer to it. `version` is the conversation's when it was prepared;
    `answer` is None when a human speaks, or nothing but the neutral line may be said (`neutral`): what was understood
    counts all the same."""

    claimed: Claimed
    language: str
    language_known: bool
    writes_zawgyi: bool | None
    sms: bool
    version: int
    understanding: Understanding
    answer: TurnAnswer | None
    one_of_many: bool = False  # it is answered with a later one of theirs (bot/messages/pace.py)
    neutral: bool = False

    @property
    def do(self) -> tuple[want.Directive, ...]:
        """What the engine wants done."""
        return self.answer.do if self.answer else ()

    @property
    def floor(self) -> Urgency | None:
        """What the floor found at the door."""
        return Urgency(self.claimed.floor_urgency) if self.claimed.floor_urgency else None

    @property
    def unreadable(self) -> bool:
        """Nobody could read what it tells: voice or picture, or words of a language we do not speak."""
        return self.claimed.kind.may_tell_something or not self.language_known


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """What applying a turn needs besides the turn."""

    wording: Wording
    keys: ServiceKeys = field(repr=False)
    settings: Settings = field(repr=False)


def apply_turn(session: Session, turn: Turn, opener: ConversationOpener, rooms: Rooms) -> None:
    """Everything the message caused, but for marking its inbox row handled."""
    assert turn.claimed.conversation_id is not None
    conversation = lock_conversation(session, turn.claimed.conversation_id)
    _apply_opt_out(session, conversation, turn)
    if not turn.neutral:  # whose language it is, nobody knows then
        _apply_language(conversation, turn)
    _apply_safety(session, conversation, turn, rooms.settings)
    _apply_chat(conversation, turn)
    report = _apply_to_report(session, conversation, turn, opener, rooms)
    if turn.answer is not None:
        conversation.state_sealed = seal_to(conversation.public_key, json.dumps(dict(turn.answer.state)))
        _say(session, conversation, turn, turn.answer, report, opener, rooms)
    elif turn.neutral and not turn.one_of_many:
        _say_neutral(session, conversation, turn, rooms)
    if any(isinstance(each, want.Wipe) for each in turn.do):
        wipe_conversation(session, conversation, opener, rooms.keys, keep_reply_to=turn.claimed.id)


def _apply_opt_out(session: Session, conversation: Conversation, turn: Turn) -> None:
    """Whoever writes again after "stop" is answered again."""
    opted_out = func.now() if any(isinstance(each, want.OptOut) for each in turn.do) else None
    session.execute(
        update(ContactPoint)
        .where(ContactPoint.conversation_id == conversation.id)
        .values(opted_out_at=opted_out, broken_reason=None)
    )


def _apply_language(conversation: Conversation, turn: Turn) -> None:
    chosen = [each.language for each in turn.do if isinstance(each, want.ChooseLanguage)]
    if chosen:
        conversation.language = chosen[-1]
    elif turn.claimed.kind is MessageKind.TEXT and turn.language_known:
        conversation.language = turn.language
    if turn.writes_zawgyi is not None:
        conversation.writes_zawgyi = turn.writes_zawgyi


def _apply_safety(session: Session, conversation: Conversation, turn: Turn, settings: Settings) -> None:
    at = turn.claimed.received_at
    for each in turn.do:
        if isinstance(each, want.ConfirmSafe):
            if is_closed(session, conversation.id, at, settings.cover_after):
                continue  # whoever holds the phone can say "yes" as well
            conversation.safety = Safety.SAFE
            trust(session, conversation.id, at)
            release_held(session, conversation.id)
        elif isinstance(each, want.DeclareUnsafe):
            conversation.safety = Safety.UNSAFE
            close(session, conversation.id, ClosedBy.UNSAFE)
        elif isinstance(each, want.OptOut) and conversation.safety is not Safety.UNSAFE:
            conversation.safety = Safety.RETURNED  # the next message begins with the safe question


def _apply_chat(conversation: Conversation, turn: Turn) -> None:
    """An SMS cannot be deleted by us, and nothing is promised to whoever writes one."""
    for each in turn.do:
        if isinstance(each, want.KeepChatEmpty):
            conversation.empties_chat = each.wanted and not turn.sms


def _apply_to_report(
    session: Session, conversation: Conversation, turn: Turn, opener: ConversationOpener, rooms: Rooms
) -> Report | None:
    report = find_open_report(session, conversation.id)
    if report is None and (not _tells_something(turn) or chose_for_a_closed_case(session, conversation, turn.do)):
        return None
    report = open_report(session, conversation)
    report.language = conversation.language
    _apply_facts(session, conversation, report, turn, opener)
    themes = [theme for theme, _ in turn.understanding.themes]
    received_files.note_what_was_told(session, conversation, report, turn.claimed, themes, opener)
    verdict = _judge(report, turn)
    raise_urgency(report, verdict.urgency, verdict.reasons)
    if verdict.urgency.pages:
        raise_alarm(session, report, verdict.urgency, verdict.reasons[0], rooms.settings)
    elif turn.unreadable:
        wait_for_danger_answer(session, report, rooms.settings)
    tell_owner_of_new_words(session, report)
    return report


def _tells_something(turn: Turn) -> bool:
    telling = want.RaiseUrgency | want.RecordFacts | want.FileReport | want.CallPerson
    if turn.answer is None and not turn.one_of_many:
        return True  # a human speaks, so whatever is written must be on a human's list
    heard = turn.understanding
    if turn.floor is not None or turn.unreadable or heard.themes or heard.perhaps_urgent:
        return True
    if turn.claimed.kind is MessageKind.CONTACT:
        return True
    return any(isinstance(each, telling) for each in turn.do)


def _apply_facts(
    session: Session, conversation: Conversation, report: Report, turn: Turn, opener: ConversationOpener
) -> None:
    if heard := heard_facts(turn.understanding):
        note_official(report, heard, opener)
        record_facts(report, heard, conversation=conversation, opener=opener)
    report.deadline_at = _earlier(report.deadline_at, deadline_of(turn.understanding))
    for each in turn.do:
        if isinstance(each, want.RecordFacts):
            record_facts(report, each.facts, conversation=conversation, opener=opener)
            _set_kind(report, each.facts.get("topic"))
            if (chosen := choice_in(each.facts)) is not None:
                record_choice(session, report, chosen)
            if each.facts.get("danger_now") == "no":
                stand_down(session, report)
        elif isinstance(each, want.FileReport):
            _set_kind(report, each.topic)
            report.filed_at = func.now()
        elif isinstance(each, want.CallPerson):
            report.person_wanted_at = func.now()


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _set_kind(report: Report, topic: str | None) -> None:
    """A help request stays one, whatever else is told later."""
    if topic in _KINDS and report.kind is not ReportKind.HELP_REQUEST:
        report.kind = _KINDS[topic]


def _judge(report: Report, turn: Turn) -> Verdict:
    raised = [(each.urgency, each.reason) for each in turn.do if isinstance(each, want.RaiseUrgency)]
    if any(isinstance(each, want.CallPerson) for each in turn.do):
        raised.append((Urgency.HIGH, "person_wanted"))
    return judge(
        floor=turn.floor,
        floor_reasons=turn.claimed.floor_reasons,
        raised=raised,
        kind=report.kind,
        message_kind=turn.claimed.kind,
        language_known=turn.language_known,
        themes=[theme for theme, _ in turn.understanding.themes],
        perhaps_urgent=turn.understanding.perhaps_urgent,
    )


def _say(
    session: Session,
    conversation: Conversation,
    turn: Turn,
    answer: TurnAnswer,
    report: Report | None,
    opener: ConversationOpener,
    rooms: Rooms,
) -> None:
    language = conversation.language or turn.language
    beside = _SAID_BESIDE_A_HUMAN | _ABOUT_COVER
    beside |= _SAID_WHEN_THEY_ASK if asks_whom_to_tell(answer.state) else frozenset()
    said = [each for each in answer.say if conversation.owner_id is None or each.response in beside]
    if not turn.language_known:
        said = [each for each in said if each.response != _ONLY_OF_WHAT_IS_NOT_WRITTEN]
    said = received_files.true_words(session, turn.claimed, said, opener, rooms.settings)
    said = _with_offer(session, conversation, said)
    code = _new_code(session, conversation, said, turn, rooms)
    said = [each for each in said if each.response != _RETURN_CODE or code]
    told = _told_so_far(answer.state)
    telling = Telling(
        conversation=conversation, state=answer.state, understanding=turn.understanding, opener=opener, sms=turn.sms
    )
    words = [
        _in_words(session, telling, each, spoken, {**told, **each.arguments, **code}, rooms)
        for each in said
        for spoken in _spoken(turn, language)
    ]
    urgent = report is not None and Urgency(report.urgency).pages
    rows = say(
        session,
        conversation,
        words,
        key=f"reply:{turn.claimed.id}",
        author=Author.BOT,
        priority=URGENT_REPLY if urgent else REPLY,
        reply_to_inbox=turn.claimed.id,
        written_for=turn.version,
    )
    responses = [each.response for each in said for _ in _spoken(turn, language)]
    note_what_was_told(session, telling, zip(responses, rows, strict=False), rooms.wording.deployment)


def _with_offer(session: Session, conversation: Conversation, said: list[Say]) -> list[Say]:
    """Words of their own are offered once, when all is told and it is safe; a row at that desk says that they were."""
    filed = [each.response for each in said] == ["utter_filed"]
    if not filed or conversation.safety is not Safety.SAFE or cover_of(session, conversation.id) is not None:
        return said
    begin_cover(session, conversation.id)
    return [*said, Say(response="utter_offer_words")]


def _say_neutral(session: Session, conversation: Conversation, turn: Turn, rooms: Rooms) -> None:
    """One line to everything, in the language they had before: another hand may write in another one."""
    words = rooms.wording.render(NEUTRAL, conversation.language or turn.language, sms=turn.sms)
    say(
        session,
        conversation,
        [words],
        key=f"reply:{turn.claimed.id}",
        author=Author.BOT,
        reply_to_inbox=turn.claimed.id,
        written_for=turn.version,
    )


def _in_words(
    session: Session, telling: Telling, each: Say, spoken: str, arguments: Mapping[str, Any], rooms: Rooms
) -> Words:
    if (true := true_words(session, telling, each.response, rooms.wording, spoken)) is not None:
        return true
    if each.response == HOTLINES:
        conversation, opener = telling.conversation, telling.opener
        return numbers_asked_for(session, conversation, opener, rooms.wording, spoken, sms=telling.sms)
    name = true_response(session, telling.conversation, each.response)
    child = _is_a_child(telling.state)
    words = rooms.wording.render(name, spoken, sms=telling.sms, arguments=arguments, child=child)
    return replace(words, erase_once_sent=each.response == _RETURN_CODE)


def _new_code(
    session: Session, conversation: Conversation, said: Sequence[Say], turn: Turn, rooms: Rooms
) -> dict[str, str]:
    """A return code is drawn only when it is going to be told: the one they had before stops working."""
    asked = any(isinstance(each, want.GiveCode) for each in turn.do)
    if not asked or all(each.response != _RETURN_CODE for each in said):
        return {}
    return {"code": grouped(give_code(session, conversation, rooms.keys))}


def _told_so_far(state: State) -> dict[str, str]:
    """What can be read back to the person, cut short; a dash for what was not told."""
    slots = state.get("slots") or {}
    return {name: shortened(str(slots.get(name) or _NOT_TOLD), _READ_BACK_CHARACTERS) for name in _READ_BACK}


def _is_a_child(state: State) -> bool:
    """Whether somebody writes as a child does: they are told the same in simpler words."""
    return bool((state.get("slots") or {}).get("child"))


def _spoken(turn: Turn, language: str) -> tuple[str, ...]:
    """The language to answer in: to somebody who writes in one that we do not speak, English and what they chose."""
    return (language,) if turn.language_known else tuple(dict.fromkeys((ENGLISH, language)))


def conversation_of(session: Session, claimed: Claimed) -> Conversation:
    """The conversation a claimed message belongs to, not locked."""
    return session.scalars(select(Conversation).where(Conversation.id == claimed.conversation_id)).one()
