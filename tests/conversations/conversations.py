"""Conversations told without a language: who writes what, and what both engines must answer.

A step's text is a key of WORDS (words.py; said in the language of the run), or a text that stands for itself. Its
answer is the responses without "utter_", and the directives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.conversation.engine import Situation


@dataclass(frozen=True, kw_only=True)
class Step:
    """One message and its answer."""

    text: str
    situation: Situation
    say: tuple[str, ...]
    do: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A named conversation."""

    name: str
    steps: tuple[Step, ...] = field(default=())


def say(text: str, *answers: str, do: str = "", **situation: Any) -> Step:
    """A step: what is written, the responses by name, the directives by name with what matters of them."""
    return Step(text=text, situation=Situation(**situation), say=answers, do=tuple(do.split()))


def told(name: str, *steps: Step) -> Conversation:
    """A conversation."""
    return Conversation(name=name, steps=steps)


SAFE = say("<1>", "who", "ask_topic", do="confirm_safe")
HELP = (
    say("<help>", "ask_safe_now", do="record_facts:topic"),
    say("<yes>", "who", "ask_whose", do="confirm_safe"),
    say("<1>", "who_is_told", "ask_danger_now", do="record_facts:whose"),
)
THE_REST_SKIPPED = (  # after ask_people
    say("<skip>", "ask_write_back"),
    say("<skip>", "ask_tell_whom"),
    say("<skip>", "filed", do="file_report"),
)

CONVERSATIONS = (
    told(
        "a help request, every question answered",
        *HELP,
        say("<yes>", "who_can_see", "ask_place", do="record_facts:danger_now raise_urgency:CRITICAL"),
        say("<where>", "ask_details", do="record_facts:place"),
        say("<what>", "ask_people", do="record_facts:details"),
        say("<4>", "ask_write_back", do="record_facts:people"),
        say("<2>", "ask_write_when", do="record_facts:write_back"),
        say("zzkq", "ask_tell_whom", do="record_facts:write_when"),
        say("<2>", "filed", do="record_facts:tell_whom file_report"),
    ),
    told(
        "whom we may tell is never guessed: asked again once, then left out",
        *HELP,
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
        say("<skip>", "ask_details"),
        say("<skip>", "ask_people"),
        say("<skip>", "ask_write_back"),
        say("<1>", "ask_tell_whom", do="record_facts:write_back"),
        say("xqz", "ask_tell_whom", do="record_facts:details"),
        say("<yes>", "to_person", "filed", do="call_person file_report"),
    ),
    told(
        "for someone else, and no number means that",
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
        say("7", "who_is_told", "ask_whose"),
        say("<2>", "who_can_see", "ask_danger_now", do="record_facts:whose"),
    ),
    told(
        "a tip, every question answered, read back and corrected",
        say("<tip>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_danger_now", do="confirm_safe"),
        say("<2>", "who_is_told", "ask_details", do="record_facts:danger_now"),
        say("<what>", "who_can_see", "ask_place", do="record_facts:details"),
        say("<where>", "ask_when", do="record_facts:place"),
        say("zzkq", "ask_people", do="record_facts:when"),
        say("xqz vvk", "ask_children", do="record_facts:people"),
        say("<no>", "ask_how_known", do="record_facts:children"),
        say("zzkq", "ask_confirmed", do="record_facts:how_known"),
        say("<no>", "ask_correction"),
        say("xqz vvk", "filed", do="record_facts:correction file_report"),
    ),
    told(
        "children in a tip are urgent",
        say("<tip>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_danger_now", do="confirm_safe"),
        say("<skip>", "who_is_told", "ask_details"),
        say("<what>", "who_can_see", "ask_place", do="record_facts:details"),
        say("<skip>", "ask_when"),
        say("<skip>", "ask_people"),
        say("<skip>", "ask_children"),
        say("<yes>", "ask_how_known", do="record_facts:children raise_urgency:URGENT"),
        say("<skip>", "ask_confirmed"),
        say("<1>", "filed", do="file_report"),
    ),
    told(
        "not safe means danger where danger is asked",
        *HELP,
        say("<not safe>", "who_can_see", "ask_place", do="record_facts:danger_now raise_urgency:CRITICAL"),
    ),
    told(
        "safe means no danger where danger is asked",
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("<safe>", "who", "ask_whose", do="confirm_safe"),
        say("<skip>", "who_is_told", "ask_danger_now"),
        say("<safe>", "who_can_see", "ask_place", do="record_facts:danger_now"),
    ),
    told(
        "a tip by number, every question skipped",
        say("zzkq", "ask_safe_now", do="record_facts:details"),
        SAFE,
        say("<2>", "who_is_told", "ask_danger_now", do="record_facts:topic"),
        say("<skip>", "who_can_see", "ask_place"),
        say("<skip>", "ask_when"),
        say("<skip>", "ask_people"),
        say("<skip>", "ask_children"),
        say("<skip>", "ask_how_known"),
        say("<skip>", "ask_confirmed"),
        say("<yes>", "filed", do="file_report"),
    ),
    told(
        "danger in a tip is urgent, not critical",
        say("<tip>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_danger_now", do="confirm_safe"),
        say("<1>", "who_is_told", "ask_details", do="record_facts:danger_now raise_urgency:URGENT"),
    ),
    told(
        "what was told before it was asked is not asked",
        *HELP,
        say("zzkq", "who_can_see", "ask_danger_now", do="record_facts:details"),
        say("14.1, 100.2", "ask_danger_now", do="record_facts:place", kind="location"),
        say("<yes>", "ask_people", do="record_facts:danger_now raise_urgency:CRITICAL"),
    ),
    told(
        "what was told before the topic is the question",
        say("zzkq", "ask_safe_now", do="record_facts:details"),
        SAFE,
        say("3", "who_is_told", "filed", do="record_facts:question,topic file_report"),
    ),
    told(
        "a question by number is asked for",
        say("<question>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_info_topic", do="confirm_safe"),
        say("7", "who_is_told", "ask_question", do="record_facts:info_topic"),
        say("<what>", "who_can_see", "filed", do="record_facts:question file_report"),
    ),
    told(
        "is this job real: warning signs, and the day of leaving",
        say("<question>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_info_topic", do="confirm_safe"),
        say("<1>", "info_job_offer", "ask_departure", do="record_facts:info_topic"),
        say("zzkq", "who_is_told", "filed", do="record_facts:departure raise_urgency:HIGH file_report"),
    ),
    told(
        "information alone is told and nothing is filed",
        say("<question>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_info_topic", do="confirm_safe"),
        say("<2>", "info_work", do="record_facts:info_topic"),
        say("<tip>", "who_is_told", "ask_danger_now", do="record_facts:topic"),
    ),
    told(
        "who got out is asked what a person in need is asked",
        say("<question>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_info_topic", do="confirm_safe"),
        say("3", "info_out", "ask_whose", do="record_facts:info_topic,topic"),
    ),
    told(
        "who lost money to a fraud is told so kindly",
        say("<question>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_info_topic", do="confirm_safe"),
        say("5", "who_is_told", "ask_scam_kind", do="record_facts:info_topic"),
        say("<1>", "info_lost_money", do="record_facts:scam_kind"),
    ),
    told(
        "who was brought to work is no customer who lost money",
        say("<question>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_info_topic", do="confirm_safe"),
        say("5", "who_is_told", "ask_scam_kind", do="record_facts:info_topic"),
        say("<2>", "who_can_see", "ask_whose", do="record_facts:scam_kind,topic"),
    ),
    told(
        "how far the words have come is told once it is safe, and the question stays open",
        say("<status>", "ask_safe_now"),
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
        say("<status>", "status", "ask_whose", do="tell_status"),
        say("<status>", "ask_safe_now", gap=True),
    ),
    told(
        "a number to come back by is given once it is safe",
        say("<code>", "ask_safe_now"),
        SAFE,
        say("<code>", "return_code", do="give_code"),
        say("<1>", "who_is_told", "ask_whose", do="record_facts:topic"),
    ),
    told(
        "whom else they can call, and a chat that empties itself, once it is safe; the question stays open",
        say("<numbers>", "ask_safe_now"),
        say("<vanish>", "ask_safe_now"),
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
        say("<numbers>", "hotlines", "ask_whose", do="tell_numbers"),
        say("<vanish>", "vanish", "ask_whose", do="keep_chat_empty:yes"),
        say("<keep>", "keep", "ask_whose", do="keep_chat_empty:no"),
        say("<numbers>", "ask_safe_now", gap=True),
    ),
    told(
        "somebody who wants to die is spoken to warmly",
        say("zzkq", "suicide_received", "ask_safe_now", do="record_facts:details,topic", urgent=True, suicidal=True),
    ),
    told(
        "not safe: nothing else is said, and safety is asked anew",
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("<no>", "not_safe", do="declare_unsafe"),
        say("zzkq", "ask_safe_now", do="record_facts:details"),
        say("xqz vvk", "ask_safe_now", do="record_facts:details"),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
    ),
    told(
        "who does not say that it is safe learns nothing, and a person is called",
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("zzkq", "ask_safe_now", do="record_facts:details"),
        say("xqz", "ask_safe_now", do="record_facts:details call_person"),
        say("<skip>", "ask_safe_now", do="call_person"),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
    ),
    told(
        "an urgent first message is told so before anything is asked",
        say("zzkq", "urgent_received", "ask_safe_now", do="record_facts:details,topic", urgent=True),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
        say("xqz", "urgent_received", "ask_whose", do="record_facts:details", urgent=True),
    ),
    told(
        "after filing words are noted, and a second case begins empty",
        *HELP,
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
        say("<where>", "ask_details", do="record_facts:place"),
        say("<what>", "ask_people", do="record_facts:details"),
        *THE_REST_SKIPPED,
        say("zzkq", "noted", do="record_facts:details"),
        say("<help>", "ask_whose", do="record_facts:topic"),
        say("<2>", "ask_danger_now", do="record_facts:whose"),
        say("<yes>", "ask_place", do="record_facts:danger_now raise_urgency:CRITICAL"),
        say("<skip>", "ask_details"),
        say("<skip>", "ask_people"),
        *THE_REST_SKIPPED,
    ),
    told(
        "a number with no question open means nothing, twice brings a person",
        *HELP,
        say("<skip>", "who_can_see", "ask_place"),
        say("<skip>", "ask_details"),
        say("<skip>", "ask_people"),
        *THE_REST_SKIPPED,
        say("<1>", "ask_rephrase"),
        say("<yes>", "to_person", do="call_person"),
    ),
    told(
        "after a gap only the safe question is said, and the open question comes back",
        *HELP,
        say("zzkq", "ask_safe_now", do="record_facts:details", gap=True),
        say("<yes>", "who_can_see", "ask_danger_now", do="confirm_safe"),
        say("<yes>", "ask_safe_now", do="record_facts:danger_now raise_urgency:CRITICAL", gap=True),
        say("<1>", "ask_place", do="confirm_safe"),
    ),
    told(
        "after a gap an urgent message is told so again",
        say("zzkq", "urgent_received", "ask_safe_now", do="record_facts:details,topic", urgent=True),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
        say("xqz", "urgent_received", "ask_safe_now", do="record_facts:details", urgent=True, gap=True),
    ),
    told(
        "after a gap beside a filed report the words are noted once it is safe",
        *HELP,
        say("<skip>", "who_can_see", "ask_place"),
        say("<skip>", "ask_details"),
        say("<skip>", "ask_people"),
        *THE_REST_SKIPPED,
        say("zzkq", "ask_safe_now", do="record_facts:details", gap=True),
        say("<yes>", "noted", do="confirm_safe"),
    ),
    told(
        "stop at any time, and the next message begins with the safe question",
        *HELP,
        say("<stop>", "stop", do="opt_out"),
        say("zzkq", "ask_safe_now", do="record_facts:details"),
        say("<yes>", "who_can_see", "ask_danger_now", do="confirm_safe"),
    ),
    told(
        "stop as the first message",
        say("<stop>", "stop", do="opt_out"),
    ),
    told(
        "erase, after saying no once",
        *HELP,
        say("<wipe>", "ask_wipe"),
        say("<no>", "not_wiped", "ask_danger_now"),
        say("<wipe>", "ask_wipe"),
        say("<yes>", "wiped", do="wipe"),
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
    ),
    told(
        "a wipe question answered by something else twice is a no",
        *HELP,
        say("<wipe>", "ask_wipe"),
        say("zzkq", "ask_wipe", do="record_facts:details"),
        say("xqz", "not_wiped", "ask_danger_now", do="record_facts:details"),
    ),
    told(
        "a person is called at any time, and the question stays open",
        *HELP,
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
        say("<person>", "to_person", "ask_place", do="call_person"),
        say("<where>", "ask_details", do="record_facts:place"),
    ),
    told(
        "a language by name, by list and number, and passed over",
        *HELP,
        say("<khmer>", "language_set", "ask_danger_now", do="choose_language:km"),
        say("<language>", "choose_language"),
        say("<1>", "language_set", "ask_danger_now", do="choose_language:th"),
        say("<language>", "choose_language"),
        say("zzkq", "who_can_see", "ask_danger_now", do="record_facts:details"),
    ),
    told(
        "a bare start asks for the language and then for safety",
        say("", "choose_language", kind="start"),
        say("5", "language_set", "ask_safe_now", do="choose_language:en"),
        SAFE,
    ),
    told(
        "a start that is answered with words is a conversation",
        say("", "choose_language", kind="start"),
        say("<help>", "ask_safe_now", do="record_facts:topic"),
    ),
    told(
        "a voice note first: danger before safety",
        say("", "words_only", "ask_danger_now", kind="unreadable"),
        say("<1>", "ask_safe_now", do="record_facts:danger_now raise_urgency:URGENT"),
        say("<yes>", "who", "ask_topic", do="confirm_safe"),
        say("<1>", "who_is_told", "ask_whose", do="record_facts:topic raise_urgency:CRITICAL"),
    ),
    told(
        "a picture in the middle asks about danger again",
        *HELP,
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
        say("", "words_only", "ask_danger_now", kind="unreadable"),
        say("<no>", "ask_place", do="record_facts:danger_now"),
    ),
    told(
        "a place on the map answers where, whatever is open",
        *HELP,
        say("14.1, 100.2", "who_can_see", "ask_danger_now", do="record_facts:place", kind="location"),
        say("<no>", "ask_details", do="record_facts:danger_now"),
    ),
    told(
        "not understood at the topic question: once again, then a person",
        say("zzkq", "ask_safe_now", do="record_facts:details"),
        SAFE,
        say("xqz", "ask_rephrase", "ask_topic", do="record_facts:details"),
        say("vvk", "to_person", "ask_whose", do="record_facts:details,topic call_person"),
    ),
    told(
        "danger unanswered twice is taken as unknown, and a person is called",
        *HELP,
        say("zzkq", "who_can_see", "ask_danger_now", do="record_facts:details"),
        say("xqz", "to_person", "ask_place", do="record_facts:details call_person"),
    ),
    told(
        "any words answer a question that takes words",
        *HELP,
        say("<no>", "who_can_see", "ask_place", do="record_facts:danger_now"),
        say("<help>", "ask_details", do="record_facts:place"),
        say("<yes>", "ask_people", do="record_facts:details"),
        say("<1>", "ask_write_back", do="record_facts:people"),
    ),
)
