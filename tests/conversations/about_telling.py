"""Conversations about whom we may tell: the word for it at any time, and the later answer that is taken."""

from __future__ import annotations

from tests.conversations.conversations import say, told

ABOUT_TELLING = (
    told(
        "who is told, and whom we may tell, is asked at any time once it is safe, and the later word is taken",
        say("<share>", "ask_safe_now"),
        say("<help>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_whose", do="confirm_safe"),
        say("<share>", "who_is_told", "ask_tell_whom"),
        say("<2>", "choice_kept", "ask_whose", do="record_facts:tell_whom"),
        say("<1>", "who_can_see", "ask_danger_now", do="record_facts:whose"),
        say("<share>", "who_is_told", "ask_tell_whom"),
        say("<1>", "choice_kept", "ask_danger_now", do="record_facts:tell_whom"),
        say("<no>", "ask_place", do="record_facts:danger_now"),
        say("<skip>", "ask_details"),
        say("<skip>", "ask_people"),
        say("<skip>", "ask_write_back"),
        say("<skip>", "filed", do="file_report"),
        say("<share>", "who_is_told", "ask_tell_whom"),
        say("<4>", "choice_kept", do="record_facts:tell_whom"),
        say("xqz vvk", "noted", do="record_facts:details"),
    ),
    told(
        "who asks and does not choose changes nothing",
        say("<tip>", "ask_safe_now", do="record_facts:topic"),
        say("<1>", "who", "ask_danger_now", do="confirm_safe"),
        say("<share>", "who_is_told", "ask_tell_whom"),
        say("<skip>", "choice_unchanged", "ask_danger_now"),
        say("<share>", "who_is_told", "ask_tell_whom"),
        say("9", "who_can_see", "ask_tell_whom"),
        say("<yes>", "choice_unchanged", "ask_danger_now", do="call_person"),
        say("<share>", "who_is_told", "ask_tell_whom"),
        say("<stop>", "stop", do="opt_out"),
        say("<yes>", "ask_safe_now"),
        say("<yes>", "ask_danger_now", do="confirm_safe"),
    ),
    told(
        "asked after a silence, the question waits until it is safe",
        say("<question>", "ask_safe_now", do="record_facts:topic"),
        say("<yes>", "who", "ask_info_topic", do="confirm_safe"),
        say("<share>", "who_is_told", "ask_tell_whom"),
        say("xqz", "ask_safe_now", do="record_facts:question", gap=True),
        say("<yes>", "who_can_see", "ask_tell_whom", do="confirm_safe"),
        say("<2>", "choice_kept", "filed", do="record_facts:tell_whom file_report"),
    ),
)
